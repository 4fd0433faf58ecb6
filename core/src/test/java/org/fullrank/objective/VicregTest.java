package org.fullrank.objective;

import java.util.List;

class VicregTest extends ObjectiveContract {
    @Override
    List<ObjectiveSpec> specs() {
        return List.of(Vicreg.defaults(), VicregPaper.defaults(), VicregSolo.defaults());
    }

    @Override
    double naive(ObjectiveSpec spec, double[][] views, int n, int d) {
        boolean paper = spec instanceof VicregPaper;
        double invariance = NaiveStatistics.squaredDistance(views) / (paper ? n : n * d);
        double variance = 0;
        double covariance = 0;
        for (double[] view : views) {
            double[][] c = NaiveStatistics.covariance(view, n, d);
            for (int j = 0; j < d; j++) {
                variance += Math.max(0, 1 - Math.sqrt(c[j][j] + 1e-4)) / d / views.length;
            }
            covariance += NaiveStatistics.offDiagonal(c) / d / views.length;
        }
        return 25 * invariance + 25 * variance * (spec instanceof Vicreg ? 1 : 2) + covariance * 2;
    }
}
