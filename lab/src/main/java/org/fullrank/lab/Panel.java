package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/// One plot of a figure.
///
/// @param series the series, drawn in this order
record Panel(String title, Axis x, Axis y, List<Series> series) {
    Panel {
        series = List.copyOf(series);
    }

    static Panel of(String title, Axis x, Axis y) {
        return new Panel(title, x, y, List.of());
    }

    /// This panel with more series.
    Panel with(Series... more) {
        List<Series> all = new ArrayList<>(series);
        all.addAll(List.of(more));
        return new Panel(title, x, y, all);
    }

    /// This panel with the ends of its axes set.
    Panel fitted() {
        return new Panel(title, x.around(values(Series::x)), y.around(values(Series::y)), series);
    }

    private double[] values(Function<Series, double[]> axis) {
        return series.stream()
                .map(axis)
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray();
    }
}
