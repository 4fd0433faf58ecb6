package org.fullrank.objective;

import java.util.List;

final class LplReference implements Reference<Lpl> {
    @Override
    public List<Lpl> settings() {
        return List.of(Lpl.defaults(), new Lpl(2, 0.5, 3, 1e-2));
    }

    @Override
    public double value(Lpl loss, Batch batch) {
        double pull = NaiveStatistics.squaredDistance(batch.views()) / (batch.rows() * batch.columns());
        double push = NaiveStatistics.mean(batch, z -> LogVarianceReference.value(loss.epsilon(), batch, z));
        double decorrelation = NaiveStatistics.mean(batch, z -> DecorrelationReference.value(batch, z));
        return loss.pull() * pull + loss.push() * push + loss.decorrelation() * decorrelation;
    }
}
