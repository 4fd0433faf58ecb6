package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.fullrank.decompose.Decomposition;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.NoiseLevel;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;

class DeeptensorNoiseTest {
    private static final Setting QUICK = new Setting(Setting.SEED, true, null);

    /// Never stops before its last step.
    private static Decomposition tooLong(NoisySignal signal, DecompositionSettings settings) {
        return Decomposition.fit(
                signal.tensor(),
                settings.withRank(8)
                        .withStopping(
                                new DecompositionSettings.Stopping(0.1, 1, 300, 300, new NoiseLevel.Gaussian(1e-3))));
    }

    private static Decomposition tooShort(NoisySignal signal, DecompositionSettings settings) {
        return Decomposition.fit(
                signal.tensor(),
                settings.withRank(1)
                        .withStopping(new DecompositionSettings.Stopping(0.1, 1, 3, 3, new NoiseLevel.Unknown())));
    }

    @Test
    void everyClaimOfAQuickRunCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "never stops", new DeeptensorNoise(DeeptensorNoiseTest::tooLong),
                        "stops at once", new DeeptensorNoise(DeeptensorNoiseTest::tooShort)),
                QUICK);
    }

    @Test
    void theNoiseHasItsMeanAndItsVariance() {
        Keyed random = Keyed.of(1);
        float[] level = new float[20_000];
        Arrays.fill(level, 0.3f);
        NoisySignal flat = new NoisySignal(List.of(100, 200), level, level);
        double[] gaussian = moments(flat.gaussian(random, 0.2));
        assertThat(gaussian[0]).isCloseTo(0.3, within(0.006)); // 4 standard errors
        assertThat(gaussian[1]).isCloseTo(0.04, within(0.0016));
        double[] counts = moments(flat.poisson(random, 100, 2));
        assertThat(counts[0]).isCloseTo(30, within(0.17));
        assertThat(counts[1]).isCloseTo(34, within(1.4));
    }

    private static double[] moments(NoisySignal signal) {
        double mean = 0;
        for (float value : signal.values()) {
            mean += value / signal.values().length;
        }
        double variance = 0;
        for (float value : signal.values()) {
            variance += (value - mean) * (value - mean) / signal.values().length;
        }
        return new double[] {mean, variance};
    }
}
