package org.fullrank.objective;

import java.util.List;

final class AlignmentUniformityReference implements Reference<AlignmentUniformity> {
    @Override
    public List<AlignmentUniformity> settings() {
        return List.of(AlignmentUniformity.defaults(), new AlignmentUniformity(3, 0.5, 0.7));
    }

    @Override
    public double value(AlignmentUniformity loss, Batch batch) {
        double alignment = NaiveStatistics.squaredDistance(NaiveStatistics.unitRows(batch)) / batch.rows();
        double uniformity =
                NaiveStatistics.mean(batch, z -> HypersphereUniformityReference.value(loss.t(), batch, z));
        return loss.alignment() * alignment + loss.uniformity() * uniformity;
    }
}
