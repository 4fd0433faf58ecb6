package org.fullrank.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.jspecify.annotations.Nullable;

/// Turns the rows of one table into vectors, as a [TableSchema] says. Counts cells of a kind that does not
/// occur in training: new levels, and missing numbers in a column without missing numbers.
final class TableEncoder {
    private final TableSchema schema;
    private final CsvTable table;
    private final Path file;
    private final int[] positions;
    private final List<Map<String, Integer>> levels = new ArrayList<>(); // place of each level; empty for numbers
    private final int[] unknown;
    private final @Nullable String[] example;

    /// @throws InputException when the table lacks a column of the schema, or has a column that is not in the
    ///     schema
    TableEncoder(TableSchema schema, CsvTable table, Path file, Set<String> ignored) {
        this.schema = schema;
        this.table = table;
        this.file = file;
        positions = schema.positions(table, file, ignored);
        unknown = new int[positions.length];
        example = new @Nullable String[positions.length];
        for (TableColumn column : schema.columns()) {
            Map<String, Integer> places = new HashMap<>();
            if (column instanceof TableColumn.Category category) {
                category.levels().forEach(level -> places.put(level, places.size()));
            }
            levels.add(places);
        }
    }

    /// Writes the values of a row, `[F]`.
    ///
    /// @throws InputException when a column of numbers holds something else
    void encode(CsvTable.Row row, float[] to) {
        int at = 0;
        for (int i = 0; i < positions.length; i++) {
            TableColumn column = schema.columns().get(i);
            switch (column) {
                case TableColumn.Numeric number -> number(row, i, number, to, at);
                case TableColumn.Category _ -> level(row, i, to, at);
                case TableColumn.LeftOut _ -> {}
            }
            at += column.width();
        }
    }

    private void number(CsvTable.Row row, int i, TableColumn.Numeric column, float[] to, int at) {
        int position = positions[i];
        String cell = row.cells().get(position);
        boolean missing = CsvTable.isMissing(cell);
        float value = (float) (missing ? column.mean() : CsvTable.number(cell));
        if (!Float.isFinite(value)) {
            throw new InputException(table.describe(row, position)
                    + ", expected a finite number as in the training table; correct it, or leave it empty if"
                    + " it is missing");
        }
        to[at] = value;
        if (column.indicator()) {
            to[at + 1] = missing ? 1 : 0;
        } else if (missing) {
            unknown[i]++;
        }
    }

    private void level(CsvTable.Row row, int i, float[] to, int at) {
        String level = TableColumn.Category.level(row.cells().get(positions[i]));
        int width = schema.columns().get(i).width();
        Arrays.fill(to, at, at + width, 0);
        Integer place = levels.get(i).get(level);
        if (place != null) {
            to[at + place] = 1;
        } else {
            unknown[i]++;
            example[i] = example[i] == null ? level : example[i];
        }
    }

    /// One line for each column with cells of a kind that does not occur in training.
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        for (int i = 0; i < unknown.length; i++) {
            if (unknown[i] > 0) {
                String name = schema.columns().get(i).name();
                notes.add(String.format(
                        Locale.ROOT,
                        "%s, column %s: %s in %,d rows; they get %s",
                        file.getFileName(),
                        name.isEmpty() ? String.valueOf(positions[i] + 1) : name,
                        example[i] == null
                                ? "missing values, of which the training table has none,"
                                : "levels that are unknown, such as '" + example[i] + "',",
                        unknown[i],
                        example[i] == null ? "the training mean" : "0 for every level"));
            }
        }
        return notes;
    }
}
