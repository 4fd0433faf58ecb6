package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;

/// Matrices for tests of relations, and sums over them by loops.
final class Samples {
    private Samples() {}

    static double[][] gaussian(long seed, int rows, int width) {
        var random = Keyed.of(seed);
        double[][] z = new double[rows][width];
        for (double[] row : z) {
            Arrays.setAll(row, j -> random.nextGaussian());
        }
        return z;
    }

    /// Rows that depend on one another, of uneven scale and with an offset.
    static double[][] mixed(long seed, int rows, int width) {
        double[][] z = gaussian(seed, rows, width);
        for (double[] row : z) {
            for (int j = 1; j < width; j++) {
                row[j] += 0.6 * row[j - 1];
            }
            for (int j = 0; j < width; j++) {
                row[j] = row[j] * (1 + 0.3 * (j % 7)) + 2 - 0.7 * (j % 11);
            }
        }
        return z;
    }

    static double[][] copy(double[][] z) {
        return Arrays.stream(z).map(double[]::clone).toArray(double[][]::new);
    }

    static double[][] plus(double[][] a, double scale, double[][] b) {
        double[][] sum = copy(a);
        for (int i = 0; i < sum.length; i++) {
            double[] row = b[i];
            double[] old = a[i];
            Arrays.setAll(sum[i], j -> old[j] + scale * row[j]);
        }
        return sum;
    }

    static double[][] map(double[][] z, DoubleUnaryOperator f) {
        return Arrays.stream(z).map(row -> Arrays.stream(row).map(f).toArray()).toArray(double[][]::new);
    }

    static Tensor tensor(double[][] z) {
        return Tensors.of(z);
    }

    static double[] column(double[][] z, int j) {
        return Arrays.stream(z).mapToDouble(row -> row[j]).toArray();
    }

    static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }

    static double squaredDistance(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += (a[j] - b[j]) * (a[j] - b[j]);
        }
        return sum;
    }

    static double[] unit(double[] a) {
        double norm = Math.sqrt(dot(a, a));
        return Arrays.stream(a).map(v -> v / norm).toArray();
    }

    /// Mean of the rows of numbers `which`.
    static double[] centroid(double[][] z, int... which) {
        double[] mean = new double[z[0].length];
        for (int i : which) {
            for (int j = 0; j < mean.length; j++) {
                mean[j] += z[i][j] / which.length;
            }
        }
        return mean;
    }
}
