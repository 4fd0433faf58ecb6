package org.fullrank.lab;

import java.util.function.DoubleUnaryOperator;

/// A curve or a cloud of dots in a panel.
sealed interface Series {
    /// The palette of Okabe and Ito, whose colors color-blind readers can distinguish.
    enum Color {
        BLUE("#0072B2"),
        VERMILION("#D55E00"),
        GREEN("#009E73"),
        PURPLE("#CC79A7"),
        ORANGE("#E69F00"),
        SKY("#56B4E9"),
        BLACK("#000000"),
        GRAY("#8A8A8A");

        private final String code;

        Color(String code) {
            this.code = code;
        }

        String code() {
            return code;
        }

        /// The colors in order, without gray.
        static Color of(int index) {
            return values()[index % (values().length - 1)];
        }
    }

    /// A line through points. A point that is not finite interrupts it.
    ///
    /// @param label text in the legend; empty for none
    record Line(String label, Color color, boolean dashed, double[] x, double[] y) implements Series {
        Line dash() {
            return new Line(label, color, true, x, y);
        }
    }

    /// Points.
    ///
    /// @param label text in the legend; empty for none
    /// @param radius in pixels
    /// @param filled whether the dots are discs; otherwise they are circles
    record Dots(String label, Color color, double radius, boolean filled, double[] x, double[] y) implements Series {}

    static Line line(String label, Color color, double[] x, double[] y) {
        return new Line(label, color, false, x, y);
    }

    static Dots dots(String label, Color color, double[] x, double[] y) {
        return new Dots(label, color, 2.5, true, x, y);
    }

    static Dots dot(String label, Color color, boolean filled, double x, double y) {
        return new Dots(label, color, 5, filled, new double[] {x}, new double[] {y});
    }

    /// The graph of a function between two values of x.
    static Line graph(String label, Color color, double from, double to, DoubleUnaryOperator f) {
        int pieces = 200;
        double[] x = new double[pieces + 1];
        double[] y = new double[pieces + 1];
        for (int i = 0; i <= pieces; i++) {
            x[i] = from + (to - from) * i / pieces;
            y[i] = f.applyAsDouble(x[i]);
        }
        return line(label, color, x, y);
    }

    /// A horizontal line.
    static Line level(String label, Color color, double from, double to, double y) {
        return line(label, color, new double[] {from, to}, new double[] {y, y}).dash();
    }

    String label();

    Color color();

    double[] x();

    double[] y();
}
