package org.fullrank.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.Map;
import org.fullrank.decompose.Decomposition;
import org.fullrank.decompose.DecompositionSettings;
import org.fullrank.decompose.PartialTensor;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeeptensorHyperspectralTest {
    private static Decomposition tooShort(PartialTensor data, DecompositionSettings settings) {
        DecompositionSettings.Stopping stopping = settings.stopping();
        return Decomposition.fit(
                data,
                settings.withStopping(new DecompositionSettings.Stopping(
                        stopping.holdout(), 1, stopping.patience(), 3, stopping.noise())));
    }

    @Test
    void everyClaimOfAQuickRunCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of("stops at once", new DeeptensorHyperspectral(DeeptensorHyperspectralTest::tooShort)),
                new Setting(Setting.SEED, true, null));
    }

    @Test
    void mapsInAnotherOrderAndScaleAgree() {
        float[] reference = HyperspectralScene.drawn(Keyed.of(1), 10, 5).abundances();
        float[] pictures = new float[reference.length];
        for (int i = 0; i < pictures.length; i++) {
            int other = (i % 3 + 1) % 3;
            pictures[i] = reference[i - i % 3 + other] * (1 + other); // material k has the length 1 / (1 + k)
        }
        float[] spectra = {1 / 2f, 1 / 3f, 1};
        Abundances found = Abundances.of(pictures, spectra, 3);
        assertThat(found.agreement(reference)).isCloseTo(1, within(1e-5));
        assertThat(new Abundances(new float[reference.length], 3).agreement(reference))
                .isZero();
    }

    @Test
    void aFolderWithoutJasperRidgeIsRefused(@TempDir Path folder) {
        assertThatThrownBy(() -> HyperspectralScene.jasperRidge(folder))
                .hasMessageContaining("found no jasper_ridge_cube_u16.npy.gz");
    }
}
