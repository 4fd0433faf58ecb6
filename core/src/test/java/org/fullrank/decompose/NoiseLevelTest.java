package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;

class NoiseLevelTest {
    private static final Noisy NOISY = Noisy.matrix(24, 20, 2, 0.3, 1);

    private static Decomposition fit(NoiseLevel noise) {
        DecompositionSettings plain = Noisy.settings(4, 150);
        return Decomposition.fit(
                NOISY.tensor(), plain.withStopping(plain.stopping().withNoise(noise)));
    }

    /// Mean of the squared residuals of the fitted entries.
    private static double squares(Decomposition fitted) {
        int[] heldOut = HeldOut.of(NOISY.tensor(), 0.1, 3, 0).entries();
        float[] found = fitted.reconstruction();
        double sum = 0;
        for (int i = 0; i < found.length; i++) {
            sum += Arrays.binarySearch(heldOut, i) < 0 ? Math.pow(found[i] - NOISY.values()[i], 2) : 0;
        }
        return sum / (found.length - heldOut.length);
    }

    @Test
    void theFitEndsAtTheFirstStepWhoseResidualIsNotAboveTheNoise() {
        Decomposition fitted = fit(new NoiseLevel.Gaussian(0.4));
        assertThat(fitted.excess()).isBetween(0.7, 1.0);
        assertThat(squares(fitted)).isCloseTo(fitted.excess() * 0.16, within(1e-5));
        assertThat(fitted.losses()).hasSize(fitted.iterations());
        // The step before was above the noise: a level slightly above its residual would have ended the fit.
        double sooner = Math.sqrt(fitted.excess() * 0.16) * 1.0001;
        assertThat(fit(new NoiseLevel.Gaussian(sooner)).iterations()).isEqualTo(fitted.iterations());
        assertThat(fit(new NoiseLevel.Gaussian(0.5)).iterations()).isLessThan(fitted.iterations());
    }

    @Test
    void aLevelThatIsNotReachedEndsWithTheLastStep() {
        Decomposition fitted = fit(new NoiseLevel.Gaussian(0.01));
        assertThat(fitted.excess()).isGreaterThan(1);
        assertThat(fitted.iterations()).isEqualTo(150);
        assertThat(Decomposition.fit(NOISY.tensor(), Noisy.settings(4, 5)).excess())
                .isNaN();
    }

    @Test
    void theVarianceOfCountsIsTheirMeanPlusThatOfTheReadout() {
        try (var scope = Scope.withoutGradients()) {
            Tensor mean = Tensors.of(new double[] {-1, 0, 3}, 3);
            assertThat(Tensors.doubles(new NoiseLevel.Poisson(2).variance(mean)))
                    .containsExactly(4, 4, 7);
            assertThat(Tensors.doubles(new NoiseLevel.Poisson(0).variance(mean)))
                    .containsExactly(new double[] {0.01, 0.01, 3.01}, within(1e-12));
            assertThat(Tensors.doubles(new NoiseLevel.Gaussian(3).variance(mean)))
                    .containsExactly(9, 9, 9);
        }
    }

    private static PartialTensor entries(float... values) {
        return PartialTensor.of(List.of(2, values.length / 2), values);
    }

    @Test
    void countsAreNotNegativeExceptByTheirReadout() {
        new NoiseLevel.Poisson(0).requireFor(entries(0, 1, 2, 3));
        assertThatThrownBy(() -> new NoiseLevel.Poisson(0).requireFor(entries(0, 1, -0.5f, 3)))
                .isInstanceOf(InputException.class)
                .hasMessage("noise poisson: found the entry -0.5, expected counts from 0 on; use another noise");
        new NoiseLevel.Poisson(2).requireFor(entries(0, 1, -20, 3));
        assertThatThrownBy(() -> new NoiseLevel.Poisson(2).requireFor(entries(0, 1, -21, 3)))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "noise poisson: found the entry -21.0, expected counts from 0 on, or from -20 on with a readout"
                                + " noise of 2; use another noise");
        new NoiseLevel.Gaussian(1).requireFor(entries(0, 1, -21, 3));
        PartialTensor data = PartialTensor.of(List.of(3, 3), new float[] {0, 1, -21, 3, 5, 7, 2, 1, 4});
        DecompositionSettings settings = Noisy.settings(1, 1);
        assertThatThrownBy(() -> settings.withStopping(settings.stopping().withNoise(new NoiseLevel.Poisson(1)))
                        .requireFor(data))
                .hasMessageStartingWith("noise poisson: found the entry -21.0");
    }

    @Test
    void aNoteDoubtsCountsUpToOne() {
        DecompositionSettings plain = Noisy.settings(1, 1);
        DecompositionSettings counts = plain.withStopping(plain.stopping().withNoise(new NoiseLevel.Poisson(0)));
        PartialTensor shares = PartialTensor.of(NOISY.shape(), NOISY.truth());
        assertThat(shares.maximum()).isGreaterThan(1);
        float[] small = NOISY.truth().clone();
        for (int i = 0; i < small.length; i++) {
            small[i] /= shares.maximum();
        }
        PartialTensor scaled = PartialTensor.of(NOISY.shape(), small);
        assertThat(counts.notes(shares)).isEmpty();
        assertThat(plain.notes(scaled)).isEmpty();
        assertThat(counts.notes(scaled))
                .containsExactly("noise poisson: found no entry above 1, expected counts; if the data were divided by a"
                        + " number, multiply by it");
    }

    @Test
    void aTextNamesALevel() {
        assertThat(NoiseLevel.of("gaussian:0.2")).isEqualTo(new NoiseLevel.Gaussian(0.2));
        assertThat(NoiseLevel.of("poisson")).isEqualTo(new NoiseLevel.Poisson(0));
        assertThat(NoiseLevel.of("poisson:2")).isEqualTo(new NoiseLevel.Poisson(2));
        for (String wrong : new String[] {"gaussian", "gaussian:x", "poisson:", "normal:1", "0.2", ""}) {
            assertThatThrownBy(() -> NoiseLevel.of(wrong))
                    .isInstanceOf(InputException.class)
                    .hasMessage(
                            "noise: found %s, expected gaussian:SIGMA, poisson or poisson:READOUT, such as gaussian:0.2"
                                    .formatted(wrong));
        }
        assertThatThrownBy(() -> NoiseLevel.of("gaussian:-1"))
                .hasMessage("noise gaussian: found the deviation -1.0, expected a positive number");
        assertThatThrownBy(() -> NoiseLevel.of("poisson:-1"))
                .hasMessage("noise poisson: found the readout deviation -1.0, expected a number from 0 on");
    }
}
