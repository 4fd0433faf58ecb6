package org.fullrank.lab;

import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleUnaryOperator;

/// A curve or a cloud of dots in a panel.
sealed interface Series {
    /// A color of the drawing.
    sealed interface Paint {
        /// The color for SVG, such as `#0072B2`.
        String code();
    }

    /// A color of a series of ordered curves, such as modes from the smallest to the largest: from dark blue to
    /// yellow, and readable on white.
    ///
    /// @param place position in the series, 0 to 1
    record Shade(double place) implements Paint {
        private static final int[][] STOPS = {
            {42, 23, 110}, {38, 98, 142}, {31, 150, 130}, {122, 190, 70}, {222, 190, 20}
        };

        /// The shades of `count` ordered curves.
        static Shade of(int index, int count) {
            return new Shade(count < 2 ? 0 : (double) index / (count - 1));
        }

        @Override
        public String code() {
            double at = place * (STOPS.length - 1);
            int low = Math.min(STOPS.length - 2, (int) at);
            int[] mixed = new int[3];
            Arrays.setAll(mixed, c ->
                    (int) Math.round(STOPS[low][c] + (at - low) * (STOPS[low + 1][c] - STOPS[low][c])));
            return String.format(Locale.ROOT, "#%02X%02X%02X", mixed[0], mixed[1], mixed[2]);
        }
    }

    /// The palette of Okabe and Ito, whose colors color-blind readers can distinguish.
    enum Color implements Paint {
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

        @Override
        public String code() {
            return code;
        }

        /// The colors in order, without gray. For more curves than colors, use [Shade].
        ///
        /// @throws IllegalArgumentException when there are not so many
        static Color of(int index) {
            if (index >= values().length - 1) {
                throw new IllegalArgumentException(
                        "found color %d, expected fewer than %d; use shades".formatted(index, values().length - 1));
            }
            return values()[index];
        }
    }

    /// A line through points. A point that is not finite interrupts it.
    ///
    /// @param label text in the legend; empty for none
    record Line(String label, Paint color, boolean dashed, double[] x, double[] y) implements Series {
        Line dash() {
            return new Line(label, color, true, x, y);
        }
    }

    /// Points.
    ///
    /// @param label text in the legend; empty for none
    /// @param radius in pixels
    /// @param filled whether the dots are discs; otherwise they are circles
    record Dots(String label, Paint color, double radius, boolean filled, double[] x, double[] y) implements Series {}

    static Line line(String label, Paint color, double[] x, double[] y) {
        return new Line(label, color, false, x, y);
    }

    static Dots dots(String label, Paint color, double[] x, double[] y) {
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

    Paint color();

    double[] x();

    double[] y();
}
