package org.fullrank.objective;

import java.util.List;

final class LogDetReference implements Reference<LogDet> {
    @Override
    public List<LogDet> settings() {
        return List.of(LogDet.defaults(), new LogDet(2, 3, 1e-2));
    }

    @Override
    public double value(LogDet loss, Batch batch) {
        double invariance = NaiveStatistics.squaredDistance(batch.views()) / (batch.rows() * batch.columns());
        double entropy = NaiveStatistics.mean(batch, z -> LogDetEntropyReference.value(loss.distortion(), batch, z));
        return loss.invariance() * invariance + loss.entropy() * entropy;
    }

    /// As [LogDetEntropyReference].
    @Override
    public boolean hasDigitsForHugeEntries() {
        return false;
    }
}
