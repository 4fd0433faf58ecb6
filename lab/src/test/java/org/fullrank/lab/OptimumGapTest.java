package org.fullrank.lab;

import java.util.Map;
import org.ejml.simple.SimpleMatrix;
import org.junit.jupiter.api.Test;

class OptimumGapTest {
    private static Experiment with(OptimumGap.Slope slope) {
        return new OptimumGap(slope, ClosedFits::map);
    }

    /// Weights decay in the directions that the map of least norm does not use.
    private static SimpleMatrix leastNorm(QuarticLoss loss, SimpleMatrix w) {
        SimpleMatrix used = MatrixMath.spectral(loss.a(), w.getNumCols(), _ -> 1);
        return loss.gradient(w).plus(w.minus(used.mult(w)).scale(1e-3 / loss.rate()));
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "half the attraction",
                                with((loss, w) ->
                                        new QuarticLoss(loss.b(), loss.a().scale(0.5), loss.c()).gradient(w)),
                        "weight decay",
                                with((loss, w) -> loss.gradient(w).plus(0.01 * QuarticLoss.largest(loss.a()), w)),
                        "decay of what is not used", with(OptimumGapTest::leastNorm),
                        "closed form of another gamma",
                                new OptimumGap(
                                        QuarticLoss::gradient,
                                        (form, relation, inputs, kernel) -> ClosedFits.map(
                                                SpectralFamilyTest.withHalfGamma(form), relation, inputs, kernel))),
                new Setting(Setting.SEED, true, null));
    }
}
