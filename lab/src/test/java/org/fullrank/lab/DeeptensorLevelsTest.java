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

class DeeptensorLevelsTest {
    private static final Setting QUICK = new Setting(Setting.SEED, true, null);

    private static Decomposition fit(NoisySignal signal, DecompositionSettings settings, int rank, int steps) {
        return Decomposition.fit(
                signal.tensor(),
                settings.withRank(rank)
                        .withStopping(new DecompositionSettings.Stopping(
                                0.1, 1, steps, steps, new NoiseLevel.Gaussian(1e-3))));
    }

    @Test
    void everyClaimOfAQuickRunCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "never stops",
                        new DeeptensorLevels((signal, settings) -> fit(signal, settings, 8, 300)),
                        "stops at once",
                        new DeeptensorLevels((signal, settings) -> fit(signal, settings, 1, 3))),
                QUICK);
    }

    /// The second moment of Rician noise is `x^2 + 2 deviation^2`. Without signal, it is Rayleigh noise.
    @Test
    void ricianNoiseHasItsMoments() {
        float[] level = new float[40_000];
        for (float x : new float[] {0, 0.3f, 1}) {
            Arrays.fill(level, x);
            NoisySignal noisy = new NoisySignal(List.of(200, 200), level, level).rician(Keyed.of(1), 0.2);
            double square = 0;
            double mean = 0;
            for (float value : noisy.values()) {
                square += (double) value * value / level.length;
                mean += (double) value / level.length;
            }
            assertThat(square).isCloseTo(x * x + 2 * 0.04, within(0.01));
            if (x == 0) {
                assertThat(mean).isCloseTo(0.2 * Math.sqrt(Math.PI / 2), within(0.003));
            }
        }
    }
}
