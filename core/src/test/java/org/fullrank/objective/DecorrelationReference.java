package org.fullrank.objective;

import java.util.List;

final class DecorrelationReference implements Reference<Decorrelation> {
    @Override
    public List<Decorrelation> settings() {
        return List.of(new Decorrelation());
    }

    @Override
    public double value(Decorrelation decorrelation, Batch batch) {
        return value(batch, batch.views()[0]);
    }

    static double value(Batch batch, double[] z) {
        double d = batch.columns();
        return NaiveStatistics.offDiagonal(NaiveStatistics.covariance(z, batch.rows(), batch.columns())) / (d * d - d);
    }
}
