package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;
import org.fullrank.engine.Keyed;
import org.fullrank.lab.NormNet.Moments;
import org.fullrank.lab.NormNet.Statistics;
import org.junit.jupiter.api.Test;

class BnJitterTest {
    private static Experiment with(Statistics statistics) {
        return new BnJitter(statistics, BatchJitter::draw);
    }

    private static Moments moved(double[] values, double sigmas) {
        Moments moments = Moments.of(values);
        return new Moments(moments.mean() + sigmas * Math.sqrt(moments.variance()), moments.variance());
    }

    /// The mean of the first half of a batch.
    private static Moments half(double[] values) {
        return new Moments(
                VectorMath.mean(Arrays.copyOf(values, (values.length + 1) / 2)),
                Moments.of(values).variance());
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "half of the batch", with(BnJitterTest::half),
                        "no statistics", with(_ -> new Moments(0, 1)),
                        "batches four times as large",
                                new BnJitter(
                                        Moments::of,
                                        (random, count, batch, _) -> BatchJitter.draw(random, count, 4 * batch, true)),
                        "always without",
                                new BnJitter(
                                        Moments::of,
                                        (random, count, batch, _) -> BatchJitter.draw(random, count, batch, false)),
                        "mean far beside the data", with(values -> moved(values, 3)),
                        "mean of small batches beside the data",
                                with(values -> moved(values, values.length < 16 ? 5 : 0))),
                new Setting(Setting.SEED, true, null));
    }

    @Test
    void aBatchWithoutReplacementHasNoSampleTwice() {
        int[] all = BatchJitter.draw(Keyed.of(1), 20, 20, false);
        Arrays.sort(all);
        assertThat(all).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19);
        assertThat(Arrays.stream(BatchJitter.draw(Keyed.of(1), 20, 20, true))
                        .distinct()
                        .count())
                .isLessThan(20);
    }
}
