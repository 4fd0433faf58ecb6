package org.fullrank.lab;

import java.util.function.DoubleUnaryOperator;

/// What a panel shows.
sealed interface Series {
    /// The palette of Okabe and Ito, which colour-blind readers can tell apart.
    enum Colour {
        BLUE("#0072B2"),
        VERMILION("#D55E00"),
        GREEN("#009E73"),
        PURPLE("#CC79A7"),
        ORANGE("#E69F00"),
        SKY("#56B4E9"),
        BLACK("#000000"),
        GREY("#8A8A8A");

        private final String code;

        Colour(String code) {
            this.code = code;
        }

        String code() {
            return code;
        }

        /// The colours one after another, without grey.
        static Colour of(int index) {
            return values()[index % (values().length - 1)];
        }
    }

    /// A line through points; a point that is not finite breaks it.
    ///
    /// @param label for the legend; empty: none
    record Line(String label, Colour colour, boolean dashed, double[] x, double[] y) implements Series {
        Line dash() {
            return new Line(label, colour, true, x, y);
        }
    }

    /// Points.
    ///
    /// @param label for the legend; empty: none
    /// @param radius in pixels
    /// @param filled discs or circles
    record Dots(String label, Colour colour, double radius, boolean filled, double[] x, double[] y) implements Series {}

    static Line line(String label, Colour colour, double[] x, double[] y) {
        return new Line(label, colour, false, x, y);
    }

    static Dots dots(String label, Colour colour, double[] x, double[] y) {
        return new Dots(label, colour, 2.5, true, x, y);
    }

    static Dots dot(String label, Colour colour, boolean filled, double x, double y) {
        return new Dots(label, colour, 5, filled, new double[] {x}, new double[] {y});
    }

    /// The graph of a function between two abscissae.
    static Line graph(String label, Colour colour, double from, double to, DoubleUnaryOperator f) {
        int pieces = 200;
        double[] x = new double[pieces + 1];
        double[] y = new double[pieces + 1];
        for (int i = 0; i <= pieces; i++) {
            x[i] = from + (to - from) * i / pieces;
            y[i] = f.applyAsDouble(x[i]);
        }
        return line(label, colour, x, y);
    }

    /// A horizontal line.
    static Line level(String label, Colour colour, double from, double to, double y) {
        return line(label, colour, new double[] {from, to}, new double[] {y, y}).dash();
    }

    String label();

    Colour colour();

    double[] x();

    double[] y();
}
