package org.fullrank.objective;

import java.util.List;

class VicregTest extends ObjectiveContract {
    @Override
    List<ObjectiveSpec> specs() {
        return List.of(ObjectiveSpec.Vicreg.defaults(), ObjectiveSpec.VicregPaper.defaults());
    }

    @Override
    double naive(ObjectiveSpec spec, double[][] views, int n, int d) {
        return vicreg(views, n, d, spec instanceof ObjectiveSpec.VicregPaper);
    }

    private static double vicreg(double[][] views, int n, int d, boolean paper) {
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
}
