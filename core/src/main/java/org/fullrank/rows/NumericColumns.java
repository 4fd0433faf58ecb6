package org.fullrank.rows;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.fullrank.file.NumberSlip;

/// The columns of a CSV file that are dimensions of embeddings. These columns are left out, with a warning for
/// each rule that is a guess:
///
/// - the label column and an index of the rows, see [CsvTable];
/// - the columns that the user skips;
/// - text: more than half of the cells of the first rows are neither numbers nor missing;
/// - identifiers: whole numbers, all different in the first rows, whose header is that of an identifier or
///   whose standard deviation is more than [#DOMINANT] times that of any other column.
///
/// A column that the user keeps is read although it is an index, a text or an identifier by these rules.
///
/// @param positions from 0, ascending
/// @param warnings one line for each rule
record NumericColumns(int[] positions, List<String> warnings) {
    /// Entries of embeddings have similar scales; identifiers such as 100017 do not.
    static final double DOMINANT = 100;
    /// Number of rows that must have different whole numbers. In fewer rows, counts may differ by chance.
    static final int IDENTIFIER_ROWS = 20;

    /// @throws InputException when a skipped or kept column does not exist, when one is both or is the label, or if no
    ///     column is left
    static NumericColumns of(Path file, CsvTable table, Selection selection) {
        boolean[] skipped = named(file, table, selection.skipped(), "--skip-column");
        boolean[] kept = named(file, table, selection.kept(), "--keep-column");
        boolean[] left = new boolean[table.columns()];
        for (int i = 0; i < left.length; i++) {
            InputException.when(
                    kept[i] && (skipped[i] || i == table.label()),
                    "CSV file %s: found %s for --keep-column, which is %s too, expected a dimension; leave one of the"
                            + " two out",
                    file,
                    table.title(i),
                    skipped[i] ? "skipped" : "the label");
            left[i] = skipped[i] || i == table.label() || i == table.index() && !kept[i];
        }
        var search = new Search(table, table.head(), kept);
        search.leaveOut(left, search.texts(left), "text; if it has the classes, use --label-column");
        search.leaveOut(
                left,
                search.identifiers(left),
                "different whole numbers, which look like identifiers; if they are dimensions, use --keep-column");
        int[] positions = IntStream.range(0, left.length).filter(i -> !left[i]).toArray();
        InputException.when(
                positions.length == 0,
                "CSV file %s has no column of numbers except the label and what was left out, expected at least one; add"
                        + " the embeddings",
                file);
        return new NumericColumns(positions, List.copyOf(search.warnings));
    }

    /// Which columns an option names.
    private static boolean[] named(Path file, CsvTable table, List<String> columns, String option) {
        boolean[] named = new boolean[table.columns()];
        for (String column : columns) {
            int position = table.position(column, option);
            InputException.when(
                    position < 0,
                    "CSV file %s has no column %s, expected a name of its header or a position from 1 to %d; correct %s",
                    file,
                    column,
                    named.length,
                    option);
            named[position] = true;
        }
        return named;
    }

    /// Looks at the first rows.
    private record Search(CsvTable table, List<List<String>> head, boolean[] kept, List<String> warnings) {
        Search(CsvTable table, List<List<String>> head, boolean[] kept) {
            this(table, head, kept, new ArrayList<>());
        }

        void leaveOut(boolean[] left, int[] found, String what) {
            for (int column : found) {
                left[column] = true;
            }
            if (found.length > 0) {
                List<String> titles =
                        Arrays.stream(found).mapToObj(table::title).toList();
                warnings.add("left out %s: %s".formatted(String.join(", ", titles), what));
            }
        }

        int[] texts(boolean[] left) {
            return IntStream.range(0, left.length)
                    .filter(column -> !left[column] && !kept[column] && isText(column))
                    .toArray();
        }

        private boolean isText(int column) {
            List<String> cells = present(column);
            long texts = cells.stream()
                    .filter(cell -> CsvTable.isText(cell) && NumberSlip.of(cell) == null)
                    .count();
            return 2 * texts > cells.size();
        }

        int[] identifiers(boolean[] left) {
            double[] deviations = IntStream.range(0, left.length)
                    .mapToDouble(column -> left[column] ? 0 : deviation(column))
                    .toArray();
            return IntStream.range(0, left.length)
                    .filter(column -> !left[column] && !kept[column] && differentWhole(column))
                    .filter(column -> isNamed(column) || dominates(column, deviations))
                    .toArray();
        }

        private boolean isNamed(int column) {
            List<String> names = table.names();
            return names != null && CsvTable.namesIdentifier(names.get(column));
        }

        private static boolean dominates(int column, double[] deviations) {
            double others = IntStream.range(0, deviations.length)
                    .filter(other -> other != column)
                    .mapToDouble(other -> deviations[other])
                    .max()
                    .orElse(0);
            return others > 0 && deviations[column] > DOMINANT * others;
        }

        private boolean differentWhole(int column) {
            List<String> cells = present(column);
            var different = new HashSet<Double>();
            return cells.size() >= IDENTIFIER_ROWS
                    && cells.stream()
                            .map(CsvTable::number)
                            .allMatch(value -> value == Math.rint(value) && different.add(value));
        }

        private double deviation(int column) {
            double[] values = present(column).stream()
                    .mapToDouble(CsvTable::number)
                    .filter(Double::isFinite)
                    .toArray();
            double mean = Arrays.stream(values).average().orElse(0);
            return Math.sqrt(Arrays.stream(values)
                    .map(value -> (value - mean) * (value - mean))
                    .average()
                    .orElse(0));
        }

        private List<String> present(int column) {
            return head.stream()
                    .map(row -> row.get(column))
                    .filter(cell -> !CsvTable.isMissing(cell))
                    .toList();
        }
    }
}
