package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.RankingTerm.Added;
import org.fullrank.objective.RankingLoss;
import org.junit.jupiter.api.Test;

class SvmaxMetricTest {
    /// SVMax is subtracted, with 30 times its weight.
    private static Tensor reversed(RankingLoss loss, Added added, Tensor z, int[] classes) {
        Tensor published = RankingTerm.published(loss, added, z, classes);
        return added == Added.SVMAX
                ? RankingTerm.alone(loss)
                        .evaluate(z, classes)
                        .total()
                        .mul(Tensors.scalar(31))
                        .sub(published.mul(Tensors.scalar(30)))
                : published;
    }

    private static Tensor withoutSvmax(RankingLoss loss, Added added, Tensor z, int[] classes) {
        return RankingTerm.published(loss, added == Added.SVMAX ? Added.NONE : added, z, classes);
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "SVMax left out",
                        new SvmaxMetric(SvmaxMetricTest::withoutSvmax, SingularValueMean::mean),
                        "the wrong sign, and a mean twice as large",
                        new SvmaxMetric(SvmaxMetricTest::reversed, e -> 2 * SingularValueMean.mean(e))),
                new Setting(Setting.SEED, true, null));
    }

    @Test
    void spreadOutIsThatOfItsDefinition() {
        double[] z = {2, 0, 0.6, 0.8, 0, 3, -1, 0};
        double[] cosines = {0, -1, 0.8, -0.6}; // of rows 0, 1 with rows 2, 3
        double first = 0;
        double second = 0;
        for (double cosine : cosines) {
            first += cosine / 4;
            second += cosine * cosine / 4;
        }
        try (var scope = Scope.open()) {
            Tensor found = RankingTerm.spreadOut(Tensors.of(z, 4, 2), new int[] {0, 0, 1, 1});
            assertThat(Tensors.value(found)).isCloseTo(first * first + Math.max(0, second - 0.5), within(1e-12));
        }
    }

    @Test
    void aRangeCountsDecadesBetweenRatesThatAreCloseToTheBest() {
        var alone = List.of(0.5, 0.48, 0.2);
        var spread = List.of(0.9, 0.88, 0.88);
        var svmax = List.of(0.1, 0.2, 0.7);
        List<MetricRun> runs = new ArrayList<>();
        for (List<Double> curve : List.of(alone, spread, svmax)) {
            curve.forEach(recall -> runs.add(new MetricRun(recall, recall / 2, new SimpleMatrix(1, 1))));
        }
        var sweep = new MetricSweep(new double[] {0.1, 1, 10}, 1, runs);
        assertThat(sweep.range(0, Added.NONE)).isCloseTo(1, within(1e-12));
        assertThat(sweep.range(0, Added.SPREAD_OUT)).isCloseTo(2, within(1e-12));
        assertThat(sweep.range(0, Added.SVMAX)).isZero();
        assertThat(sweep.rangeOfAll(0, Added.NONE)).isNaN();
        assertThat(sweep.best(0, Added.SVMAX)).isEqualTo(0.7);
        assertThat(sweep.bestNmi(0, Added.SPREAD_OUT)).isEqualTo(0.45);
    }
}
