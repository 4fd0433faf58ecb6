package org.fullrank.objective;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.objective.SlicedGaussianity.Pooling;
import org.fullrank.objective.SlicedGaussianity.Weighting;
import org.junit.jupiter.api.Test;

class LeJepaTest extends ObjectiveContract {
    @Override
    List<ObjectiveSpec> specs() {
        return List.of(
                new LeJepa(0.02, 6, 9, 3, Weighting.GAUSSIAN, Pooling.MEAN),
                new LeJepa(0.5, 6, 9, 3, Weighting.GAUSSIAN, Pooling.MEAN));
    }

    /// The statistic of the views is that of [SlicedGaussianityTest]; the contract's views have draw 0.
    @Override
    double naive(ObjectiveSpec spec, double[][] views, int n, int d) {
        var leJepa = (LeJepa) spec;
        double prediction = 0;
        double statistic = 0;
        for (double[] view : views) {
            for (int i = 0; i < n * d; i++) {
                double mean = 0;
                for (double[] other : views) {
                    mean += other[i] / views.length;
                }
                prediction += Math.pow(view[i] - mean, 2) / (n * d * views.length);
            }
            statistic += statistic(leJepa, view, n, d) / views.length;
        }
        return (1 - leJepa.lambda()) * prediction + leJepa.lambda() * statistic;
    }

    private static double statistic(LeJepa s, double[] view, int n, int d) {
        var sigreg = new SlicedGaussianity(s.directions(), s.points(), s.range(), s.weighting(), s.pooling());
        try (var scope = Scope.open()) {
            return Tensors.value(sigreg.evaluate(Tensors.of(view, n, d), 0).total());
        }
    }

    @Test
    void aBalanceOutsideZeroToOneIsRefused() {
        assertThatThrownBy(() -> new LeJepa(1.5, 6, 9, 3, Weighting.GAUSSIAN, Pooling.MEAN))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("lambda: found 1.5, expected 0 to 1");
    }
}
