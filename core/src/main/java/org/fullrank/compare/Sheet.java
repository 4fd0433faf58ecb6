package org.fullrank.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.fullrank.diagnose.Vitals;
import org.fullrank.stats.MeanAndSpread;
import org.fullrank.stats.PairedTest;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// The table of a comparison as text, for the terminal and for pages.
///
/// @param head one title for each column
/// @param rows the rows, each with as many cells
public record Sheet(List<String> head, List<List<String>> rows) {
    /// Explanations of the table, one sentence each.
    public static final List<String> LEGEND = List.of(
            "Mean ± sample standard deviation over seeds (n of them measured).",
            "RankMe counts the dimensions in use; std is the spread of directions: 0 is a collapse to one point, 1 an"
                    + " even spread over the sphere. Both are measured on test items.",
            "A difference from the reference is in percentage points; p is from a paired t-test over at least "
                    + ComparisonReport.FEW_SEEDS
                    + " seeds, corrected for the number of recipes (Holm); * marks p below "
                    + PairedTest.LEVEL + ".");

    public Sheet {
        head = List.copyOf(head);
        rows = rows.stream().map(List::copyOf).toList();
    }

    static Sheet of(ComparisonReport report) {
        String reference = report.reference().candidate().label();
        List<String> head = new ArrayList<>(List.of("recipe", "n"));
        for (ComparedMeasure figure : ComparedMeasure.values()) {
            head.add(figure.title());
        }
        boolean several = report.rows().size() > 1;
        if (several) {
            ComparisonReport.TESTED.forEach(figure -> head.add(figure.title().replace(" %", "") + " - " + reference));
        }
        List<List<String>> rows = new ArrayList<>();
        report.rows().forEach(row -> rows.add(row(report, row, several)));
        report.baselines().forEach((name, scores) -> rows.add(baseline(name, scores, head.size())));
        return new Sheet(head, rows);
    }

    private static List<String> row(ComparisonReport report, Row row, boolean several) {
        List<String> cells = new ArrayList<>();
        cells.add(row.candidate().label());
        cells.add(String.valueOf(row.measured().size()));
        for (ComparedMeasure figure : ComparedMeasure.values()) {
            cells.add(figure.text(row.spread(figure)) + limit(row, figure));
        }
        if (several) {
            ComparisonReport.TESTED.forEach(figure -> cells.add(text(report.verdict(row, figure))));
        }
        return cells;
    }

    /// The largest possible rank, as text: ` of 128`.
    private static String limit(Row row, ComparedMeasure figure) {
        if (row.measured().isEmpty()) {
            return "";
        }
        var health = row.measured().getFirst().health();
        return switch (figure) {
            case RANK -> " of " + most(health.representation());
            case EMBEDDING_RANK -> " of " + most(health.embedding());
            case KNN, LINEAR, STD, EMBEDDING_STD, SECONDS -> "";
        };
    }

    private static long most(Vitals health) {
        return Math.min(health.rows(), health.width());
    }

    private static String text(ComparisonReport.@Nullable Verdict verdict) {
        if (verdict == null) {
            return "reference";
        }
        PairedTest test = verdict.test();
        if (test.n() == 0) {
            return "-";
        }
        String points = String.format(Locale.ROOT, "%+.1f", 100 * test.difference());
        return verdict.isTested()
                ? points + (verdict.different() ? "*" : "") + ", p " + Numbers.pValue(verdict.holm()) + ", n "
                        + test.n()
                : points + ", n " + test.n();
    }

    private static List<String> baseline(String name, List<Score> scores, int columns) {
        List<String> cells = new ArrayList<>();
        cells.add(name);
        cells.add(String.valueOf(scores.size()));
        cells.add(ComparedMeasure.KNN.text(MeanAndSpread.of(scores, Score::knnShare)));
        cells.add(ComparedMeasure.LINEAR.text(MeanAndSpread.of(scores, Score::linearShare)));
        while (cells.size() < columns) {
            cells.add("");
        }
        return cells;
    }
}
