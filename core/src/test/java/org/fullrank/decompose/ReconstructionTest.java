package org.fullrank.decompose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.fullrank.engine.InputException;
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

    /// At full rank nothing would change the mean, with which imputation starts.
    @Test
    void theBestRankByHeldOutEntriesIsLow() {
        HeldOut split = HeldOut.of(NOISY.tensor(), 0.1, 3, 0);
        Svd.Approximation best = Svd.best(
                split.fitted(),
                values -> Arrays.stream(split.entries())
                        .mapToDouble(i -> Math.pow(values[i] - NOISY.values()[i], 2))
                        .sum());
        assertThat(best.rank()).isLessThan(5);
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
    void theScaleOfTheDataScalesNonnegativeFactors() {
        float unit = 0x1p-60f; // a power of two is exact
        float[] small = EXACT.truth().clone();
        for (int i = 0; i < small.length; i++) {
            small[i] *= unit;
        }
        for (boolean poisson : List.of(false, true)) {
            float[] expected = Nmf.fit(EXACT.tensor(), 2, poisson, 1);
            float[] found = Nmf.fit(PartialTensor.of(EXACT.shape(), small), 2, poisson, 1);
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isEqualTo(expected[i] * unit);
            }
        }
    }

    @Test
    void withoutPositiveEntriesNonnegativeFactorsAreZero() {
        PartialTensor data = PartialTensor.of(List.of(2, 2), new float[] {-1, -2, 0, -3});
        assertThat(Nmf.fit(data, 1, false, 1)).containsOnly(0);
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
        List<Reconstruction> known = new Rivals(NOISY.tensor(), fitted, NOISY.truth()).of(Rival.SVD);
        assertThat(known.stream().map(Reconstruction::name)).containsExactly("svd", "best-svd");
        assertThat(known.getFirst().rank()).isEqualTo(4);
        assertThat(known.getFirst().psnr())
                .isEqualTo(Psnr.of(NOISY.truth(), Svd.of(NOISY.tensor(), 4).reconstruction()));
        assertThat(known.getLast().psnr())
                .isGreaterThanOrEqualTo(known.getFirst().psnr());

        List<Reconstruction> unknown = new Rivals(NOISY.tensor(), fitted, null).of(Rival.SVD);
        assertThat(unknown.getLast().psnr()).isNull();
        assertThat(unknown.getLast().heldOut())
                .isLessThanOrEqualTo(unknown.getFirst().heldOut());

        HeldOut split = HeldOut.of(NOISY.tensor(), 0.1, 3, 0);
        float[] without = Svd.of(split.fitted(), 4).reconstruction();
        double loss = Arrays.stream(split.entries())
                .mapToDouble(i -> Math.pow(without[i] - NOISY.values()[i], 2))
                .average()
                .orElseThrow();
        assertThat(unknown.getFirst().heldOut()).isCloseTo(loss, within(1e-5));
    }

    private static final List<Integer> CUBE = List.of(5, 4, 6);

    /// A sum of two outer products.
    private static float[] cube() {
        float[] values = new float[120];
        for (int i = 0; i < values.length; i++) {
            int a = i / 24;
            int b = i / 6 % 4;
            int c = i % 6;
            values[i] = (float) ((1 + a) * Math.cos(b) * (c - 2) + Math.sin(2 * a) * (b + 1) * Math.cos(c));
        }
        return values;
    }

    @Test
    void theCanonicalPolyadicDecompositionOfTheTrueRankIsExact() {
        assertThat(CpAls.fit(PartialTensor.of(CUBE, cube()), 2, 1)).containsExactly(cube(), within(0.02f));
        assertThat(squares(CpAls.fit(PartialTensor.of(CUBE, cube()), 1, 1), cube()))
                .isGreaterThan(1);
    }

    @Test
    void theCanonicalPolyadicDecompositionImputesMissingEntries() {
        float[] garbage = cube();
        for (int i = 0; i < garbage.length; i += 11) {
            garbage[i] = Float.NaN;
        }
        PartialTensor data = PartialTensor.of(CUBE, garbage, null, true);
        assertThat(CpAls.fit(data, 2, 1)).containsExactly(cube(), within(0.2f));
    }

    /// The entry `sum_abc g_abc u_ia v_jb w_kc` with a core `[2, 2, 2]` needs the rank 2 on each side, but four outer
    /// products.
    private static float[] tucker() {
        float[] values = new float[120];
        for (int i = 0; i < values.length; i++) {
            double sum = 0;
            for (int abc = 0; abc < 8; abc++) {
                double u = Math.cos((1 + abc / 4) * (i / 24));
                double v = Math.sin(1 + (1 + abc / 2 % 2) * (i / 6 % 4));
                double w = Math.cos((2 + abc % 2) * (i % 6));
                sum += (1 + abc * abc % 5) * u * v * w;
            }
            values[i] = (float) sum;
        }
        return values;
    }

    @Test
    void theTuckerDecompositionOfTheTrueRanksIsExact() {
        assertThat(Tucker.fit(PartialTensor.of(CUBE, tucker()), 2)).containsExactly(tucker(), within(1e-4f));
        assertThat(squares(Tucker.fit(PartialTensor.of(CUBE, tucker()), 1), tucker()))
                .isGreaterThan(1);
        float[] garbage = tucker();
        for (int i = 7; i < garbage.length; i += 23) {
            garbage[i] = Float.NaN;
        }
        assertThat(Tucker.fit(PartialTensor.of(CUBE, garbage, null, true), 2)).containsExactly(tucker(), within(1e-3f));
    }

    /// The first side is longer than the product of the other two.
    @Test
    void aLongSideOfTuckerHasTheSmallGramMatrix() {
        List<Integer> shape = List.of(40, 3, 2);
        float[] values = new float[240];
        float[] turned = new float[240]; // [2, 3, 40]
        for (int i = 0; i < 240; i++) {
            values[i] = (float) (Math.cos(i / 6 * 0.3) * (1 + i / 2 % 3) * (i % 2 - 3) + Math.sin(i * 1.7));
            turned[i % 2 * 120 + i / 2 % 3 * 40 + i / 6] = values[i];
        }
        assertThat(Tucker.fit(PartialTensor.of(shape, values), 8)).containsExactly(values, within(1e-4f));
        float[] found = Tucker.fit(PartialTensor.of(shape, values), 2);
        float[] other = Tucker.fit(PartialTensor.of(List.of(2, 3, 40), turned), 2);
        for (int i = 0; i < 240; i++) {
            assertThat(found[i]).isCloseTo(other[i % 2 * 120 + i / 2 % 3 * 40 + i / 6], within(1e-4f));
        }
        Tucker.requireSides(List.of(Tucker.LARGEST_GRAM, Tucker.LARGEST_GRAM, 2));
        Tucker.requireSides(List.of(100_000, 90, 90));
        assertThatThrownBy(() -> Tucker.requireSides(List.of(8193, 91, 91)))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "compare: found tucker for a tensor of shape [8193, 91, 91] with a side of 8193, expected at"
                                + " most 8192; leave it out");
    }

    @Test
    void theTuckerDecompositionOfFullRankIsTheTensor() {
        assertThat(Tucker.fit(PartialTensor.of(CUBE, tucker()), 6)).containsExactly(tucker(), within(1e-4f));
        assertThatThrownBy(() -> Tucker.fit(NOISY.tensor(), 2))
                .hasMessage(
                        "compare: found tucker for a matrix of shape [12, 10], expected a 3-way tensor; leave it out");
    }

    @Test
    void aMatrixHasNoCanonicalPolyadicDecomposition() {
        assertThatThrownBy(() -> CpAls.fit(NOISY.tensor(), 2, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("compare: found cp for a matrix of shape [12, 10], expected a 3-way tensor; leave it out");
    }

    @Test
    void theSubspaceHasTheSingularVectorsOfTheReconstruction() {
        Decomposition fitted = Decomposition.fit(NOISY.tensor(), Noisy.settings(3, 5));
        Subspace subspace = Subspace.of(fitted);
        float[] values = fitted.reconstruction();
        float[] coordinates = subspace.coordinates(values, 10); // [10, 3]
        for (int a = 0; a < 3; a++) {
            for (int b = 0; b < 3; b++) {
                double product = 0;
                double sum = 0;
                for (int i = 0; i < 12; i++) {
                    product += subspace.directions()[3 * i + a] * subspace.directions()[3 * i + b];
                }
                for (int j = 0; j < 10; j++) {
                    sum += coordinates[3 * j + a] * coordinates[3 * j + b];
                }
                double value = a == b ? subspace.values()[a] : 0;
                assertThat(product).isCloseTo(a == b ? 1 : 0, within(1e-5));
                assertThat(sum).isCloseTo(value * value, within(1e-4));
            }
        }
        assertThat(subspace.values()).isSortedAccordingTo(Comparator.reverseOrder());
        assertThatThrownBy(() -> subspace.coordinates(new float[10], 1))
                .hasMessage("columns: found 10 values, expected 12 for 1 columns of 12");
    }

    @Test
    void aFactorWithAColumnOfZerosSpansFewerDirections() {
        var fitted = new Decomposition(
                DecompositionSettings.ofRank(2),
                List.of(3, 2),
                List.of(new float[] {1, 0, 2, 0, 2, 0}, new float[] {3, 1, 4, 1}),
                1,
                new double[1],
                new double[1],
                Double.NaN);
        Subspace subspace = Subspace.of(fitted);
        assertThat(subspace.values()).containsExactly(new double[] {15}, within(1e-9));
        assertThat(Math.abs(subspace.directions()[0])).isCloseTo(1 / 3f, within(1e-6f));
    }

    @Test
    void psnrIsThePeakOverTheError() {
        assertThat(Psnr.of(new float[] {0, 2}, new float[] {0.2f, 2}))
                .isCloseTo(10 * Math.log10(4 / 0.02), within(1e-5));
        assertThat(Psnr.of(new float[] {0, 2}, new float[] {0, 2})).isEqualTo(Double.POSITIVE_INFINITY);
    }
}
