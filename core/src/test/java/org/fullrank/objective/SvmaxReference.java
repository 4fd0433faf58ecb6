package org.fullrank.objective;

import java.util.List;

final class SvmaxReference implements Reference<Svmax> {
    @Override
    public List<Svmax> settings() {
        return List.of(Svmax.defaults(), new Svmax(2, 0.1));
    }

    @Override
    public double value(Svmax loss, Batch batch) {
        double[][] unit = NaiveStatistics.unitRows(batch);
        double penalty = 0;
        for (double[] view : unit) {
            penalty += MeanSingularValueReference.bounded(view, batch.rows(), batch.columns()) / unit.length;
        }
        return loss.alignment() * NaiveStatistics.squaredDistance(unit) / batch.rows()
                + loss.meanSingularValue() * penalty;
    }
}
