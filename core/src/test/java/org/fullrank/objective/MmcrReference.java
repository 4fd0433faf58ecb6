package org.fullrank.objective;

import java.util.List;

final class MmcrReference implements Reference<Mmcr> {
    @Override
    public List<Mmcr> settings() {
        return List.of(Mmcr.defaults(), new Mmcr(0.3));
    }

    @Override
    public double value(Mmcr loss, Batch batch) {
        double[][] unit = NaiveStatistics.unitRows(batch);
        int v = unit.length;
        int n = batch.rows();
        int d = batch.columns();
        double[] centroids = new double[n * d];
        double local = 0;
        for (int i = 0; i < n; i++) {
            double[] sample = new double[v * d];
            for (int k = 0; k < v * d; k++) {
                sample[k] = unit[k / d][i * d + k % d];
                centroids[i * d + k % d] += sample[k] / v;
            }
            local += JacobiSingularValues.sum(sample, v, d) / n;
        }
        return loss.lambda() * local - JacobiSingularValues.sum(centroids, n, d);
    }
}
