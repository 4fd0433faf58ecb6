package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.decompose.Decomposition;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.FitProgress;
import org.fullrank.decompose.PartialTensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

class DeeptensorSpeedTest {
    private static Decomposition fit(PartialTensor data, DecompositionSettings settings, FitProgress progress) {
        return Decomposition.fit(data, settings, null, progress);
    }

    private static Decomposition tooShort(PartialTensor data, DecompositionSettings settings, FitProgress progress) {
        DecompositionSettings.Stopping stopping = settings.stopping();
        return Decomposition.fit(
                data,
                settings.withStopping(
                        new DecompositionSettings.Stopping(stopping.holdout(), 1, 3, 3, stopping.noise())),
                null,
                progress);
    }

    @Test
    void everyClaimOfAQuickRunCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "factors stop at once", new DeeptensorSpeed(DeeptensorSpeedTest::tooShort, width -> width),
                        "a thin 3-D network", new DeeptensorSpeed(DeeptensorSpeedTest::fit, width -> 1)),
                new Setting(Setting.SEED, true, null));
    }

    /// The loss of a small volume falls, and the count of multiplications is that of its layers.
    @Test
    void theVolumeIsFitted() {
        try (var scope = Scope.open()) {
            var prior = new VolumePrior(List.of(6, 4, 4), 3, 1, 2, 1, Keyed.of(1));
            Tensor measured = Tensors.of(Keyed.of(2).doubles(96).toArray(), 96).to(torchFloat());
            Tensor weights = measured.ge(Tensors.scalar(0)).to(torchFloat());
            double before = loss(prior.step(measured, weights, 1e-2), measured);
            for (int i = 0; i < 60; i++) {
                prior.step(measured, weights, 1e-2);
            }
            assertThat(loss(prior.step(measured, weights, 1e-2), measured)).isLessThan(0.5 * before);
            // skip; down, down; up of 2 + 3 channels, up; out
            assertThat(prior.multiplications()).isEqualTo(96 * 2 + 12 * 27 * (3 + 9) + 96 * (27 * 15 + 9) + 96 * 3);
        }
    }

    private static ScalarType torchFloat() {
        return ScalarType.Float;
    }

    private static double loss(Tensor volume, Tensor measured) {
        return Tensors.value(volume.sub(measured).square().mean());
    }
}
