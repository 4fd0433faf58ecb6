package org.fullrank.lab;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;

/// One plot of a figure.
///
/// @param series the series in the order of the legend. The first one is what the panel is about
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

    /// The series from the lowest to the topmost: gray ones, solid lines, dashed lines, which do not hide a line
    /// below them, and dots, those without a label first. Of each kind, the first of the legend is on top.
    List<Series> layers() {
        return series.reversed().stream()
                .sorted(Comparator.comparingInt(Panel::layer))
                .toList();
    }

    private static int layer(Series series) {
        if (series.color() == Series.Color.GRAY) {
            return 0;
        }
        return switch (series) {
            case Series.Line line -> line.dashed() ? 2 : 1;
            case Series.Dots dots -> dots.label().isEmpty() ? 3 : 4;
        };
    }

    private double[] values(Function<Series, double[]> axis) {
        return series.stream()
                .map(axis)
                .flatMapToDouble(java.util.Arrays::stream)
                .toArray();
    }
}
