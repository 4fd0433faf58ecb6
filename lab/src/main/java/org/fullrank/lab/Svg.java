package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.fullrank.lab.Series.Dots;
import org.fullrank.lab.Series.Line;

/// Draws a figure as SVG. A figure has axes with ticks, a legend above each plot, and text that is large
/// enough for a projector. The same figure gives the same bytes.
final class Svg {
    private static final int PANEL_WIDTH = 380;
    private static final int PLOT_HEIGHT = 230;
    private static final int LEFT = 66;
    private static final int RIGHT = 16;
    private static final int TITLE = 30;
    private static final int LEGEND_LINE = 18;
    private static final int BOTTOM = 52;
    /// Mean width of a letter at 12 pixels, for the legend.
    private static final double LETTER = 6.3;

    private final Figure figure;
    private final StringBuilder out = new StringBuilder();

    Svg(Figure figure) {
        this.figure = figure;
    }

    String document() {
        int columns = Math.min(figure.columns(), figure.panels().size());
        int rows = (figure.panels().size() + columns - 1) / columns;
        int legend = 0;
        for (Panel panel : figure.panels()) {
            legend = Math.max(legend, legend(panel).size());
        }
        int top = TITLE + legend * LEGEND_LINE + 6;
        int height = top + PLOT_HEIGHT + BOTTOM;
        out.append("""
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" \
                font-family="Helvetica, Arial, sans-serif" font-size="12">
                <rect width="100%%" height="100%%" fill="#FFFFFF"/>
                """.formatted(columns * PANEL_WIDTH, rows * height, columns * PANEL_WIDTH, rows * height));
        for (int i = 0; i < figure.panels().size(); i++) {
            out.append("<g transform=\"translate(%d,%d)\">\n"
                    .formatted(i % columns * PANEL_WIDTH + LEFT, i / columns * height + top));
            panel(figure.panels().get(i).fitted(), top, i);
            out.append("</g>\n");
        }
        return out.append("</svg>\n").toString();
    }

    private static int width() {
        return PANEL_WIDTH - LEFT - RIGHT;
    }

    private void panel(Panel panel, int top, int index) {
        out.append("<text x=\"%s\" y=\"%d\" text-anchor=\"middle\" font-size=\"14\" font-weight=\"bold\">%s</text>\n"
                .formatted(number(width() / 2.0), TITLE - top - 10, Formula.svg(panel.title())));
        List<List<Series>> legend = legend(panel);
        for (int line = 0; line < legend.size(); line++) {
            legendLine(legend.get(line), TITLE - top + LEGEND_LINE * line + 8);
        }
        axes(panel);
        out.append("<clipPath id=\"c%d\"><rect width=\"%d\" height=\"%d\"/></clipPath>\n"
                .formatted(index, width(), PLOT_HEIGHT));
        out.append("<g clip-path=\"url(#c%d)\">\n".formatted(index));
        for (Series series : panel.layers()) {
            switch (series) {
                case Line line -> line(panel, line);
                case Dots dots -> dots(panel, dots);
            }
        }
        out.append("</g>\n");
    }

    private void axes(Panel panel) {
        for (double tick : panel.x().ticks()) {
            String x = number(panel.x().share(tick) * width());
            out.append("<path d=\"M%s 0V%d\" stroke=\"#E4E4E4\"/>".formatted(x, PLOT_HEIGHT));
            out.append("<text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>\n"
                    .formatted(x, PLOT_HEIGHT + 17, Formula.svg(panel.x().text(tick))));
        }
        for (double tick : panel.y().ticks()) {
            double y = (1 - panel.y().share(tick)) * PLOT_HEIGHT;
            out.append("<path d=\"M0 %sH%d\" stroke=\"#E4E4E4\"/>".formatted(number(y), width()));
            out.append("<text x=\"-6\" y=\"%s\" text-anchor=\"end\">%s</text>\n"
                    .formatted(number(y + 4), Formula.svg(panel.y().text(tick))));
        }
        out.append("<rect width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#404040\"/>\n"
                .formatted(width(), PLOT_HEIGHT));
        out.append("<text x=\"%s\" y=\"%d\" text-anchor=\"middle\">%s</text>\n"
                .formatted(
                        number(width() / 2.0),
                        PLOT_HEIGHT + 38,
                        Formula.svg(panel.x().label())));
        out.append("<text transform=\"translate(-50,%s) rotate(-90)\" text-anchor=\"middle\">%s</text>\n"
                .formatted(number(PLOT_HEIGHT / 2.0), Formula.svg(panel.y().label())));
    }

    /// The labeled series in lines that fit the width.
    private static List<List<Series>> legend(Panel panel) {
        List<List<Series>> lines = new ArrayList<>();
        double used = Double.POSITIVE_INFINITY;
        for (Series series : panel.series()) {
            if (!series.label().isEmpty()) {
                if (used + space(series) > PANEL_WIDTH - LEFT) {
                    lines.add(new ArrayList<>());
                    used = 0;
                }
                used += space(series);
                lines.getLast().add(series);
            }
        }
        return lines;
    }

    private static double space(Series series) {
        return 38 + LETTER * Formula.width(series.label());
    }

    private void legendLine(List<Series> entries, double y) {
        double x = 0;
        for (Series series : entries) {
            String color = series.color().code();
            out.append(
                    switch (series) {
                        case Line line ->
                            "<path d=\"M%s %sh22\" stroke=\"%s\" stroke-width=\"2\"%s/>"
                                    .formatted(number(x), number(y), color, dash(line));
                        case Dots dots ->
                            "<circle cx=\"%s\" cy=\"%s\" r=\"4\" fill=\"%s\" stroke=\"%s\" stroke-width=\"1.5\"/>"
                                    .formatted(number(x + 11), number(y), dots.filled() ? color : "#FFFFFF", color);
                    });
            out.append("<text x=\"%s\" y=\"%s\">%s</text>\n"
                    .formatted(number(x + 27), number(y + 4), Formula.svg(series.label())));
            x += space(series);
        }
    }

    /// Draws a line. Points closer than two pixels to the last drawn point are left out, because they would
    /// not be visible.
    private void line(Panel panel, Line line) {
        StringBuilder path = new StringBuilder();
        boolean down = false;
        double lastX = 0;
        double lastY = 0;
        for (int i = 0; i < line.x().length; i++) {
            double x = x(panel, line.x()[i]);
            double y = y(panel, line.y()[i]);
            if (!Double.isFinite(x) || !Double.isFinite(y)) {
                down = false;
            } else if (!down || i == line.x().length - 1 || Math.hypot(x - lastX, y - lastY) >= 2) {
                path.append(down ? "L" : "M").append(number(x)).append(' ').append(number(y));
                down = true;
                lastX = x;
                lastY = y;
            }
        }
        out.append("<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"1.8\"%s/>\n"
                .formatted(path, line.color().code(), dash(line)));
    }

    private void dots(Panel panel, Dots dots) {
        String color = dots.color().code();
        out.append("<g fill=\"%s\" stroke=\"%s\" stroke-width=\"%s\">"
                .formatted(dots.filled() ? color : "#FFFFFF", color, dots.filled() ? "0" : "1.8"));
        for (int i = 0; i < dots.x().length; i++) {
            double x = x(panel, dots.x()[i]);
            double y = y(panel, dots.y()[i]);
            if (Double.isFinite(x) && Double.isFinite(y)) {
                out.append("<circle cx=\"%s\" cy=\"%s\" r=\"%s\"/>"
                        .formatted(number(x), number(y), number(dots.radius())));
            }
        }
        out.append("</g>\n");
    }

    private static double x(Panel panel, double value) {
        return clamped(panel.x().share(value) * width());
    }

    private static double y(Panel panel, double value) {
        return clamped((1 - panel.y().share(value)) * PLOT_HEIGHT);
    }

    /// Limits a coordinate far outside of the plot, because some viewers cannot handle huge coordinates.
    private static double clamped(double pixels) {
        return Double.isFinite(pixels) ? Math.clamp(pixels, -2000, 3000) : pixels;
    }

    private static String dash(Line line) {
        return line.dashed() ? " stroke-dasharray=\"6 4\"" : "";
    }

    private static String number(double value) {
        String text = String.format(Locale.ROOT, "%.1f", value);
        return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }
}
