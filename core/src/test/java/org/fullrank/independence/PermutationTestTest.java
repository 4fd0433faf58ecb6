package org.fullrank.independence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.fullrank.engine.Keyed;
import org.fullrank.independence.PermutationTest.Shuffles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PermutationTestTest {
    private static final int DRAWS = 200;

    /// The largest distance between the distribution of the p-values and the uniform one. Below this, the
    /// Kolmogorov-Smirnov test has a p-value above 0.01.
    private static final double KOLMOGOROV_SMIRNOV = 1.628 / Math.sqrt(DRAWS);

    /// @param steps number of values that a p-value can take, `1 / steps` to 1
    private static double distanceFromUniform(double[] p, int steps) {
        return IntStream.rangeClosed(1, steps)
                .mapToDouble(k -> (double) k / steps)
                .map(bound ->
                        Math.abs(Arrays.stream(p).filter(v -> v < bound + 1e-9).count() / (double) p.length - bound))
                .max()
                .orElseThrow();
    }

    private static PermutationTest test(Columns columns, Estimator estimator, int permutations, long seed) {
        return PermutationTest.of(
                columns, new Hsic(GaussianKernel.median(columns), estimator), new Shuffles(permutations, seed));
    }

    @ParameterizedTest
    @EnumSource(
            value = Estimator.class,
            names = {"BIASED", "UNBIASED"})
    void pValuesOfIndependentColumnsAreUniform(Estimator estimator) {
        int permutations = 19;
        PermutationTest[] tests = LongStream.range(0, DRAWS)
                .mapToObj(draw -> test(
                        Golden.drawn(draw, 30, Keyed::nextGaussian, Keyed::nextExponential, Keyed::nextDouble),
                        estimator,
                        permutations,
                        draw))
                .toArray(PermutationTest[]::new);
        double[] criterion =
                Arrays.stream(tests).mapToDouble(PermutationTest::criterion).toArray();
        double[] pair =
                Arrays.stream(tests).mapToDouble(t -> t.pairwise()[0][1]).toArray();
        double[] joint =
                Arrays.stream(tests).mapToDouble(PermutationTest::dHsic).toArray();
        assertThat(distanceFromUniform(criterion, permutations + 1)).isLessThan(KOLMOGOROV_SMIRNOV);
        assertThat(distanceFromUniform(pair, permutations + 1)).isLessThan(KOLMOGOROV_SMIRNOV);
        assertThat(distanceFromUniform(joint, permutations + 1)).isLessThan(KOLMOGOROV_SMIRNOV);
    }

    @Test
    void pValuesOfFeaturesAreUniform() {
        int permutations = 19;
        double[] p = LongStream.range(0, DRAWS)
                .mapToDouble(draw -> {
                    Columns columns = Golden.drawn(draw, 30, Keyed::nextGaussian, Keyed::nextExponential);
                    var kernel = FeatureKernel.of(ScalarFeatures.relu(8, 1), columns, Bandwidth.medians(columns));
                    return PermutationTest.of(
                                    columns, new Hsic(kernel, Estimator.BIASED), new Shuffles(permutations, draw))
                            .criterion();
                })
                .toArray();
        assertThat(distanceFromUniform(p, permutations + 1)).isLessThan(KOLMOGOROV_SMIRNOV);
    }

    @Test
    void dependenceWithoutCorrelationIsFound() {
        Columns x = Golden.drawn(1, 200, Keyed::nextGaussian, Keyed::nextGaussian, Keyed::nextGaussian);
        double[] square = Arrays.stream(x.values()[0]).map(v -> v * v).toArray();
        Columns columns = new Columns("square", new double[][] {x.values()[0], square, x.values()[1]});
        PermutationTest test = test(columns, Estimator.BIASED, 99, 1);
        assertThat(test.pairwise()[0][1]).isCloseTo(0.01, within(1e-12));
        assertThat(test.pairwise()[0][2]).isGreaterThan(0.01);
        assertThat(test.criterion()).isCloseTo(0.01, within(1e-12));
        assertThat(test.found().criterion()).isGreaterThan(2 * test.nullMean());
    }

    /// The pairs of XOR are independent, so only dHSIC may find a dependence.
    @Test
    void xorIsFoundByDHsicOnly() {
        Columns coins = Golden.drawn(4, 200, r -> r.nextInt(2), r -> r.nextInt(2), r -> 0.1 * r.nextGaussian());
        double[][] x = coins.values();
        double[] xor = Golden.column(200, i -> (x[0][i] == x[1][i] ? 0 : 1) + x[2][i]);
        var columns = new Columns("xor", new double[][] {x[0], x[1], xor});
        PermutationTest test =
                PermutationTest.of(columns, new Hsic(GaussianKernel.of(0.5, 3), Estimator.BIASED), new Shuffles(99, 2));
        assertThat(test.dHsic()).isCloseTo(0.01, within(1e-12));
        assertThat(test.criterion()).isGreaterThan(0.05);
    }

    @Test
    void equalSeedsGiveEqualShuffles() {
        Columns columns = Golden.drawn(6, 50, Keyed::nextGaussian, Keyed::nextGaussian);
        assertThat(columns.shuffled(3, 1).values())
                .isDeepEqualTo(columns.shuffled(3, 1).values());
        assertThat(columns.shuffled(3, 1).values())
                .isNotEqualTo(columns.shuffled(3, 2).values());
        assertThat(test(columns, Estimator.BIASED, 19, 5).criterion())
                .isEqualTo(test(columns, Estimator.BIASED, 19, 5).criterion());
    }

    @Test
    void withoutShufflesThereIsNoPValue() {
        PermutationTest test = test(Golden.XYZ, Estimator.BIASED, 0, 1);
        assertThat(test.criterion()).isNaN();
        assertThat(test.pairwise()[0][1]).isNaN();
        assertThat(test.found().criterion()).isPositive();
    }
}
