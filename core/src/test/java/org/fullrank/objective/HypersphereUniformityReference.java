package org.fullrank.objective;

import java.util.List;

final class HypersphereUniformityReference implements Reference<HypersphereUniformity> {
    @Override
    public List<HypersphereUniformity> settings() {
        return List.of(HypersphereUniformity.defaults(), new HypersphereUniformity(0.5));
    }

    @Override
    public double value(HypersphereUniformity uniformity, Batch batch) {
        return value(uniformity.t(), batch, batch.views()[0]);
    }

    static double value(double t, Batch batch, double[] z) {
        int n = batch.rows();
        int d = batch.columns();
        double[] unit = NaiveStatistics.unitRows(z, n, d);
        double sum = 0;
        for (int a = 0; a < n; a++) {
            for (int b = a + 1; b < n; b++) {
                double distance = 0;
                for (int j = 0; j < d; j++) {
                    distance += Math.pow(unit[a * d + j] - unit[b * d + j], 2);
                }
                sum += Math.exp(-t * distance);
            }
        }
        return Math.log(sum / (n * (n - 1) / 2.0));
    }
}
