package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.fullrank.file.NumberSlip;
import org.jspecify.annotations.Nullable;

/// Reads the training rows of a table once and decides how each column becomes values, see [TableSchema].
final class TableFit {
    /// Largest number of levels of a category. Rarer levels count as unknown. The one-hot values of more
    /// levels would outweigh all other columns.
    static final int MOST_LEVELS = 100;
    /// From this number of rows on, a column of different texts or different whole numbers counts as
    /// identifiers. In fewer rows, the values may all differ by chance.
    static final int IDENTIFIER_ROWS = 50;
    /// Largest number of different numbers in a category that has numbers and some texts, such as `0`, `1`,
    /// `2`, `3+`. If a column has more different numbers, it is a measurement, and the texts in it are
    /// mistakes.
    static final int MOST_CODES = 10;

    /// Mean number of rows of a number that may be a class.
    static final int ROWS_OF_CLASS = 10;

    private static final int MOST_COUNTED = 1 << 16;

    private final CsvTable table;
    private final Path file;
    private final List<String> notes = new ArrayList<>();

    private TableFit(CsvTable table, Path file) {
        this.table = table;
        this.file = file;
    }

    /// The decisions, one line for each that a user should know.
    record Fitted(TableSchema schema, List<String> notes) {}

    /// Fits a schema to the rows of a table and reads it to its end.
    ///
    /// @throws InputException when a column holds dates, numbers with a [NumberSlip], or numbers among texts
    static Fitted of(CsvTable table, Path file, Wanted wanted) throws IOException {
        return new TableFit(table, file).fit(wanted);
    }

    /// The user's settings for columns, by names or positions from 1.
    ///
    /// @param ignored columns to leave out
    /// @param categories columns that are categories
    /// @param elsewhere names of columns of the other tables; these may be ignored too
    /// @param remedy the option for a feature that may be the class, with `%d` for its position; null if no label
    ///     column was searched for, because the user named one
    record Wanted(
            List<String> ignored,
            List<String> categories,
            Set<String> elsewhere,
            @Nullable String remedy) {}

    private Fitted fit(Wanted wanted) throws IOException {
        List<String> names = table.names();
        Column[] found = new Column[table.columns()];
        for (int i = 0; i < found.length; i++) {
            found[i] = new Column(i);
        }
        boolean[] skip = marked("data.ignore", wanted.ignored, wanted.elsewhere);
        boolean[] categories = marked("data.categories", wanted.categories, Set.of());
        for (Column column : found) {
            column.declared = categories[column.position];
        }
        for (CsvTable.Row row = table.next(); row != null; row = table.next()) {
            for (Column column : found) {
                if (column.position != table.label() && column.position != table.index() && !skip[column.position]) {
                    column.add(row);
                }
            }
        }
        List<TableColumn> columns = new ArrayList<>();
        Map<String, List<String>> left = new LinkedHashMap<>();
        for (Column column : found) {
            if (column.position != table.label()) {
                TableColumn decided = skip[column.position] ? column.leftOut("data.ignore") : column.decide();
                columns.add(decided);
                if (decided instanceof TableColumn.LeftOut out && column.position != table.index()) {
                    left.computeIfAbsent(out.reason(), _ -> new ArrayList<>()).add(column.title());
                }
            }
        }
        left.forEach((reason, titles) -> notes.add("left out %s: %s".formatted(String.join(", ", titles), reason)));
        int label = table.label();
        if (label < 0 && wanted.remedy != null) {
            noteClasses(found, skip, wanted.remedy);
        }
        var schema = new TableSchema(names != null, names == null || label < 0 ? "" : names.get(label), columns);
        if (names != null && !schema.named()) {
            notes.add("the header has several columns %s: the columns of other tables are found by position"
                    .formatted(String.join(
                            ", ",
                            TableSchema.twice(columns, label < 0 ? "" : names.get(label), names).stream()
                                    .map(name -> name.isEmpty() ? "without a name" : name)
                                    .toList())));
        }
        return new Fitted(schema, List.copyOf(notes));
    }

    /// Notes a first or last column that looks like classes, as in files without a header.
    private void noteClasses(Column[] found, boolean[] skip, String remedy) {
        for (int at : found.length > 1 ? new int[] {0, found.length - 1} : new int[0]) {
            if (!skip[at] && at != table.index() && found[at].looksLikeClasses()) {
                notes.add("%s is read as a feature but has only %d different %s; if it is the class, use"
                                .formatted(
                                        found[at].title(),
                                        found[at].levels.size(),
                                        found[at].numbers > 0 ? "whole numbers" : "texts")
                        + " " + remedy.formatted(at + 1));
            }
        }
    }

    /// The columns that a setting names.
    private boolean[] marked(String setting, List<String> wanted, Set<String> elsewhere) {
        boolean[] marked = new boolean[table.columns()];
        List<String> names = table.names();
        for (String each : wanted) {
            if ((names == null || !names.contains(each)) && elsewhere.contains(each)) {
                continue;
            }
            int at = table.position(each, setting);
            if (at < 0) {
                throw new InputException(
                        "CSV file %s has no column %s, expected a name of its header or a position from 1 to %d;"
                                        .formatted(file, each, marked.length)
                                + " correct " + setting);
            }
            marked[at] = true;
        }
        return marked;
    }

    /// The contents of the cells of one column.
    private final class Column {
        private final int position;
        private boolean declared; // a category, by the user
        private final Map<String, Integer> levels = new HashMap<>();
        private boolean uncounted; // more distinct cells than are counted
        private boolean repeated; // whether a counted cell occurs twice
        private int rows;
        private int missing;
        private int numbers;
        private int whole;
        private int slips;
        private @Nullable NumberSlip slip; // of a cell, rather a decimal comma
        private int dates;
        private double mean;
        private double least = Double.POSITIVE_INFINITY;
        private double most = Double.NEGATIVE_INFINITY;
        private String example = ""; // the first text, where it stands

        Column(int position) {
            this.position = position;
        }

        void add(CsvTable.Row row) {
            String cell = row.cells().get(position);
            rows++;
            if (CsvTable.isMissing(cell)) {
                missing++;
                return;
            }
            double value = CsvTable.number(cell);
            if (!Double.isNaN(value) || !CsvTable.isText(cell)) {
                if (!Float.isFinite((float) value)) {
                    throw new InputException(table.describe(row, position)
                            + ", expected a finite number of at most 3.4e38; correct it, or leave it empty if"
                            + " it is missing");
                }
                number(value);
            } else {
                note(NumberSlip.of(cell));
                dates += CsvTable.isDate(cell) ? 1 : 0;
                example = example.isEmpty() ? table.describe(row, position) : example;
            }
            count(cell.strip());
        }

        private void note(@Nullable NumberSlip found) {
            slips += found == null ? 0 : 1;
            slip = found == null || slip == NumberSlip.DECIMAL_COMMA ? slip : found;
        }

        private void number(double value) {
            numbers++;
            whole += value == Math.rint(value) ? 1 : 0;
            mean += (value - mean) / numbers;
            least = Math.min(least, value);
            most = Math.max(most, value);
        }

        /// Different numbers are counted, to find identifiers, and to find the levels of a category that has
        /// both texts and numbers.
        private void count(String cell) {
            boolean wanted = !example.isEmpty() || named() || declared;
            if (levels.size() < (wanted ? MOST_COUNTED : MOST_LEVELS + 1) || levels.containsKey(cell)) {
                repeated |= levels.merge(cell, 1, Integer::sum) > 1;
            } else {
                uncounted = true;
            }
        }

        private String name() {
            List<String> names = table.names();
            return names == null ? "" : names.get(position);
        }

        String title() {
            return table.title(position);
        }

        TableColumn.LeftOut leftOut(String reason) {
            return new TableColumn.LeftOut(name(), reason);
        }

        /// Whether the column has few different whole numbers or few different texts, each in several rows on
        /// average. If most cells are missing, as where few rows have labels, two rows are enough.
        boolean looksLikeClasses() {
            int present = rows - missing;
            int needed = missing > present ? 2 : ROWS_OF_CLASS;
            int different = levels.size();
            return (whole == present || numbers == 0)
                    && !uncounted
                    && different > 1
                    && different <= MOST_CODES
                    && present >= needed * different;
        }

        TableColumn decide() {
            if (position == table.index()) {
                return leftOut("index of the rows");
            }
            int texts = rows - missing - numbers;
            if (numbers + texts == 0) {
                return leftOut("empty");
            }
            if (rows > 1 && missing == 0 && (texts == 0 ? least == most : !uncounted && levels.size() == 1)) {
                return leftOut("constant");
            }
            if (declared) {
                return category();
            }
            if (identifies()) {
                return leftOut("identifier, another one in each row");
            }
            if (texts == 0) {
                return new TableColumn.Numeric(name(), mean, missing > 0);
            }
            requireCategory(texts);
            return category();
        }

        /// Whether the column holds identifiers. Its values must all be different. They must be texts, or
        /// whole numbers in a column with the name of an identifier. If the columns have no names, whole
        /// numbers are identifiers in the first column.
        private boolean identifies() {
            int present = rows - missing;
            boolean distinct = !repeated && (uncounted ? levels.size() == MOST_COUNTED : levels.size() == present);
            boolean texts = numbers < present / 2 && dates == 0 && slips == 0;
            return distinct && present >= IDENTIFIER_ROWS && (texts || (named() && whole == present));
        }

        private boolean named() {
            return name().isEmpty() ? position == 0 : CsvTable.namesIdentifier(name());
        }

        private void requireCategory(int texts) {
            if (slip != null && slips == texts) {
                throw new InputException(example + ", expected a number; " + slip.remedy()
                        + ", or name the column in data.categories if it is a category, or in data.ignore to leave it"
                        + " out");
            }
            if (dates == texts) {
                throw new InputException(
                        example + ", a date, expected numbers or categories; replace it by numbers such as the"
                                + " year or the weekday, or leave the column out with data.ignore");
            }
            if (numbers > texts && codes() > MOST_CODES) {
                throw new InputException(
                        example + ", expected a number as in most rows; correct it, leave it empty if it is"
                                + " missing, name the column in data.categories if it is a category, or in"
                                + " data.ignore to leave it out");
            }
        }

        /// The different numbers, as far as they are counted.
        private long codes() {
            return levels.keySet().stream()
                    .filter(cell -> !CsvTable.isText(cell))
                    .count();
        }

        private TableColumn category() {
            List<String> kept = new ArrayList<>(levels.keySet());
            if (uncounted || kept.size() > MOST_LEVELS) {
                kept.sort((a, b) -> {
                    int byCount = Integer.compare(levels.getOrDefault(b, 0), levels.getOrDefault(a, 0));
                    return byCount != 0 ? byCount : a.compareTo(b);
                });
                notes.add("%s has %s%d levels: the %d most frequent are kept, the others count as unknown"
                        .formatted(title(), uncounted ? "more than " : "", kept.size(), MOST_LEVELS));
                kept = kept.subList(0, MOST_LEVELS);
            }
            if (missing > 0) {
                kept.add("");
            }
            return new TableColumn.Category(name(), kept.stream().sorted().toList());
        }
    }
}
