package org.fullrank.independence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Golden values were computed independently, with 12 digits.
class HsicTest {
    private static final double DIGITS = 1e-12;

    private static double[][] pairwise(Estimator estimator) {
        return new Hsic(GaussianKernel.median(Golden.XYZ), estimator)
                .of(Golden.XYZ)
                .pairwise();
    }

    @Test
    void theBandwidthIsTheMedianDistance() {
        assertThat(Bandwidth.medians(Golden.XYZ))
                .containsExactly(new double[] {0.862944397658, 0.634875806391, 0.589131531188}, within(DIGITS));
    }

    @Test
    void theMedianOfAnEvenNumberOfDistancesIsTheMeanOfTheMiddleOnes() {
        assertThat(Bandwidth.median(new double[] {0, 1, 3, 7})).isEqualTo((3 + 4) / 2.0); // 1 2 3 4 6 7
        assertThat(Bandwidth.median(new double[] {5, 0, 0})).isEqualTo(5); // 0 5 5
        assertThat(Bandwidth.median(new double[] {0, 0, 0, 1, 0})).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 0.029150792727, 0.025620813920, 0.017431391718",
        "0, 2, 0.004633008434, 0.004071980069, -0.008757791723",
        "1, 2, 0.006999359959, 0.006151781214, -0.006073436153",
    })
    void goldenValuesOfEveryEstimator(int i, int j, double biased, double vStatistic, double unbiased) {
        assertThat(pairwise(Estimator.BIASED)[i][j]).isCloseTo(biased, within(DIGITS));
        assertThat(pairwise(Estimator.V_STATISTIC)[i][j]).isCloseTo(vStatistic, within(DIGITS));
        assertThat(pairwise(Estimator.UNBIASED)[i][j]).isCloseTo(unbiased, within(DIGITS));
        assertThat(pairwise(Estimator.UNBIASED)[j][i]).isEqualTo(pairwise(Estimator.UNBIASED)[i][j]);
    }

    @Test
    void goldenValuesOfTheCriterionAndOfDHsic() {
        var values = new Hsic(GaussianKernel.median(Golden.XYZ), Estimator.BIASED).of(Golden.XYZ);
        assertThat(values.criterion()).isCloseTo(0.013594387040, within(DIGITS));
        assertThat(values.dHsic()).isCloseTo(0.020148788654, within(DIGITS));
    }

    @Test
    void dHsicOfTwoColumnsIsTheirVStatistic() {
        var two = new Columns("two", Arrays.copyOf(Golden.XYZ.values(), 2));
        var values = new Hsic(GaussianKernel.median(two), Estimator.V_STATISTIC).of(two);
        assertThat(values.dHsic()).isCloseTo(values.criterion(), within(1e-15));
    }

    @Test
    void theUnbiasedEstimatorIsTheMeanOverQuadruples() {
        double[][] k = Golden.gaussian(Golden.XYZ.values()[0], 0.862944397658);
        double[][] l = Golden.gaussian(Golden.XYZ.values()[1], 0.634875806391);
        assertThat(pairwise(Estimator.UNBIASED)[0][1]).isCloseTo(Golden.unbiased(k, l), within(DIGITS));
    }

    @Test
    void xorIsPairwiseButNotJointlyIndependent() {
        int[][] triples = {{0, 0, 0}, {0, 1, 1}, {1, 0, 1}, {1, 1, 0}};
        double[][] columns = new double[3][];
        Arrays.setAll(columns, j -> Golden.column(20, i -> triples[i % 4][j]));
        var xor = new Columns("xor", columns);
        var values = new Hsic(GaussianKernel.of(1, 3), Estimator.BIASED).of(xor);
        assertThat(values.criterion()).isCloseTo(0, within(1e-15));
        assertThat(values.pairwise()[0][2]).isCloseTo(0, within(1e-15));
        assertThat(values.dHsic()).isCloseTo(0.007614523028, within(DIGITS));
    }

    @Test
    void blocksOfRowsDoNotChangeTheResult() {
        // 3 columns of 1000 rows are computed in 2 blocks
        Columns columns = Golden.drawn(3, 1000, Keyed::nextGaussian, Keyed::nextDouble, Keyed::nextExponential);
        double[][] k = Golden.gaussian(columns.values()[0], 1);
        double[][] l = Golden.gaussian(columns.values()[2], 1);
        var values = new Hsic(GaussianKernel.of(1, 3), Estimator.V_STATISTIC).of(columns);
        assertThat(values.pairwise()[0][2]).isCloseTo(Golden.trace(k, l) / 1e6, within(1e-14));
    }

    private static ScalarFeatures eight(ScalarFeatures.Function function, double[] phases, double scale) {
        return new ScalarFeatures(function, Golden.column(8, k -> (k - 3.5) / 2), phases, scale);
    }

    /// Features of values that are neither centered nor scaled.
    private static FeatureKernel raw(ScalarFeatures features, int width) {
        double[] ones = Golden.column(width, _ -> 1);
        return new FeatureKernel(features, new double[width], ones);
    }

    private static final ScalarFeatures FOURIER =
            eight(ScalarFeatures.Function.COSINE, Golden.column(8, k -> 0.8 * k), 0.5);
    private static final ScalarFeatures RELU = eight(ScalarFeatures.Function.RELU, Golden.column(8, Math::cos), 1);

    @Test
    void goldenValuesOfFeatures() {
        assertThat(new Hsic(raw(FOURIER, 3), Estimator.BIASED).of(Golden.XYZ).pairwise()[0][1])
                .isCloseTo(0.022001421753, within(DIGITS));
        assertThat(new Hsic(raw(RELU, 3), Estimator.BIASED).of(Golden.XYZ).pairwise()[0][1])
                .isCloseTo(1.537596314934, within(DIGITS));
    }

    /// The covariance of features is HSIC with the kernel of their inner products.
    @ParameterizedTest
    @CsvSource({"COSINE, 1e-12", "RELU, 1e-9"})
    void featuresAreExactForTheirOwnKernel(ScalarFeatures.Function function, double tolerance) {
        ScalarFeatures features =
                function == ScalarFeatures.Function.COSINE ? FOURIER : eight(function, RELU.phases(), 1);
        Columns columns = Golden.drawn(5, 60, r -> 3 + r.nextGaussian(), Keyed::nextExponential);
        DoubleUnaryOperator[] functions = IntStream.range(0, 8)
                .mapToObj(k -> (DoubleUnaryOperator) x -> feature(features, k, x))
                .toArray(DoubleUnaryOperator[]::new);
        double[][] k = Golden.inner(columns.values()[0], functions);
        double[][] l = Golden.inner(columns.values()[1], functions);
        double biased = Golden.trace(k, l) / 59 / 59;
        double unbiased = Golden.unbiased(k, l);
        assertThat(new Hsic(raw(features, 2), Estimator.BIASED).of(columns).criterion())
                .isCloseTo(biased, within(tolerance * biased));
        assertThat(new Hsic(raw(features, 2), Estimator.UNBIASED).of(columns).criterion())
                .isCloseTo(unbiased, within(tolerance * Math.abs(unbiased)));
    }

    private static double feature(ScalarFeatures features, int k, double x) {
        double angle = features.frequencies()[k] * x + features.phases()[k];
        return features.scale()
                * (features.function() == ScalarFeatures.Function.COSINE ? Math.cos(angle) : Math.max(0, angle));
    }

    @Test
    void featuresOfAStreamEqualThoseOfTheWhole() {
        Columns columns = Golden.drawn(7, 100, r -> 40 + r.nextGaussian(), Keyed::nextExponential);
        FeatureKernel kernel = FeatureKernel.of(ScalarFeatures.fourier(16, 1), columns, Bandwidth.medians(columns));
        try (var scope = Scope.open()) {
            var sums = new ScalarFeatureSums(kernel);
            var rows = columns.tensor().t();
            for (int from : new int[] {0, 3, 40}) {
                sums.add(rows.narrow(0, from, from == 0 ? 3 : from == 3 ? 37 : 60));
            }
            for (Estimator estimator : Estimator.values()) {
                var hsic = new Hsic(kernel, estimator);
                assertThat(hsic.of(sums.sums()).criterion())
                        .isCloseTo(hsic.of(columns).criterion(), within(1e-15));
            }
        }
    }

    @Test
    void manyFourierFeaturesApproachTheGaussianKernel() {
        Columns columns = Golden.drawn(9, 300, Keyed::nextGaussian, Keyed::nextExponential);
        columns = new Columns("sum", new double[][] {columns.values()[0], plus(columns.values())});
        double[] bandwidths = Bandwidth.medians(columns);
        double exact = new Hsic(new GaussianKernel(bandwidths), Estimator.BIASED)
                .of(columns)
                .criterion();
        var features = FeatureKernel.of(ScalarFeatures.fourier(2000, 1), columns, bandwidths);
        assertThat(new Hsic(features, Estimator.BIASED).of(columns).criterion()).isCloseTo(exact, within(0.05 * exact));
    }

    private static double[] plus(double[][] columns) {
        return Golden.column(columns[0].length, i -> columns[0][i] + columns[1][i]);
    }

    @Test
    void wrongColumnsAreRefusedInOneLine() {
        double[] good = {1, 2, 3, 4};
        List<double[][]> wrong = List.of(
                new double[][] {good},
                new double[][] {good, {1, 2, 3}},
                new double[][] {{1, 2, 3}, {1, 2, 4}},
                new double[][] {good, {1, 2, Double.NaN, 4}});
        List<String> messages = List.of(
                "x: found 1 column, expected at least 2; independence compares columns",
                "x: found 4 rows in column 0 and 3 in column 1, expected one length; give the same items",
                "x: found 3 rows, expected at least 4; give more items",
                "x: found NaN in row 2, column 1 (from 0), expected finite numbers; leave that row out");
        for (int i = 0; i < wrong.size(); i++) {
            double[][] values = wrong.get(i);
            assertThatThrownBy(() -> new Columns("x", values))
                    .isInstanceOf(InputException.class)
                    .hasMessage(messages.get(i));
        }
    }

    @Test
    void aMedianDistanceOfZeroIsRefusedInOneLine() {
        double[] good = {1, 2, 3, 4};
        assertThatThrownBy(() -> GaussianKernel.median(new Columns("x", new double[][] {good, {2, 2, 2, 2}})))
                .isInstanceOf(InputException.class)
                .hasMessage("x: found 2.0 in every row of column 1 (from 0), expected values that differ; leave the"
                        + " column out");
        double[] sparse = Collections.nCopies(10, 0.0).stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
        sparse[3] = 1;
        Columns columns = new Columns("x", new double[][] {sparse, Golden.column(10, i -> i)});
        assertThatThrownBy(() -> GaussianKernel.median(columns))
                .isInstanceOf(InputException.class)
                .hasMessage("x: found a median distance of 0 in column 0 (from 0), expected more; most of its values"
                        + " are equal: give --bandwidth");
        assertThat(new Hsic(GaussianKernel.of(1, 2), Estimator.BIASED)
                        .of(columns)
                        .criterion())
                .isPositive();
    }
}
