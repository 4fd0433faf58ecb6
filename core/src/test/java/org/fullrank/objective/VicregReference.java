package org.fullrank.objective;

import java.util.List;

final class VicregReference implements Reference<Vicreg> {
    @Override
    public List<Vicreg> settings() {
        return List.of(Vicreg.defaults(), new Vicreg(3, 5, 7, 2, 1e-2));
    }

    @Override
    public double value(Vicreg loss, Batch batch) {
        double entries = batch.rows() * batch.columns();
        double invariance = NaiveStatistics.squaredDistance(batch.views()) / entries;
        var hinge = new VarianceHinge(loss.gamma(), loss.epsilon());
        double variance = NaiveStatistics.mean(batch, z -> VarianceHingeReference.value(hinge, batch, z));
        double covariance = NaiveStatistics.mean(batch, z -> CovarianceReference.value(batch, z));
        return loss.invariance() * invariance + loss.variance() * variance + loss.covariance() * 2 * covariance;
    }
}
