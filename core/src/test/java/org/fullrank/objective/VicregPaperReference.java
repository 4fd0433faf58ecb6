package org.fullrank.objective;

import java.util.List;

final class VicregPaperReference implements Reference<VicregPaper> {
    @Override
    public List<VicregPaper> settings() {
        return List.of(VicregPaper.defaults());
    }

    @Override
    public double value(VicregPaper loss, Batch batch) {
        double invariance = NaiveStatistics.squaredDistance(batch.views()) / batch.rows();
        var hinge = new VarianceHinge(loss.gamma(), loss.epsilon());
        double variance = NaiveStatistics.mean(batch, z -> VarianceHingeReference.value(hinge, batch, z));
        double covariance = NaiveStatistics.mean(batch, z -> CovarianceReference.value(batch, z));
        return loss.invariance() * invariance + loss.variance() * 2 * variance + loss.covariance() * 2 * covariance;
    }
}
