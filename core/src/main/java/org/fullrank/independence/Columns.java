package org.fullrank.independence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.rows.RowStream;

/// The columns of a matrix `[N, D]` in memory, as float64. All values are finite, N is at least 4, and D is at
/// least 2.
///
/// @param name what the values are, for error messages
/// @param values `[D][N]`; not copied, so they must not be changed
public record Columns(String name, double[][] values) {
    /// Smallest number of rows: the unbiased HSIC divides by `N - 3`.
    public static final int LEAST_ROWS = 4;

    private static final long SHUFFLES = Keyed.name("shuffled columns");

    public Columns {
        InputException.when(
                values.length < 2,
                "%s: found %d column, expected at least 2; independence compares columns",
                name,
                values.length);
        int rows = values[0].length;
        for (int j = 0; j < values.length; j++) {
            InputException.when(
                    values[j].length != rows,
                    "%s: found %d rows in column 0 and %d in column %d, expected one length; give the same items",
                    name,
                    rows,
                    values[j].length,
                    j);
        }
        InputException.when(
                rows < LEAST_ROWS, "%s: found %d rows, expected at least %d; give more items", name, rows, LEAST_ROWS);
        for (int j = 0; j < values.length; j++) {
            requireFinite(name, values[j], j);
        }
    }

    private static void requireFinite(String name, double[] column, int j) {
        for (int i = 0; i < column.length; i++) {
            InputException.unless(
                    Double.isFinite(column[i]),
                    "%s: found %s in row %d, column %d (from 0), expected finite numbers; leave that row out",
                    name,
                    column[i],
                    i,
                    j);
        }
    }

    /// Reads a whole stream into memory.
    ///
    /// @throws InputException as the constructor, and when the stream is damaged
    public static Columns read(RowStream stream) {
        return new Columns(stream.name(), values(stream));
    }

    /// The columns of a matrix `[N, D]` of finite values.
    public static Columns of(String name, Tensor matrix) {
        try (var scope = Scope.withoutGradients()) {
            double[] flat = Tensors.doubles(
                    Tensors.to(matrix, Device.CPU).to(ScalarType.Double).t());
            int rows = Math.toIntExact(matrix.size(0));
            double[][] values = new double[Math.toIntExact(matrix.size(1))][];
            Arrays.setAll(values, j -> Arrays.copyOfRange(flat, j * rows, (j + 1) * rows));
            return new Columns(name, values);
        }
    }

    /// The columns of a whole stream, `[D][N]`.
    static double[][] values(RowStream stream) {
        List<double[]> blocks = new ArrayList<>(); // each [D, B]
        int rows = 0;
        while (true) {
            try (var scope = Scope.withoutGradients()) {
                Tensor block = stream.next();
                if (block == null) {
                    break;
                }
                rows = Math.addExact(rows, Math.toIntExact(block.size(0)));
                blocks.add(Tensors.doubles(block.to(ScalarType.Double).t()));
            }
        }
        double[][] values = new double[stream.width()][rows];
        int from = 0;
        for (double[] block : blocks) {
            int count = block.length / values.length;
            for (int j = 0; j < values.length; j++) {
                System.arraycopy(block, j * count, values[j], from, count);
            }
            from += count;
        }
        return values;
    }

    /// Rows N.
    public int rows() {
        return values[0].length;
    }

    /// Columns D.
    public int width() {
        return values.length;
    }

    /// The same columns, each one in its own random order. These columns are independent. They are
    /// independent.
    ///
    /// @param seed equal seeds and rounds give equal orders
    public Columns shuffled(long seed, long round) {
        double[][] shuffled = new double[width()][];
        for (int j = 0; j < shuffled.length; j++) {
            var random = Keyed.of(seed, SHUFFLES, round, j);
            double[] column = values[j].clone();
            for (int i = column.length - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                double value = column[i];
                column[i] = column[other];
                column[other] = value;
            }
            shuffled[j] = column;
        }
        return new Columns(name, shuffled);
    }

    /// The same columns made uncorrelated, with mean 0 and variance 1. Each one stays as near to itself as
    /// possible.
    ///
    /// @throws InputException when there are no more rows than columns, or when a column is constant, equal to
    ///     another one, or a sum of others
    public Columns whitened() {
        return NativeErrors.guard("whitening " + name, () -> {
            try (var scope = Scope.withoutGradients()) {
                return of(name, Whitening.of(this).rows());
            }
        });
    }

    /// Mean of each column.
    double[] means() {
        return Arrays.stream(values)
                .mapToDouble(column -> Arrays.stream(column).average().orElseThrow())
                .toArray();
    }

    /// The values as a tensor `[D, N]`; the caller's scope owns it.
    Tensor tensor() {
        return Tensors.of(values);
    }
}
