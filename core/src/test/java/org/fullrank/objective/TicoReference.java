package org.fullrank.objective;

import java.util.List;

final class TicoReference implements Reference<Tico> {
    @Override
    public List<Tico> settings() {
        return List.of(Tico.defaults(), new Tico(0.2, 3));
    }

    @Override
    public double value(Tico loss, Batch batch) {
        double[][] unit = NaiveStatistics.unitRows(batch);
        double[] x = unit[0];
        int n = batch.rows();
        int d = batch.columns();
        double alignment = 1;
        for (int v = 1; v < unit.length; v++) {
            for (int i = 0; i < n; i++) {
                alignment -= NaiveStatistics.dot(x, i, unit[v], i, d) / (n * (unit.length - 1));
            }
        }
        double contrast = 0;
        for (int j = 0; j < d; j++) {
            for (int k = 0; k < d; k++) {
                double now = 0; // entry j, k of the uncentered covariance of this batch
                for (int i = 0; i < n; i++) {
                    now += x[i * d + j] * x[i * d + k] / n;
                }
                double before = batch.memory() == null ? 0 : batch.memory()[j * d + k];
                contrast += (loss.beta() * before + (1 - loss.beta()) * now) * now; // mean x'Cx = sum C_jk E[x_j x_k]
            }
        }
        return alignment + loss.rho() * contrast;
    }
}
