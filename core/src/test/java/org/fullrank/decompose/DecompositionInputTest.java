package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;

/// What is refused before a network is made: one line with subject, found, expected, remedy.
class DecompositionInputTest {
    private static final Noisy NOISY = Noisy.matrix(8, 6, 2, 0.1, 1);

    private static void assertRefused(ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessage(message);
        assertThat(message.lines()).hasSize(1);
    }

    private static PartialTensor changed(UnaryOperator<float[]> change) {
        return PartialTensor.of(NOISY.shape(), change.apply(NOISY.values().clone()));
    }

    private static float[] filled(float[] values, float value) {
        Arrays.fill(values, value);
        return values;
    }

    @Test
    void aRankAboveTheShorterSideIsRefused() {
        assertRefused(
                () -> Decomposition.fit(NOISY.tensor(), Noisy.settings(7, 1)),
                "rank: found 7 for a tensor of shape [8, 6], expected at most 6");
        assertRefused(() -> DecompositionSettings.ofRank(0), "rank: found 0, expected at least 1");
    }

    @Test
    void aSideTooShortForANetworkIsRefused() {
        PartialTensor thin = Noisy.matrix(8, 2, 1, 0.1, 1).tensor();
        assertRefused(
                () -> Decomposition.fit(thin, DecompositionSettings.ofRank(1)),
                "network: found a side of 2 in a factor of 2 positions, expected at least 3; join it with another side");
    }

    @Test
    void aNoteSaysWhichSidesHaveFewerScales() {
        DecompositionSettings defaults = DecompositionSettings.ofRank(1);
        assertThat(defaults.notes(NOISY.tensor()))
                .containsExactly(
                        "network: the shortest side of factor 1 has 8 entries, so it gets 2 of 5 scales",
                        "network: the shortest side of factor 2 has 6 entries, so it gets 2 of 5 scales");
        float[] color = new float[40 * 33 * 3];
        color[0] = 1;
        assertThat(defaults.notes(PartialTensor.of(List.of(40, 33, 3), color)))
                .containsExactly("network: the shortest side of factor 2 has 3 entries, so it gets 1 of 5 scales");
    }

    @Test
    void negativeCountsAreRefused() {
        PartialTensor data = changed(values -> {
            values[5] = -0.5f;
            return values;
        });
        DecompositionSettings settings =
                Noisy.settings(2, 1, new FitLoss.Poisson(), FactorSign.SOFTPLUS, FactorSign.SOFTPLUS);
        assertRefused(
                () -> Decomposition.fit(data, settings),
                "loss poisson: found the entry -0.5, expected counts from 0 on; use another loss");
        assertRefused(
                () -> Noisy.settings(2, 1, new FitLoss.Poisson(), FactorSign.SOFTPLUS, FactorSign.ANY),
                "loss poisson: found factors of any sign, expected nonnegative factors, because a mean count is not"
                        + " negative; use nonnegative factors or another loss");
    }

    @Test
    void aConstantIsRefused() {
        for (float value : new float[] {0, 2.5f}) {
            assertRefused(
                    () -> changed(values -> filled(values, value)),
                    "tensor: found the value %s in every observed entry, expected at least two values;".formatted(value)
                            + " a constant has nothing to decompose");
        }
    }

    @Test
    void entriesThatAreNotFiniteAreRefusedUnlessTheyAreMissing() {
        for (float value : new float[] {Float.NaN, Float.NEGATIVE_INFINITY}) {
            assertRefused(
                    () -> changed(values -> {
                        values[9] = value;
                        return values;
                    }),
                    "tensor: found %s at index [1, 3] (from 0), expected finite numbers; mark missing".formatted(value)
                            + " entries by a mask, or say that NaN is missing");
        }
    }

    @Test
    void nothingObservedIsRefused() {
        assertRefused(
                () -> PartialTensor.of(NOISY.shape(), NOISY.values(), new float[48], false),
                "tensor: found no observed entry, expected at least two");
    }

    @Test
    void aTensorWithFourWaysIsRefused() {
        assertRefused(
                () -> PartialTensor.of(List.of(2, 2, 2, 2), new float[16]),
                "tensor: found shape [2, 2, 2, 2], expected a matrix [M, N] or a 3-way tensor [H, W, B]; reshape it");
        assertRefused(
                () -> PartialTensor.of(List.of(4), new float[4]),
                "tensor: found shape [4], expected a matrix [M, N] or a 3-way tensor [H, W, B]; reshape it");
    }

    @Test
    void aShareThatHoldsOutNothingIsRefused() {
        DecompositionSettings settings = Noisy.settings(2, 1)
                .withStopping(new DecompositionSettings.Stopping(0.01, 1, 1, 1, new NoiseLevel.Unknown()));
        assertRefused(
                () -> Decomposition.fit(NOISY.tensor(), settings),
                "holdout: found 0.01 of 48 observed entries, expected at least one held out and two fitted; change"
                        + " the share");
        assertRefused(
                () -> new DecompositionSettings.Stopping(0, 1, 1, 1, new NoiseLevel.Unknown()),
                "holdout: found 0.0, expected a share above 0, up to 0.5");
        assertRefused(() -> Noisy.stopping(1, 1).withSplits(0), "splits: found 0, expected a number from 1 to 100");
        assertRefused(() -> Noisy.stopping(0, 1), "patience: found 0, expected at least 1");
    }

    @Test
    void anUnknownRivalIsRefused() {
        assertRefused(() -> Rival.named("pca"), "compare: found pca, expected svd, nmf, cp or tucker");
    }
}
