package org.fullrank.rows;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.file.CsvTable;
import org.fullrank.file.CsvTable.Row;
import org.fullrank.file.NumberSlip;
import org.jspecify.annotations.Nullable;

/// Reads the numbers of a CSV file as float64. [NumericColumns] decides which columns are read. A missing cell
/// and `inf` become NaN.
final class CsvRows implements RowStream {
    private final Path file;
    private final CsvTable table;
    private final NumericColumns found;
    private final int[] columns;

    private CsvRows(Path file, CsvTable table, NumericColumns found) {
        this.file = file;
        this.table = table;
        this.found = found;
        this.columns = found.positions();
    }

    static CsvRows open(Path file, Selection selection) {
        if (selection.key() != null) {
            throw new InputException("CSV file %s: found a table, expected an archive for --array %s; leave --array out"
                    .formatted(file, selection.key()));
        }
        try {
            CsvTable table = LabelFile.table(file, selection);
            try {
                return new CsvRows(file, table, NumericColumns.of(file, table, selection));
            } catch (RuntimeException e) {
                table.close();
                throw e;
            }
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
        boolean withoutIndex = Arrays.stream(columns).noneMatch(column -> column == table.index());
        return Stream.concat(table.warnings(withoutIndex).stream(), found.warnings().stream())
                .toList();
    }

    @Override
    public @Nullable String labelColumn() {
        int label = table.label();
        List<String> names = table.names();
        return label < 0 ? null : names == null ? String.valueOf(label + 1) : names.get(label);
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
            NumberSlip slip = NumberSlip.of(cell);
            throw new InputException(table.describe(row, column) + ", expected a number; "
                    + (slip == null ? "correct it, or leave the column out with --skip-column" : slip.remedy()));
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
