package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecompositionTest {
    private static final Noisy NOISY = Noisy.matrix(24, 20, 2, 0.3, 1);

    @TempDir
    Path folder;

    private static void assertSame(Decomposition found, Decomposition expected) {
        assertThat(found.iterations()).isEqualTo(expected.iterations());
        assertThat(found.losses()).containsExactly(expected.losses());
        assertThat(found.heldOutLosses()).containsExactly(expected.heldOutLosses());
        for (int k = 0; k < expected.factors().size(); k++) {
            assertThat(found.factors().get(k))
                    .containsExactly(expected.factors().get(k));
        }
    }

    @Test
    void smoothFactorsAreFoundBelowTheNoise() {
        Decomposition fitted = Decomposition.fit(NOISY.tensor(), Noisy.settings(6, 100));
        double svd = Psnr.of(NOISY.truth(), Svd.of(NOISY.tensor(), 6).reconstruction());
        assertThat(Psnr.of(NOISY.truth(), fitted.reconstruction())).isGreaterThan(svd + 3);
    }

    @Test
    void theKeptFactorsAreThoseOfTheSmallestHeldOutLoss() {
        Decomposition fitted = Decomposition.fit(NOISY.tensor(), Noisy.settings(4, 40));
        assertThat(fitted.heldOutLosses()).hasSize(40);
        assertThat(fitted.heldOut())
                .isEqualTo(Arrays.stream(fitted.heldOutLosses()).min().orElseThrow());
        HeldOut split = HeldOut.of(NOISY.tensor(), 0.1, 3, 0);
        float[] reconstruction = fitted.reconstruction();
        double squares = Arrays.stream(split.entries())
                .mapToDouble(i -> Math.pow(reconstruction[i] - NOISY.values()[i], 2))
                .average()
                .orElseThrow();
        assertThat(fitted.heldOut()).isCloseTo(squares, within(1e-5 * squares));
    }

    @Test
    void withoutANewBestThePatienceEndsTheFit() {
        DecompositionSettings settings = Noisy.settings(4, 400).withStopping(Noisy.stopping(4, 400));
        Decomposition fitted = Decomposition.fit(NOISY.tensor(), settings);
        assertThat(fitted.losses()).hasSize(fitted.iterations() + 4);
    }

    @Test
    void aFitIsAFunctionOfDataSettingsAndSeed() {
        Decomposition once = Decomposition.fit(NOISY.tensor(), Noisy.settings(3, 12));
        assertSame(Decomposition.fit(NOISY.tensor(), Noisy.settings(3, 12)), once);
    }

    @Test
    void aFitThatWasKilledContinuesBitByBit() {
        DecompositionSettings settings = Noisy.settings(3, 70);
        Decomposition whole = Decomposition.fit(NOISY.tensor(), settings);
        // Killed in step 60: the last state is that of step 50.
        assertThatThrownBy(() -> Decomposition.fit(NOISY.tensor(), settings, folder, step -> {
                    if (step.step() == 60) {
                        throw new IllegalStateException("killed");
                    }
                    return true;
                }))
                .hasMessage("killed");
        assertSame(Decomposition.fit(NOISY.tensor(), settings, folder, FitProgress.SILENT), whole);
        // A finished fit takes no further step.
        assertSame(
                Decomposition.fit(NOISY.tensor(), settings, folder, step -> {
                    throw new AssertionError("step " + step.step());
                }),
                whole);
    }

    @Test
    void aFitThatIsStoppedKeepsTheBestSoFarAndContinues() {
        DecompositionSettings settings = Noisy.settings(3, 40);
        Decomposition part = Decomposition.fit(NOISY.tensor(), settings, folder, step -> step.step() < 10);
        assertThat(part.losses()).hasSize(10);
        assertSame(
                Decomposition.fit(NOISY.tensor(), settings, folder, FitProgress.SILENT),
                Decomposition.fit(NOISY.tensor(), settings));
    }

    @Test
    void aStateOfOtherDataOrSettingsIsRefused() {
        DecompositionSettings settings = Noisy.settings(3, 2);
        Decomposition.fit(NOISY.tensor(), settings, folder, FitProgress.SILENT);
        PartialTensor other = Noisy.matrix(24, 20, 2, 0.3, 2).tensor();
        assertThatThrownBy(() -> Decomposition.fit(other, settings, folder, FitProgress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageMatching("state .*: found data of fingerprint \\w+, expected \\w+, the data of its fit; .*");
        assertThatThrownBy(() -> Decomposition.fit(NOISY.tensor(), Noisy.settings(3, 3), folder, FitProgress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(
                        "state .*: found stopping: .*iterations: 3.*, expected .*iterations: 2.* as in its fit; resume with the"
                                + " same settings");
    }

    @Test
    void aDamagedStateIsRefused() throws Exception {
        Decomposition.fit(NOISY.tensor(), Noisy.settings(3, 2), folder, FitProgress.SILENT);
        Path state = folder.resolve("rank-3-split-1.safetensors");
        byte[] bytes = Files.readAllBytes(state);
        bytes[bytes.length - 100] ^= 1;
        Files.write(state, bytes);
        assertThatThrownBy(() -> Decomposition.fit(NOISY.tensor(), Noisy.settings(3, 2), folder, FitProgress.SILENT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("checksum");
    }

    @Test
    void whatIsWrittenAtMissingEntriesChangesNothing() {
        float[] mask = new float[NOISY.values().length];
        float[] withNaN = NOISY.values().clone();
        float[] withGarbage = NOISY.values().clone();
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % 7 == 0 ? 0 : 1;
            withNaN[i] = mask[i] == 0 ? Float.NaN : withNaN[i];
            withGarbage[i] = mask[i] == 0 ? 1e30f : withGarbage[i];
        }
        DecompositionSettings settings = Noisy.settings(3, 12);
        Decomposition expected =
                Decomposition.fit(PartialTensor.of(NOISY.shape(), NOISY.values(), mask, false), settings);
        for (float[] values : List.of(withNaN, withGarbage)) {
            PartialTensor data = PartialTensor.of(NOISY.shape(), values, mask, false);
            assertSame(Decomposition.fit(data, settings), expected);
            assertThat(Svd.of(data, 3).reconstruction()).doesNotContain(Float.NaN);
        }
        assertSame(Decomposition.fit(PartialTensor.of(NOISY.shape(), withNaN, null, true), settings), expected);
    }

    @Test
    void heldOutEntriesAreNotFitted() {
        DecompositionSettings settings = Noisy.settings(3, 12);
        int[] heldOut = HeldOut.of(NOISY.tensor(), 0.1, 3, 0).entries();
        assertThat(heldOut).hasSize(48).isSorted().doesNotHaveDuplicates();
        float[] changed = NOISY.values().clone();
        for (int i : heldOut) {
            changed[i] += 5;
        }
        Decomposition one = Decomposition.fit(NOISY.tensor(), settings);
        Decomposition other = Decomposition.fit(PartialTensor.of(NOISY.shape(), changed), settings);
        assertThat(other.losses()).containsExactly(one.losses());
        assertThat(other.heldOut()).isGreaterThan(one.heldOut());
    }

    @Test
    void nonnegativeFactorsAreNonnegative() {
        for (FactorSign sign : List.of(FactorSign.SOFTPLUS, FactorSign.ABS, FactorSign.RELU)) {
            Decomposition both = Decomposition.fit(NOISY.tensor(), Noisy.settings(3, 5, new FitLoss.L1(), sign, sign));
            both.factors().forEach(factor -> assertThat(least(factor)).isNotNegative());
            Decomposition semi =
                    Decomposition.fit(NOISY.tensor(), Noisy.settings(3, 5, new FitLoss.L1(), sign, FactorSign.ANY));
            assertThat(least(semi.factors().getFirst())).isNotNegative();
            assertThat(least(semi.factors().getLast())).isNegative();
        }
    }

    private static float least(float[] values) {
        float least = Float.POSITIVE_INFINITY;
        for (float value : values) {
            least = Math.min(least, value);
        }
        return least;
    }

    @Test
    void theScaleOfTheDataScalesTheFactors() {
        float[] large = NOISY.values().clone();
        for (int i = 0; i < large.length; i++) {
            large[i] *= 1024; // exact in float32
        }
        DecompositionSettings settings = Noisy.settings(3, 12);
        Decomposition one = Decomposition.fit(NOISY.tensor(), settings);
        Decomposition other = Decomposition.fit(PartialTensor.of(NOISY.shape(), large), settings);
        assertThat(other.heldOut() / one.heldOut()).isCloseTo(1024.0 * 1024, within(1.0));
        assertThat(other.reconstruction()[7] / one.reconstruction()[7]).isCloseTo(1024, within(0.01f));
    }
}
