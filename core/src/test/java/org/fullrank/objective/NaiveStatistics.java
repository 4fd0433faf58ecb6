package org.fullrank.objective;

import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/// Statistics of `[n, d]` embeddings in row-major order, by their definitions.
final class NaiveStatistics {
    private NaiveStatistics() {}

    /// Covariance `[d, d]` with n - 1.
    static double[][] covariance(double[] z, int n, int d) {
        double[] mean = new double[d];
        for (int i = 0; i < n * d; i++) {
            mean[i % d] += z[i] / n;
        }
        double[][] c = new double[d][d];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < d; j++) {
                for (int k = 0; k < d; k++) {
                    c[j][k] += (z[i * d + j] - mean[j]) * (z[i * d + k] - mean[k]) / (n - 1);
                }
            }
        }
        return c;
    }

    /// `sum_{i != j} C_ij^2`.
    static double offDiagonal(double[][] c) {
        double sum = 0;
        for (int j = 0; j < c.length; j++) {
            for (int k = 0; k < c.length; k++) {
                sum += j == k ? 0 : c[j][k] * c[j][k];
            }
        }
        return sum;
    }

    /// Rows divided by their norms.
    static double[] unitRows(double[] z, int n, int d) {
        double[] unit = new double[n * d];
        for (int i = 0; i < n; i++) {
            double squares = 0;
            for (int j = 0; j < d; j++) {
                squares += z[i * d + j] * z[i * d + j];
            }
            for (int j = 0; j < d; j++) {
                unit[i * d + j] = squares == 0 ? 0 : z[i * d + j] / Math.sqrt(squares);
            }
        }
        return unit;
    }

    /// The rows of each view divided by their norms.
    static double[][] unitRows(Batch batch) {
        return Stream.of(batch.views())
                .map(z -> unitRows(z, batch.rows(), batch.columns()))
                .toArray(double[][]::new);
    }

    /// The inner product of row `a` of `x` and row `b` of `y`, matrices of `d` columns.
    static double dot(double[] x, int a, double[] y, int b, int d) {
        double sum = 0;
        for (int j = 0; j < d; j++) {
            sum += x[a * d + j] * y[b * d + j];
        }
        return sum;
    }

    /// The mean over the views.
    static double mean(Batch batch, ToDoubleFunction<double[]> ofView) {
        return Stream.of(batch.views()).mapToDouble(ofView).average().orElseThrow();
    }

    /// The mean over pairs of views of the squared distance of all entries.
    static double squaredDistance(double[][] views) {
        double sum = 0;
        int pairs = 0;
        for (int a = 0; a < views.length; a++) {
            for (int b = a + 1; b < views.length; b++) {
                pairs++;
                for (int i = 0; i < views[a].length; i++) {
                    sum += Math.pow(views[a][i] - views[b][i], 2);
                }
            }
        }
        return sum / pairs;
    }
}
