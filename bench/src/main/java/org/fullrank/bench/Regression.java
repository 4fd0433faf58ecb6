package org.fullrank.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/// Reports which benchmarks became slower compared with a baseline.
///
/// A figure has changed if two conditions hold. The medians of the figure differ by more than [#MARGIN] of
/// the old median. The medians also differ by more than the sum of the two interquartile ranges. If the
/// figures come from two machines, they are listed with their ratio but not judged.
///
/// @param rows one for each figure of either side
/// @param judged whether both sides were measured on one machine
public record Regression(List<Row> rows, boolean judged) {
    /// A smaller difference is never called a change: 5 %, because two runs of the same code on a quiet
    /// machine can differ by that much.
    static final double MARGIN = 0.05;

    public Regression {
        rows = List.copyOf(rows);
    }

    /// What is said of a figure.
    enum Verdict {
        SAME("same"),
        SLOWER("SLOWER"),
        FASTER("faster"),
        NEW("not in the baseline"),
        GONE("not measured any more"),
        UNJUDGED("");

        private final String words;

        Verdict(String words) {
            this.words = words;
        }
    }

    /// A figure before and after, of which one may be missing.
    record Row(
            String name, @Nullable Figure before, @Nullable Figure after) {
        /// How many times the old median the new one is; NaN when one is missing.
        double ratio() {
            return before == null || after == null ? Double.NaN : after.median() / before.median();
        }

        private Verdict verdict(boolean judged) {
            if (before == null || after == null) {
                return before == null ? Verdict.NEW : Verdict.GONE;
            }
            if (!judged) {
                return Verdict.UNJUDGED;
            }
            double change = after.median() - before.median();
            double tolerance = Math.max(MARGIN * before.median(), before.spread() + after.spread());
            return change > tolerance ? Verdict.SLOWER : change < -tolerance ? Verdict.FASTER : Verdict.SAME;
        }
    }

    /// Compares figures of equal name. A figure whose unit has changed counts as two.
    static Regression of(Baseline before, Baseline after) {
        SequencedMap<String, Figure> old = byName(before);
        SequencedMap<String, Figure> now = byName(after);
        var rows = new ArrayList<Row>();
        old.forEach((name, figure) -> rows.add(new Row(name, figure, now.get(name))));
        now.forEach((name, figure) -> {
            if (!old.containsKey(name)) {
                rows.add(new Row(name, null, figure));
            }
        });
        return new Regression(rows, before.machine().equals(after.machine()));
    }

    private static SequencedMap<String, Figure> byName(Baseline baseline) {
        var map = new LinkedHashMap<String, Figure>();
        baseline.figures().forEach(f -> map.put("%s, %s".formatted(f.name(), f.unit()), f));
        return map;
    }

    Verdict verdict(Row row) {
        return row.verdict(judged);
    }

    /// Whether any figure got slower.
    boolean slower() {
        return rows.stream().anyMatch(row -> verdict(row) == Verdict.SLOWER);
    }

    /// A table for a terminal.
    String text() {
        int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
        String format = "%-" + Math.max(width, 1) + "s  %10s  %10s  %6s  %s";
        var lines = new ArrayList<String>();
        lines.add(format.formatted("median", "old", "new", "ratio", "").stripTrailing());
        for (Row row : rows) {
            String ratio = Double.isNaN(row.ratio()) ? "-" : String.format(Locale.ROOT, "%.2f", row.ratio());
            lines.add(format.formatted(row.name(), median(row.before()), median(row.after()), ratio, verdict(row).words)
                    .stripTrailing());
        }
        return String.join("\n", lines) + "\n";
    }

    private static String median(@Nullable Figure figure) {
        return figure == null ? "-" : String.format(Locale.ROOT, "%.4g", figure.median());
    }
}
