package org.fullrank.objective;

import java.util.List;

final class BarlowTwinsReference implements Reference<BarlowTwins> {
    @Override
    public List<BarlowTwins> settings() {
        return List.of(BarlowTwins.defaults(), new BarlowTwins(0.5, 0.1, 1e-2), new BarlowTwins(0, 1, 1e-5));
    }

    @Override
    public double value(BarlowTwins loss, Batch batch) {
        double[][] views = batch.views();
        double sum = 0;
        int pairs = 0;
        for (int a = 0; a < views.length; a++) {
            for (int b = a + 1; b < views.length; b++) {
                sum += pair(loss, batch, views[a], views[b]);
                pairs++;
            }
        }
        return loss.scale() * sum / pairs;
    }

    private static double pair(BarlowTwins loss, Batch batch, double[] z1, double[] z2) {
        int d = batch.columns();
        double[] x = standardized(z1, batch, loss.epsilon());
        double[] y = standardized(z2, batch, loss.epsilon());
        double sum = 0;
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < d; k++) {
                double c = 0;
                for (int i = 0; i < batch.rows(); i++) {
                    c += x[i * d + j] * y[i * d + k] / batch.rows();
                }
                sum += j == k ? (c - 1) * (c - 1) : loss.lambda() * c * c;
            }
        }
        return sum;
    }

    /// Batch norm without scale and shift.
    private static double[] standardized(double[] z, Batch batch, double epsilon) {
        int d = batch.columns();
        double[] x = new double[z.length];
        for (int j = 0; j < d; j++) {
            double mean = 0;
            double variance = 0;
            for (int i = j; i < z.length; i += d) {
                mean += z[i] / batch.rows();
            }
            for (int i = j; i < z.length; i += d) {
                variance += (z[i] - mean) * (z[i] - mean) / batch.rows();
            }
            for (int i = j; i < z.length; i += d) {
                x[i] = (z[i] - mean) / Math.sqrt(variance + epsilon);
            }
        }
        return x;
    }
}
