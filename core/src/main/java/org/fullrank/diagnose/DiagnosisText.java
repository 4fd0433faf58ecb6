package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A diagnosis for a terminal: the verdicts first, then the figures in columns.
public final class DiagnosisText {
    private static final int PERCENT = 100;

    /// Numbers from here on are written with an exponent.
    private static final double LARGE = 1e6;

    /// Numbers below are.
    private static final double SMALL = 1e-3;

    private DiagnosisText() {}

    /// Several lines, each with a line end.
    public static String of(Diagnosis diagnosis) {
        var text = new StringBuilder();
        text.append("%s: %d %s of %d %s\n"
                .formatted(
                        diagnosis.subject(),
                        diagnosis.rows(),
                        diagnosis.rows() == 1 ? "row" : "rows",
                        diagnosis.width(),
                        diagnosis.width() == 1 ? "dimension" : "dimensions"));
        diagnosis.warnings().forEach(warning -> text.append("warning: ").append(warning).append('\n'));
        for (Verdict verdict : diagnosis.verdicts()) {
            text.append("\n%s, confidence %d %%\n"
                    .formatted(
                            verdict.kind().title().toUpperCase(Locale.ROOT),
                            Math.round(PERCENT * verdict.confidence())));
            text.append("  because  ").append(verdict.evidence()).append('\n');
            text.append("  next     ").append(verdict.next()).append('\n');
        }
        var lines = new ArrayList<List<String>>();
        for (Section section : diagnosis.sections()) {
            lines.add(List.of(section.name(), "value", "95 % interval", "healthy", "meaning"));
            section.measures().forEach(measure -> lines.add(cells(measure)));
            lines.add(List.of());
        }
        return text.append('\n').append(aligned(lines)).toString();
    }

    private static List<String> cells(Measure measure) {
        boolean interval = !Double.isNaN(measure.lower()) && !Double.isNaN(measure.upper());
        return List.of(
                "  " + measure.name(),
                number(measure.value()),
                interval ? number(measure.lower()) + " to " + number(measure.upper()) : "",
                measure.healthy(),
                measure.meaning());
    }

    /// Four digits; `-` where there is no value.
    static String number(double value) {
        if (Double.isNaN(value)) {
            return "-";
        }
        if (value == Math.rint(value) && Math.abs(value) < LARGE) {
            return String.valueOf((long) value);
        }
        double size = Math.abs(value);
        if (size >= LARGE || size < SMALL) {
            return String.format(Locale.ROOT, "%.3g", value);
        }
        int decimals = Math.clamp(3 - (int) Math.floor(Math.log10(size)), 0, 5);
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }

    /// Columns of one width over all sections, two spaces apart; no space at the end of a line.
    private static String aligned(List<List<String>> lines) {
        int[] widths = new int[5];
        for (List<String> line : lines) {
            for (int i = 0; i < line.size(); i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        var text = new StringBuilder();
        for (List<String> line : lines) {
            var out = new StringBuilder();
            for (int i = 0; i < line.size(); i++) {
                out.append(line.get(i)).repeat(' ', widths[i] - line.get(i).length() + 2);
            }
            text.append(out.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
