package org.fullrank.independence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnmixingTest {
    private static final int SAMPLES = 2000;

    /// The products are small, and a second thread makes them slower.
    @BeforeAll
    static void useOneThread() {
        Threads.use(1);
    }

    private static double uniform(Keyed random) {
        return random.nextDouble() - 0.5;
    }

    private static double laplace(Keyed random) {
        return random.nextExponential() * (random.nextBoolean() ? 1 : -1);
    }

    private static double twoPoints(Keyed random) {
        return (random.nextBoolean() ? 1 : -1) + 0.1 * random.nextGaussian();
    }

    private static double[][] mixing(long seed, int width) {
        var random = Keyed.of(seed, 99);
        double[][] a = new double[width][width];
        for (double[] row : a) {
            Arrays.setAll(row, _ -> random.nextGaussian());
        }
        return a;
    }

    private static Columns mixed(double[][] a, Columns sources) {
        double[][] x = new double[a.length][];
        Arrays.setAll(
                x,
                i -> Golden.column(sources.rows(), t -> {
                    double sum = 0;
                    for (int k = 0; k < a.length; k++) {
                        sum += a[i][k] * sources.values()[k][t];
                    }
                    return sum;
                }));
        return new Columns("mixtures", x);
    }

    @SafeVarargs
    private static Columns mixtures(long seed, ToDoubleFunction<Keyed>... sources) {
        return mixed(mixing(seed, sources.length), Golden.drawn(seed, SAMPLES, sources));
    }

    private static double fastIca(Columns mixtures, double[][] mixing) {
        try (var scope = Scope.withoutGradients()) {
            Whitening white = Whitening.of(mixtures);
            var matrix = FastIca.of(white.rows()).matmul(white.matrix());
            return AmariDistance.of(KernelSums.matrix(matrix), mixing);
        }
    }

    @Test
    void theAmariDistanceIsZeroForSwappedScaledSourcesAndOneForEqualWeights() {
        assertThat(AmariDistance.of(new double[][] {{2, 0.1, 0}, {0, 0.3, 3}, {0.2, 1, -0.1}}))
                .isCloseTo(0.081944444444, within(1e-12));
        assertThat(AmariDistance.of(new double[][] {{0, -3}, {0.1, 0}})).isZero();
        assertThat(AmariDistance.of(new double[][] {{1, -1}, {1, 1}})).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void fourSourcesAreSeparatedAsWellAsByFastIca(long seed) {
        Columns mixtures = mixtures(
                seed, UnmixingTest::uniform, UnmixingTest::laplace, UnmixingTest::twoPoints, Keyed::nextExponential);
        Unmixing unmixing = Unmixing.fit(mixtures, Unmixing.STARTS, seed);
        double[][] a = mixing(seed, 4);
        assertThat(AmariDistance.of(unmixing.matrix(), a)).isLessThan(0.03).isLessThan(1.5 * fastIca(mixtures, a));
        assertThat(unmixing.identifiable()).isTrue();
        assertThat(unmixing.criterion()).isLessThan(unmixing.independent().largest());
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void oneGaussianAmongOthersIsSeparated(long seed) {
        Columns mixtures = mixtures(seed, Keyed::nextGaussian, UnmixingTest::uniform, UnmixingTest::laplace);
        Unmixing unmixing = Unmixing.fit(mixtures, Unmixing.STARTS, seed);
        assertThat(AmariDistance.of(unmixing.matrix(), mixing(seed, 3))).isLessThan(0.06);
        assertThat(unmixing.identifiable()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void twoGaussiansAreNotIdentifiable(long seed) {
        Unmixing unmixing = Unmixing.fit(mixtures(seed, Keyed::nextGaussian, Keyed::nextGaussian), 2, seed);
        assertThat(unmixing.identifiable()).isFalse();
        assertThat(unmixing.hopeless()).isTrue();
    }

    @Test
    void twoGaussiansAmongOthersAreNamed() {
        Columns mixtures =
                mixtures(3, Keyed::nextGaussian, UnmixingTest::uniform, Keyed::nextGaussian, UnmixingTest::twoPoints);
        Unmixing unmixing = Unmixing.fit(mixtures, 4, 1);
        assertThat(unmixing.unresolved()).hasSize(1);
        assertThat(unmixing.hopeless()).isFalse();
    }

    @Test
    void channelsOfVeryUnlikeUnitsAreSeparatedAsWell() {
        double[][] a = {{1, 0.5}, {-0.4, 1}};
        Columns alike = mixed(a, Golden.drawn(8, SAMPLES, UnmixingTest::uniform, UnmixingTest::twoPoints));
        Columns unlike = new Columns("unlike", new double[][] {
            Arrays.stream(alike.values()[0]).map(v -> v * 0x1p-60).toArray(),
            Arrays.stream(alike.values()[1]).map(v -> v * 0x1p60).toArray()
        });
        double[][] expected = Unmixing.fit(alike, Unmixing.STARTS, 1).matrix();
        double[][] found = Unmixing.fit(unlike, Unmixing.STARTS, 1).matrix();
        for (int i = 0; i < 2; i++) {
            double sign = Math.signum(found[i][0] * expected[i][0]); // that of the channel with the larger unit
            assertThat(sign * found[i][0] * 0x1p-60).isCloseTo(expected[i][0], within(1e-9 * Math.abs(expected[i][0])));
            assertThat(sign * found[i][1] * 0x1p60).isCloseTo(expected[i][1], within(1e-9 * Math.abs(expected[i][1])));
        }
    }

    @Test
    void sourcesAreTheMatrixTimesTheMixturesInTheStatedOrderSignAndScale() {
        double[][] a = {{0.2, -3}, {0.1, 1}};
        Columns mixtures = mixed(a, Golden.drawn(8, SAMPLES, UnmixingTest::uniform, UnmixingTest::twoPoints));
        Unmixing unmixing = Unmixing.fit(mixtures, Unmixing.STARTS, 1);
        double[][] sources = unmixing.sources(mixtures);
        assertThat(sources[1][7])
                .isCloseTo(
                        unmixing.matrix()[1][0] * mixtures.values()[0][7]
                                + unmixing.matrix()[1][1] * mixtures.values()[1][7],
                        within(1e-12));
        for (double[] source : sources) {
            double mean = Arrays.stream(source).average().orElseThrow();
            assertThat(Arrays.stream(source)
                            .map(v -> (v - mean) * (v - mean))
                            .average()
                            .orElseThrow())
                    .isCloseTo(1, within(1e-9));
        }
        // The second source is the strongest one, and its largest weight is negative.
        double[] strongest = Golden.drawn(8, SAMPLES, UnmixingTest::uniform, UnmixingTest::twoPoints)
                .values()[1];
        assertThat(sources[0][5] * strongest[5]).isNegative();
        double[][] peaked = unmixing.withPeak(mixtures, 0.9).sources(mixtures);
        assertThat(Arrays.stream(peaked[0]).map(Math::abs).max().orElseThrow()).isCloseTo(0.9, within(1e-12));
    }

    @Test
    void rotationsStayExactlyOrthogonal() {
        Columns mixtures = mixtures(2, UnmixingTest::uniform, UnmixingTest::laplace, UnmixingTest::twoPoints);
        try (var scope = Scope.withoutGradients()) {
            Whitening white = Whitening.of(mixtures);
            var rotation = FastIca.orthogonal(Tensors.of(mixing(5, 3)));
            new PairSweeps(FeatureCovariance.rough(1), white.rows(), rotation).run(PairSweeps.Search.GLOBAL);
            double[][] product = KernelSums.matrix(rotation.matmul(rotation.t()));
            for (int i = 0; i < 3; i++) {
                for (int j = 0; j < 3; j++) {
                    assertThat(product[i][j]).isCloseTo(i == j ? 1 : 0, within(1e-13));
                }
            }
        }
    }

    /// More samples than those from which the criterion is computed, so that the result is improved with all.
    @Test
    void theCriterionIsThatOfTheResult() {
        int samples = 9_000;
        int computed = 8192;
        Columns mixtures =
                mixed(mixing(4, 2), Golden.drawn(4, samples, UnmixingTest::uniform, UnmixingTest::twoPoints));
        Unmixing unmixing = Unmixing.fit(mixtures, Unmixing.STARTS, 5);
        double[][] sources = unmixing.sources(mixtures);
        double nearest = Double.POSITIVE_INFINITY;
        for (int sign = -1; sign <= 1; sign += 2) { // features change with the sign, which is set at the end
            for (int other = -1; other <= 1; other += 2) {
                double criterion = criterion(standard(sources[0], sign), standard(sources[1], other), computed);
                nearest = Math.min(nearest, Math.abs(criterion - unmixing.criterion()));
            }
        }
        assertThat(nearest).isLessThan(1e-12);
    }

    private static double[] standard(double[] source, int sign) {
        double mean = Arrays.stream(source).average().orElseThrow();
        return Arrays.stream(source).map(v -> sign * (v - mean)).toArray();
    }

    private static double criterion(double[] a, double[] b, int rows) {
        try (var scope = Scope.withoutGradients()) {
            double[][] some = new double[rows][];
            Arrays.setAll(some, i -> {
                int row = (int) ((long) i * a.length / rows);
                return new double[] {a[row], b[row]};
            });
            return FeatureCovariance.fine(5).criterion(Tensors.of(some));
        }
    }

    @Test
    void equalSeedsGiveEqualResults() {
        Columns mixtures = mixtures(6, UnmixingTest::uniform, UnmixingTest::laplace);
        assertThat(Unmixing.fit(mixtures, 2, 7).matrix())
                .isDeepEqualTo(Unmixing.fit(mixtures, 2, 7).matrix());
    }

    private static void assertRefused(String message, double[]... channels) {
        assertThatThrownBy(() -> Unmixing.fit(new Columns("x", channels), 1, 0))
                .isInstanceOf(InputException.class)
                .hasMessage(message);
    }

    @Test
    void channelsWithoutAMixtureOfTheirOwnAndTooManyAreRefused() {
        double[] a = Golden.column(50, i -> Math.sin(i));
        double[] b = Golden.column(50, i -> Math.sin(i * i));
        assertRefused(
                "x: found a constant channel 1 (from 0), expected a signal; leave it out",
                a,
                Golden.column(50, _ -> 0.1));
        assertRefused(
                "x: found channel 2 (from 0) equal to channel 0 up to scale, expected different mixtures; leave one"
                        + " out",
                a,
                b,
                Golden.column(50, i -> 3 - 2 * a[i]));
        assertRefused(
                "x: found channel 2 (from 0) to be a sum of other channels, expected as many mixtures as sources;"
                        + " leave it out",
                a,
                b,
                Golden.column(50, i -> 3 * a[i] + 3 * b[i]));
        double[] five = {1, 2, 3, 4, 6};
        assertRefused(
                "x: found 5 samples of 5 channels, expected more samples than channels; is it transposed?",
                five,
                five,
                five,
                five,
                five);
        double[][] many = new double[65][];
        Arrays.setAll(many, j -> Golden.column(80, i -> Math.sin(i * (j + 1.3))));
        assertRefused(
                "x: found 65 channels, expected at most 64; leave some out, or transpose it if its rows are channels",
                many);
    }
}
