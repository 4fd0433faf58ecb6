package org.fullrank.objective;

import java.util.Arrays;
import java.util.List;

final class LogDetEntropyReference implements Reference<LogDetEntropy> {
    @Override
    public List<LogDetEntropy> settings() {
        return List.of(LogDetEntropy.defaults(), new LogDetEntropy(1e-2));
    }

    @Override
    public double value(LogDetEntropy entropy, Batch batch) {
        return value(entropy.distortion(), batch, batch.views()[0]);
    }

    static double value(double distortion, Batch batch, double[] z) {
        int n = batch.rows();
        int d = batch.columns();
        double scale = d / distortion * (n - 1) / n;
        double[][] matrix = NaiveStatistics.covariance(z, n, d);
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < d; k++) {
                matrix[j][k] = scale * matrix[j][k] + (j == k ? 1 : 0);
            }
        }
        return -logDeterminant(matrix) / (2 * d);
    }

    /// By elimination; the matrix is positive definite.
    private static double logDeterminant(double[][] matrix) {
        double[][] a = Arrays.stream(matrix).map(double[]::clone).toArray(double[][]::new);
        double sum = 0;
        for (int p = 0; p < a.length; p++) {
            sum += Math.log(a[p][p]);
            for (int i = p + 1; i < a.length; i++) {
                double factor = a[i][p] / a[p][p];
                for (int j = p; j < a.length; j++) {
                    a[i][j] -= factor * a[p][j];
                }
            }
        }
        return sum;
    }

    /// `1 + 1e40` has no digits for the 1.
    @Override
    public boolean hasDigitsForHugeEntries() {
        return false;
    }
}
