package org.fullrank.objective;

import java.util.List;

final class VicregSoloReference implements Reference<VicregSolo> {
    @Override
    public List<VicregSolo> settings() {
        return List.of(VicregSolo.defaults());
    }

    @Override
    public double value(VicregSolo loss, Batch batch) {
        double entries = batch.rows() * batch.columns();
        double invariance = NaiveStatistics.squaredDistance(batch.views()) / entries;
        var hinge = new VarianceHinge(loss.gamma(), loss.epsilon());
        double variance = NaiveStatistics.mean(batch, z -> VarianceHingeReference.value(hinge, batch, z));
        double covariance = NaiveStatistics.mean(batch, z -> CovarianceReference.value(batch, z));
        return loss.invariance() * invariance + loss.variance() * 2 * variance + loss.covariance() * 2 * covariance;
    }
}
