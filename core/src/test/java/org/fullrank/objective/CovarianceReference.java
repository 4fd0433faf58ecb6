package org.fullrank.objective;

import java.util.List;

final class CovarianceReference implements Reference<Covariance> {
    @Override
    public List<Covariance> settings() {
        return List.of(new Covariance());
    }

    @Override
    public double value(Covariance covariance, Batch batch) {
        return value(batch, batch.views()[0]);
    }

    static double value(Batch batch, double[] z) {
        double[][] c = NaiveStatistics.covariance(z, batch.rows(), batch.columns());
        return NaiveStatistics.offDiagonal(c) / c.length;
    }
}
