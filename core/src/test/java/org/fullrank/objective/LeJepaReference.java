package org.fullrank.objective;

import java.util.List;
import org.fullrank.objective.SlicedGaussianity.Pooling;
import org.fullrank.objective.SlicedGaussianity.Weighting;

final class LeJepaReference implements Reference<LeJepa> {
    @Override
    public List<LeJepa> settings() {
        return List.of(new LeJepa(0.02, 6, 9, 3, Weighting.GAUSSIAN, Pooling.MEAN), new LeJepa(0.5, 6, 9, 3, Weighting.GAUSSIAN, Pooling.MEAN));
    }

    @Override
    public double value(LeJepa loss, Batch batch) {
        double[][] views = batch.views();
        double prediction = 0;
        for (double[] view : views) {
            for (int i = 0; i < view.length; i++) {
                double mean = 0;
                for (double[] other : views) {
                    mean += other[i] / views.length;
                }
                prediction += Math.pow(view[i] - mean, 2) / (view.length * views.length);
            }
        }
        var sigreg = new SlicedGaussianity(
                loss.directions(), loss.points(), loss.range(), loss.weighting(), loss.pooling());
        double statistic = NaiveStatistics.mean(batch, z -> SlicedGaussianityReference.value(sigreg, batch, z));
        return (1 - loss.lambda()) * prediction + loss.lambda() * statistic;
    }

    /// As [SlicedGaussianityReference].
    @Override
    public boolean hasDigitsForHugeEntries() {
        return false;
    }
}
