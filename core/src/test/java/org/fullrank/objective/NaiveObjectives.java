package org.fullrank.objective;

/// The definitions written down with loops over float64 numbers.
final class NaiveObjectives {
    private NaiveObjectives() {}

    static double vicreg(double[][] views, int n, int d, boolean paper) {
        int pairs = 0;
        double invariance = 0;
        for (int a = 0; a < views.length; a++) {
            for (int b = a + 1; b < views.length; b++) {
                pairs++;
                for (int i = 0; i < n * d; i++) {
                    invariance += Math.pow(views[a][i] - views[b][i], 2) / (paper ? n : n * d);
                }
            }
        }
        double variance = 0;
        double covariance = 0;
        for (double[] view : views) {
            double[][] c = covarianceMatrix(view, n, d);
            for (int j = 0; j < d; j++) {
                variance += Math.max(0, 1 - Math.sqrt(c[j][j] + 1e-4)) / d;
                for (int k = 0; k < d; k++) {
                    covariance += j == k ? 0 : c[j][k] * c[j][k] / d;
                }
            }
        }
        double perView = 1.0 / views.length;
        return 25 * invariance / pairs + 25 * variance * perView * (paper ? 2 : 1) + covariance * perView * 2;
    }

    private static double[][] covarianceMatrix(double[] z, int n, int d) {
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

    static double ntXent(double[][] views, int n, int d, double temperature) {
        int total = views.length * n;
        double loss = 0;
        for (int i = 0; i < total; i++) {
            double denominator = 0;
            for (int k = 0; k < total; k++) {
                denominator += k == i ? 0 : Math.exp(cosine(views, n, d, i, k) / temperature);
            }
            for (int v = 0; v < views.length; v++) {
                int positive = v * n + i % n;
                if (positive != i) {
                    loss += (Math.log(denominator) - cosine(views, n, d, i, positive) / temperature)
                            / (views.length - 1);
                }
            }
        }
        return loss / total;
    }

    private static double cosine(double[][] views, int n, int d, int a, int b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int j = 0; j < d; j++) {
            double x = views[a / n][a % n * d + j];
            double y = views[b / n][b % n * d + j];
            dot += x * y;
            aa += x * x;
            bb += y * y;
        }
        return dot / Math.sqrt(aa * bb);
    }
}
