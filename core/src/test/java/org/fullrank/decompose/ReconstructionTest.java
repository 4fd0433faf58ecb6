package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReconstructionTest {
    private static final Noisy EXACT = Noisy.matrix(12, 10, 2, 0, 1);
    private static final Noisy NOISY = Noisy.matrix(12, 10, 2, 0.2, 1);

    private static double squares(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += Math.pow(a[i] - b[i], 2);
        }
        return sum;
    }

    private static float[] mask() {
        float[] mask = new float[120];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = i % 11 == 0 ? 0 : 1;
        }
        return mask;
    }

    @Test
    void theSingularValueDecompositionOfTheTrueRankIsExact() {
        assertThat(Svd.of(EXACT.tensor(), 2).reconstruction()).containsExactly(EXACT.truth(), within(1e-5f));
        assertThat(squares(Svd.of(EXACT.tensor(), 1).reconstruction(), EXACT.truth()))
                .isGreaterThan(0.1);
    }

    @Test
    void missingEntriesOfALowRankMatrixAreImputed() {
        float[] values = EXACT.truth().clone();
        float[] mask = mask();
        for (int i = 0; i < mask.length; i++) {
            values[i] = mask[i] == 0 ? Float.NaN : values[i];
        }
        PartialTensor data = PartialTensor.of(EXACT.shape(), values, mask, false);
        assertThat(Svd.of(data, 2).reconstruction()).containsExactly(EXACT.truth(), within(0.02f));
    }

    @Test
    void theBestRankIsThatOfTheSmallestError() {
        Svd.Approximation best = Svd.best(NOISY.tensor(), now -> squares(now, NOISY.truth()));
        for (int rank = 1; rank <= 10; rank++) {
            assertThat(squares(Svd.of(NOISY.tensor(), rank).reconstruction(), NOISY.truth()))
                    .isGreaterThanOrEqualTo(squares(best.reconstruction(), NOISY.truth()));
        }
        assertThat(best.rank()).isLessThan(5);
    }

    @Test
    void nonnegativeFactorsOfTheTrueRankFitWell() {
        for (boolean poisson : List.of(false, true)) {
            float[] fitted = Nmf.fit(EXACT.tensor(), 2, poisson, 1);
            assertThat(squares(fitted, EXACT.truth())).isLessThan(1e-2 * squares(EXACT.truth(), new float[120]));
            for (float value : fitted) {
                assertThat(value).isNotNegative();
            }
        }
    }

    @Test
    void nonnegativeFactorsNeverReadMissingEntries() {
        float[] garbage = EXACT.truth().clone();
        float[] mask = mask();
        for (int i = 0; i < mask.length; i++) {
            garbage[i] = mask[i] == 0 ? 1e20f : garbage[i];
        }
        float[] expected = Nmf.fit(PartialTensor.of(EXACT.shape(), EXACT.truth(), mask, false), 2, false, 1);
        float[] found = Nmf.fit(PartialTensor.of(EXACT.shape(), garbage, mask, false), 2, false, 1);
        assertThat(found).containsExactly(expected);
    }

    @Test
    void rivalsHaveTheMeasuresOfTheFit() {
        Decomposition fitted = Decomposition.fit(NOISY.tensor(), Noisy.settings(4, 5));
        List<Reconstruction> known = Reconstruction.of(Reconstruction.Rival.SVD, NOISY.tensor(), fitted, NOISY.truth());
        assertThat(known.stream().map(Reconstruction::name)).containsExactly("svd", "best-svd");
        assertThat(known.getFirst().rank()).isEqualTo(4);
        assertThat(known.getFirst().psnr())
                .isEqualTo(Psnr.of(NOISY.truth(), Svd.of(NOISY.tensor(), 4).reconstruction()));
        assertThat(known.getLast().psnr())
                .isGreaterThanOrEqualTo(known.getFirst().psnr());

        List<Reconstruction> unknown = Reconstruction.of(Reconstruction.Rival.SVD, NOISY.tensor(), fitted, null);
        assertThat(unknown.getLast().psnr()).isNull();
        assertThat(unknown.getLast().heldOut())
                .isLessThanOrEqualTo(unknown.getFirst().heldOut());

        HeldOut split = HeldOut.of(NOISY.tensor(), 0.1, 3);
        float[] without = Svd.of(split.fitted(), 4).reconstruction();
        double loss = Arrays.stream(split.entries())
                .mapToDouble(i -> Math.pow(without[i] - NOISY.values()[i], 2))
                .average()
                .orElseThrow();
        assertThat(unknown.getFirst().heldOut()).isCloseTo(loss, within(1e-5));
    }

    @Test
    void psnrIsThePeakOverTheError() {
        assertThat(Psnr.of(new float[] {0, 2}, new float[] {0.2f, 2}))
                .isCloseTo(10 * Math.log10(4 / 0.02), within(1e-5));
        assertThat(Psnr.of(new float[] {0, 2}, new float[] {0, 2})).isEqualTo(Double.POSITIVE_INFINITY);
    }
}
