package org.fullrank.preflight;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.fullrank.data.Items;
import org.fullrank.data.Labels;
import org.fullrank.data.TableColumn;
import org.fullrank.data.TableSchema;
import org.fullrank.data.Vectors;
import org.fullrank.preflight.PreflightCheck.Finding;

/// Finds columns that reveal the classes because the rows are sorted by class. A column that only increases
/// or only decreases from row to row separates the classes, whatever it measures. Often, such a column is the
/// number of the row.
final class SortedColumns {
    static final String NAME = "sorted-columns";

    /// From this number of rows on, a column is not sorted by chance.
    static final int LEAST_ROWS = 20;
    /// The column must change in this share of the steps from row to row. A column with few values may be
    /// sorted because the class decides its value.
    static final double CHANGING = 0.9;

    private SortedColumns() {}

    /// Checks the training rows; empty unless they are vectors with labels.
    static Optional<PreflightCheck> of(Items items) {
        return items instanceof Vectors vectors && items.labels() != null
                ? Optional.of(of(vectors, items.labels()))
                : Optional.empty();
    }

    private static PreflightCheck of(Vectors vectors, Labels labels) {
        List<String> found = new ArrayList<>();
        if (vectors.size() >= LEAST_ROWS && sorted(labels)) {
            for (int f = 0; f < vectors.features(); f++) {
                if (monotone(vectors, f)) {
                    found.add(title(vectors, f));
                }
            }
        }
        var figures = new LinkedHashMap<String, Double>();
        figures.put("columns", (double) found.size());
        return PreflightCheck.of(
                NAME,
                found.isEmpty() ? Finding.FINE : Finding.CONSIDER,
                figures,
                found.isEmpty()
                        ? "no column gives the classes away by the order of the rows"
                        : "%s only rises or only falls from row to row, and the rows are sorted by class; if it counts the rows"
                                        .formatted(String.join(", ", found))
                                + " it gives the classes away: leave it out with data.ignore");
    }

    /// Whether the rows of each class are consecutive. Rows without a label are ignored.
    private static boolean sorted(Labels labels) {
        int[] classes = Arrays.stream(labels.classes())
                .filter(c -> c != Labels.UNLABELED)
                .toArray();
        int stretches = Math.min(1, classes.length);
        for (int i = 1; i < classes.length; i++) {
            stretches += classes[i] != classes[i - 1] ? 1 : 0;
        }
        return stretches > 1 && stretches <= labels.names().size();
    }

    private static boolean monotone(Vectors vectors, int f) {
        MemorySegment values = vectors.values();
        int features = vectors.features();
        int up = 0;
        int down = 0;
        for (int i = 1; i < vectors.size(); i++) {
            float now = values.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * ((long) i * features + f));
            float before = values.get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * ((long) (i - 1) * features + f));
            up += now > before ? 1 : 0;
            down += now < before ? 1 : 0;
        }
        return Math.min(up, down) == 0 && Math.max(up, down) >= CHANGING * (vectors.size() - 1);
    }

    private static String title(Vectors vectors, int f) {
        TableSchema table = vectors.table();
        if (table != null) {
            int from = 0;
            int position = 1;
            for (TableColumn column : table.columns()) {
                if (f >= from && f < from + column.width()) {
                    return column.name().isEmpty() ? "column " + position : "column " + column.name();
                }
                from += column.width();
                position++;
            }
        }
        return "feature " + (f + 1);
    }
}
