package org.fullrank.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.fullrank.settings.Yaml;

/// How the columns of a table become vectors. A schema is fitted on the training rows, saved with the
/// encoder, and applied to every other table that the encoder reads.
///
/// @param named whether the training table had a header of different names. Then the columns of other tables
///     are found by name
/// @param label name of the label column; empty without one, or if columns have no names
/// @param columns all columns but the label, in the order of the training table
public record TableSchema(boolean named, String label, List<TableColumn> columns) {
    private static final int NAMES_SHOWN = 10;

    public TableSchema {
        columns = List.copyOf(columns);
        List<String> names =
                new ArrayList<>(columns.stream().map(TableColumn::name).toList());
        if (!label.isEmpty()) {
            names.add(label);
        }
        named = named && twice(columns, label, names).isEmpty();
        label = named ? label : "";
    }

    /// Names that occur more than once in the header and that belong to the label or to columns that are
    /// learned from.
    static Set<String> twice(List<TableColumn> columns, String label, List<String> names) {
        Set<String> seen = new HashSet<>();
        Set<String> twice =
                new TreeSet<>(names.stream().filter(name -> !seen.add(name)).toList());
        Set<String> used = new HashSet<>(Set.of(label));
        columns.stream()
                .filter(column -> column.width() > 0)
                .map(TableColumn::name)
                .forEach(used::add);
        twice.retainAll(used);
        return twice;
    }

    /// The values of one column in a vector.
    ///
    /// @param from index of the first value
    /// @param width how many
    /// @param numeric whether the first value is a number; otherwise the values are the levels of a category
    public record Span(int from, int width, boolean numeric) {}

    /// The schema that [#json()] wrote.
    ///
    /// @param subject where the schema was read from, for error messages
    public static TableSchema ofJson(String subject, String json) {
        return Yaml.readJson(subject, json, TableSchema.class);
    }

    /// The schema as text.
    public String json() {
        return Yaml.json(this);
    }

    /// F, the number of values of a vector.
    public int width() {
        return columns.stream().mapToInt(TableColumn::width).sum();
    }

    /// The values of each column that is learned from, in order.
    public List<Span> spans() {
        List<Span> spans = new ArrayList<>();
        int from = 0;
        for (TableColumn column : columns) {
            if (column.width() > 0) {
                spans.add(new Span(from, column.width(), column instanceof TableColumn.Numeric));
            }
            from += column.width();
        }
        return List.copyOf(spans);
    }

    /// The schema in words, such as `6 numbers (1 with missing values), 8 categories of 102 levels, 2 columns
    /// left out`.
    public String text() {
        int numbers = 0;
        int missing = 0;
        int categories = 0;
        int levels = 0;
        int left = 0;
        for (TableColumn column : columns) {
            switch (column) {
                case TableColumn.Numeric number -> {
                    numbers++;
                    missing += number.indicator() ? 1 : 0;
                }
                case TableColumn.Category category -> {
                    categories++;
                    levels += category.width();
                }
                case TableColumn.LeftOut _ -> left++;
            }
        }
        List<String> parts = new ArrayList<>();
        if (numbers > 0) {
            parts.add(numbers + " numbers" + (missing > 0 ? " (" + missing + " with missing values)" : ""));
        }
        if (categories > 0) {
            parts.add(categories + " categories of " + levels + " levels");
        }
        if (left > 0) {
            parts.add(left + " left out");
        }
        return String.join(", ", parts);
    }

    /// The positions of this schema's columns in a table. They are found by name if both have a header,
    /// otherwise by position.
    ///
    /// @param ignored names of columns that are not needed
    /// @return position of each column; -1 for a column that is left out and that the table lacks
    /// @throws InputException when a column is missing, or when the table has a column that is not in the
    ///     schema
    int[] positions(CsvTable table, Path file, Set<String> ignored) {
        List<String> names = table.names();
        if (named && names != null) {
            return byName(names, table, file, ignored);
        }
        int label = table.label();
        int found = table.columns() - (label >= 0 ? 1 : 0);
        if (found != columns.size()) {
            throw new InputException(
                    "CSV file %s has %d columns without the label, expected the %d of the training table; use"
                                    .formatted(file, found, columns.size())
                            + " a table of the same columns, best with the same header");
        }
        int[] positions = new int[found];
        for (int i = 0; i < found; i++) {
            positions[i] = label >= 0 && i >= label ? i + 1 : i;
        }
        return positions;
    }

    private int[] byName(List<String> names, CsvTable table, Path file, Set<String> ignored) {
        Set<String> twice = twice(columns, label, names);
        if (!twice.isEmpty()) {
            throw new InputException(
                    "CSV file %s has several columns %s, expected one as in the training table; correct the header"
                            .formatted(file, String.join(", ", twice)));
        }
        int[] positions = new int[columns.size()];
        Set<String> known = new HashSet<>();
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < positions.length; i++) {
            TableColumn column = columns.get(i);
            known.add(column.name());
            positions[i] = names.indexOf(column.name());
            if (positions[i] < 0 && column.width() > 0) {
                missing.add(column.name());
            }
        }
        List<String> extra = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            String name = names.get(i);
            if (!known.contains(name) && !ignored.contains(name) && i != table.label() && i != table.index()) {
                extra.add(names.get(i));
            }
        }
        if (!missing.isEmpty() || !extra.isEmpty()) {
            throw new InputException("CSV file %s %s, expected the columns of the training table; correct the header%s"
                    .formatted(file, differences(missing, extra), remedy(missing)));
        }
        return positions;
    }

    /// An encoder needs every column that it was trained on. So a column can only be left out when the
    /// encoder is trained.
    private static String remedy(List<String> missing) {
        return missing.isEmpty()
                ? ", or leave the columns out with data.ignore, which a run has in its config.yaml"
                : ", or train without the missing columns: leave them out with data.ignore";
    }

    private static String differences(List<String> missing, List<String> extra) {
        List<String> parts = new ArrayList<>();
        if (!missing.isEmpty()) {
            parts.add("lacks " + shown(missing));
        }
        if (!extra.isEmpty()) {
            parts.add("has " + shown(extra) + " in addition");
        }
        return String.join(" and ", parts);
    }

    private static String shown(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())));
        return String.format(
                Locale.ROOT,
                "%s %s%s",
                names.size() == 1 ? "column" : "columns",
                first,
                names.size() > NAMES_SHOWN ? ", ..." : "");
    }
}
