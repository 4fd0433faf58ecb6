package org.fullrank.objective;

import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.Keyed;

final class WMseReference implements Reference<WMse> {
    @Override
    public List<WMse> settings() {
        return List.of(
                WMse.defaults(),
                new WMse(0, 1, 0.1, true),
                new WMse(0, 1, 0.1, false),
                new WMse(4, 3, 0.05, true),
                new WMse(4, 2, 0.05, false));
    }

    @Override
    public double value(WMse loss, Batch batch) {
        int w = loss.subBatch() == 0 ? batch.rows() : loss.subBatch();
        double sum = 0;
        for (int iteration = 0; iteration < loss.iterations(); iteration++) {
            int[] order = order(batch.rows(), loss.subBatch() == 0 ? -1 : iteration);
            int parts = batch.rows() / w;
            for (int p = 0; p < parts; p++) {
                double[][] whitened = new double[batch.views().length][];
                for (int v = 0; v < whitened.length; v++) {
                    double[] rows = rows(batch, batch.views()[v], order, p * w, w);
                    double[] y = whitened(rows, w, batch.columns(), loss.epsilon());
                    whitened[v] = loss.normalize() ? NaiveStatistics.unitRows(y, w, batch.columns()) : y;
                }
                double divisor = loss.normalize() ? w : w * batch.columns();
                sum += NaiveStatistics.squaredDistance(whitened) / divisor / (parts * loss.iterations());
            }
        }
        return sum;
    }

    /// With fewer rows than columns, or a column that others explain, a covariance without ridge has no
    /// inverse.
    @Override
    public boolean refuses(WMse loss, Batch batch) {
        int w = loss.subBatch() == 0 ? batch.rows() : loss.subBatch();
        return w > batch.rows() || Double.isNaN(value(loss, batch));
    }

    @Override
    public boolean seesTheOrder(WMse loss) {
        return loss.subBatch() > 0;
    }

    /// The partition by the documented key; a whole batch has none.
    private static int[] order(int n, int iteration) {
        int[] order = new int[n];
        Arrays.setAll(order, i -> i);
        if (iteration >= 0) {
            Keyed random = Keyed.of(Keyed.name("partition of w-mse"), Batch.DRAW, iteration);
            for (int i = n - 1; i > 0; i--) {
                int j = random.nextInt(i + 1);
                int swap = order[i];
                order[i] = order[j];
                order[j] = swap;
            }
        }
        return order;
    }

    private static double[] rows(Batch batch, double[] view, int[] order, int from, int count) {
        int d = batch.columns();
        double[] rows = new double[count * d];
        for (int i = 0; i < count; i++) {
            System.arraycopy(view, order[from + i] * d, rows, i * d, d);
        }
        return rows;
    }

    /// `(X - mean) L^-T`, row by row by forward substitution; NaN where a pivot is rounding.
    private static double[] whitened(double[] z, int n, int d, double epsilon) {
        double[][] c = NaiveStatistics.covariance(z, n, d);
        double[][] l = new double[d][d];
        for (int j = 0; j < d; j++) {
            for (int k = 0; k <= j; k++) {
                double sum = (1 - epsilon) * c[j][k] + (j == k ? epsilon : 0);
                double whole = sum;
                for (int m = 0; m < k; m++) {
                    sum -= l[j][m] * l[k][m];
                }
                boolean singular = j == k && !(sum > 1e-12 * whole + 1e-24);
                l[j][k] = singular ? Double.NaN : j == k ? Math.sqrt(sum) : sum / l[k][k];
            }
        }
        double[] y = new double[n * d];
        for (int j = 0; j < d; j++) {
            double mean = 0;
            for (int i = 0; i < n; i++) {
                mean += z[i * d + j] / n;
            }
            for (int i = 0; i < n; i++) {
                double rest = z[i * d + j] - mean;
                for (int k = 0; k < j; k++) {
                    rest -= l[j][k] * y[i * d + k];
                }
                y[i * d + j] = rest / l[j][j];
            }
        }
        return y;
    }
}
