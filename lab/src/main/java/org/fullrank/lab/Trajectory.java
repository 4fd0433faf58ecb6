package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;

/// Collects the points of a curve.
final class Trajectory {
    private final List<Double> x = new ArrayList<>();
    private final List<Double> y = new ArrayList<>();

    void add(double abscissa, double ordinate) {
        x.add(abscissa);
        y.add(ordinate);
    }

    double[] x() {
        return x.stream().mapToDouble(Double::doubleValue).toArray();
    }

    double[] y() {
        return y.stream().mapToDouble(Double::doubleValue).toArray();
    }

    Series.Line line(String label, Series.Color color) {
        return Series.line(label, color, x(), y());
    }
}
