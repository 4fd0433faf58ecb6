package org.fullrank.independence;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.ToDoubleFunction;
import org.fullrank.engine.Keyed;

/// Columns for tests, and kernel sums by loops over all rows.
final class Golden {
    /// 16 rows of three columns with known values of HSIC.
    static final Columns XYZ = xyz();

    private Golden() {}

    private static Columns xyz() {
        double[] x = column(16, i -> Math.sin(1 + 0.7 * i));
        double[] y = column(16, i -> Math.cos(0.3 * i) + 0.2 * x[i]);
        double[] z = column(16, i -> Math.sin(2 + 1.1 * i) * x[i]);
        return new Columns("golden", new double[][] {x, y, z});
    }

    static double[] column(int rows, IntToDoubleFunction value) {
        double[] column = new double[rows];
        Arrays.setAll(column, value);
        return column;
    }

    /// Independent draws, a distribution for each column.
    @SafeVarargs
    static Columns drawn(long seed, int rows, ToDoubleFunction<Keyed>... columns) {
        double[][] values = new double[columns.length][];
        for (int j = 0; j < columns.length; j++) {
            var random = Keyed.of(seed, j);
            ToDoubleFunction<Keyed> draw = columns[j];
            values[j] = column(rows, _ -> draw.applyAsDouble(random));
        }
        return new Columns("drawn", values);
    }

    /// The kernel matrix of a column.
    static double[][] gaussian(double[] x, double bandwidth) {
        return matrix(x.length, (a, b) -> Math.exp(-Math.pow(x[a] - x[b], 2) / (2 * bandwidth * bandwidth)));
    }

    /// The matrix of inner products of features of a column.
    static double[][] inner(double[] x, DoubleUnaryOperator... features) {
        return matrix(
                x.length,
                (a, b) -> Arrays.stream(features)
                        .mapToDouble(f -> f.applyAsDouble(x[a]) * f.applyAsDouble(x[b]))
                        .sum());
    }

    interface Entry {
        double at(int a, int b);
    }

    static double[][] matrix(int rows, Entry entry) {
        double[][] matrix = new double[rows][];
        for (int a = 0; a < rows; a++) {
            int row = a;
            matrix[a] = column(rows, b -> entry.at(row, b));
        }
        return matrix;
    }

    /// `Tr(K H L H)`, by the definition.
    static double trace(double[][] k, double[][] l) {
        double[][] left = centered(k);
        double[][] right = centered(l);
        double sum = 0;
        for (int a = 0; a < k.length; a++) {
            for (int b = 0; b < k.length; b++) {
                sum += left[a][b] * right[b][a];
            }
        }
        return sum;
    }

    private static double[][] centered(double[][] k) {
        double[] means = Arrays.stream(k)
                .mapToDouble(row -> Arrays.stream(row).average().orElseThrow())
                .toArray();
        double mean = Arrays.stream(means).average().orElseThrow();
        return matrix(k.length, (a, b) -> k[a][b] - means[a] - means[b] + mean);
    }

    /// The U-statistic, as a mean over all quadruples of different rows.
    static double unbiased(double[][] k, double[][] l) {
        int n = k.length;
        double sum = 0;
        long count = 0;
        for (int a = 0; a < n; a++) {
            for (int b = 0; b < n; b++) {
                for (int c = 0; c < n; c++) {
                    for (int d = 0; d < n; d++) {
                        if (a != b && a != c && a != d && b != c && b != d && c != d) {
                            sum += k[a][b] * (l[a][b] + l[c][d] - 2 * l[a][c]);
                            count++;
                        }
                    }
                }
            }
        }
        return sum / count;
    }
}
