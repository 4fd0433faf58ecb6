package org.fullrank.rows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.file.CsvTable;
import org.fullrank.file.CsvTable.Row;
import org.jspecify.annotations.Nullable;

/// Reads the numbers of a CSV file as float64, without the label column. A cell that is empty, `nan` or `inf`
/// becomes NaN. A first column that numbers the rows is left out, with a warning; its header is empty, id,
/// index or row.
final class CsvRows implements RowStream {
    /// Names of a first column that numbers the rows. The empty name is for the index of pandas.
    private static final Set<String> INDEX = Set.of("", "id", "index", "row");

    private final Path file;
    private final CsvTable table;
    private final int[] columns;
    private final boolean indexed;

    private CsvRows(Path file, CsvTable table) {
        this.file = file;
        this.table = table;
        List<String> names = table.names();
        indexed = names != null
                && names.size() > 1
                && INDEX.contains(names.getFirst().strip().toLowerCase(Locale.ROOT));
        columns = IntStream.range(indexed ? 1 : 0, table.columns())
                .filter(column -> column != table.label())
                .toArray();
    }

    static CsvRows open(Path file, Selection selection) {
        if (selection.key() != null) {
            throw new InputException("CSV file %s: found a table, expected an archive for --key %s; leave --key out"
                    .formatted(file, selection.key()));
        }
        try {
            CsvTable table = LabelFile.table(file, selection);
            var rows = new CsvRows(file, table);
            if (rows.columns.length == 0) {
                table.close();
                throw new InputException("CSV file " + file
                        + " has no column except the label, expected at least one of numbers; add the embeddings");
            }
            return rows;
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    static InputException unreadable(Path file, IOException e) {
        return new InputException(
                "CSV file %s: cannot be read (%s); check that it is whole".formatted(file, e.getMessage()), e);
    }

    @Override
    public String name() {
        return "CSV file " + file;
    }

    @Override
    public int width() {
        return columns.length;
    }

    @Override
    public List<String> warnings() {
        return indexed
                ? List.of("the first column, \"%s\", was left out as an index of rows"
                        .formatted(Objects.requireNonNull(table.names()).getFirst()))
                : List.of();
    }

    @Override
    public @Nullable Tensor next() {
        int most = ArrayLayout.blockRows(columns.length);
        double[] values = new double[most * columns.length];
        int rows = 0;
        try {
            for (Row row = table.next(); row != null; row = ++rows < most ? table.next() : null) {
                for (int i = 0; i < columns.length; i++) {
                    values[rows * columns.length + i] = number(row, columns[i]);
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        return rows == 0 ? null : Tensors.of(Arrays.copyOf(values, rows * columns.length), rows, columns.length);
    }

    private double number(Row row, int column) {
        String cell = row.cells().get(column);
        double value = CsvTable.number(cell);
        if (Double.isNaN(value) && CsvTable.isText(cell)) {
            throw new InputException(table.describe(row, column)
                    + ", expected a number; name the label column with --label-column, or leave the column out");
        }
        return value;
    }

    @Override
    public void close() {
        try {
            table.close();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }
}
