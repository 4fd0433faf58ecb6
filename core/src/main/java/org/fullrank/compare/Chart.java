package org.fullrank.compare;

import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.ToDoubleFunction;
import org.fullrank.compare.Curve.Point;

/// A small picture of one curve with its spread as a band, the reference behind it in gray, as inline SVG.
///
/// @param title above it and for screen readers
/// @param curve what it shows
/// @param reference drawn in gray; empty where there is none
/// @param frame the part of the plane that it shows
record Chart(String title, Curve curve, Curve reference, Frame frame) {
    private static final int WIDTH = 300;
    private static final int HEIGHT = 150;
    private static final int LEFT = 44;
    private static final int BOTTOM = 18;
    private static final int MARGIN = 8;

    /// A part of the plane of steps and values.
    ///
    /// @param steps its right end; the left one is 0
    /// @param low its lower end
    /// @param high its upper end, above the lower one
    record Frame(long steps, double low, double high) {
        /// The smallest frame around all curves, bands included.
        static Frame around(List<Curve> curves) {
            List<Point> points =
                    curves.stream().flatMap(c -> c.points().stream()).toList();
            long steps = points.stream().mapToLong(Point::step).max().orElse(1);
            double low = points.stream().mapToDouble(Point::low).min().orElse(0);
            double high = points.stream().mapToDouble(Point::high).max().orElse(1);
            return new Frame(steps, low, high > low ? high : low + 1);
        }

        private double x(Point p) {
            return LEFT + (double) p.step() / steps * (WIDTH - LEFT - MARGIN);
        }

        private double y(double value) {
            return HEIGHT - BOTTOM - (value - low) / (high - low) * (HEIGHT - BOTTOM - MARGIN);
        }
    }

    String svg() {
        var svg = new StringBuilder();
        svg.append("<svg viewBox=\"0 0 %d %d\" role=\"img\"><title>%s</title>%n"
                .formatted(WIDTH, HEIGHT, ComparisonPage.escaped(title)));
        svg.append("<path class=\"axis\" d=\"M%d %d V%d H%d\"/>%n"
                .formatted(LEFT, MARGIN, HEIGHT - BOTTOM, WIDTH - MARGIN));
        label(svg, LEFT - 4, MARGIN + 6, "end", number(frame.high()));
        label(svg, LEFT - 4, HEIGHT - BOTTOM, "end", number(frame.low()));
        label(svg, LEFT, HEIGHT - 4, "start", "step 0");
        label(svg, WIDTH - MARGIN, HEIGHT - 4, "end", String.valueOf(frame.steps()));
        line(svg, reference, "reference");
        band(svg);
        line(svg, curve, "curve");
        return svg.append("</svg>\n").toString();
    }

    private static void label(StringBuilder svg, int x, int y, String anchor, String text) {
        svg.append("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\">%s</text>%n".formatted(x, y, anchor, text));
    }

    private void band(StringBuilder svg) {
        if (curve.points().stream().anyMatch(p -> p.high() > p.low())) {
            String ring = path(curve.points(), Point::high)
                    + " "
                    + path(curve.points().reversed(), Point::low);
            svg.append("<polygon class=\"band\" points=\"%s\"/>%n".formatted(ring));
        }
    }

    private void line(StringBuilder svg, Curve of, String style) {
        if (of.points().size() == 1) {
            Point only = of.points().getFirst();
            svg.append(String.format(
                    Locale.ROOT,
                    "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>%n",
                    style,
                    frame.x(only),
                    frame.y(only.spread().mean())));
        } else if (!of.isEmpty()) {
            svg.append("<polyline class=\"%s\" points=\"%s\"/>%n"
                    .formatted(style, path(of.points(), p -> p.spread().mean())));
        }
    }

    private String path(List<Point> points, ToDoubleFunction<Point> value) {
        var path = new StringJoiner(" ");
        points.forEach(
                p -> path.add(String.format(Locale.ROOT, "%.1f,%.1f", frame.x(p), frame.y(value.applyAsDouble(p)))));
        return path.toString();
    }

    /// Three significant digits, at most seven characters.
    private static String number(double x) {
        double size = Math.abs(x);
        String format =
                size != 0 && (size < 0.01 || size >= 1e5) ? "%.1e" : size < 1 ? "%.3f" : size < 100 ? "%.1f" : "%.0f";
        return String.format(Locale.ROOT, format, x);
    }
}
