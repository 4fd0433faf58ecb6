package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Objects;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.linalg.PowerLaw;
import org.fullrank.linalg.Spectrum;
import org.fullrank.rows.Batch;
import org.fullrank.stats.Interval;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RanksTest {
    private static final double RELATIVE = 1e-8;

    @ParameterizedTest
    @CsvSource({"200, 30", "20, 50", "1300, 9", "64, 64"})
    void everyRankEqualsItsFormulaOnTheValuesOfAnIndependentSvd(int rows, int width) {
        SimpleMatrix z = decaying(rows, width);
        double[] raw = z.svd().getSingularValues();
        double[] centered = centered(z).svd().getSingularValues();
        double[] positive = Arrays.copyOf(centered, Math.min(rows - 1, width));
        double[] variances = Arrays.stream(positive).map(s -> s * s).toArray();
        Ranks ranks = ranks(z);
        near(ranks.get(Measure.RANKME_CENTERED), entropyRank(positive));
        near(ranks.get(Measure.EFFECTIVE_RANK), entropyRank(variances));
        double sum = Arrays.stream(variances).sum();
        near(
                ranks.get(Measure.PARTICIPATION),
                sum * sum / Arrays.stream(variances).map(l -> l * l).sum());
        near(ranks.get(Measure.STABLE_RANK), sum / variances[0]);
        near(ranks.get(Measure.RANKME), entropyRank(raw));
        near(
                ranks.get(Measure.ALPHA),
                slope(variances, ranks.powerLaw().from(), ranks.powerLaw().to()));
    }

    @Test
    void meanSingularValueAndItsBoundsAreThoseOfTheSheet() {
        SimpleMatrix a = new SimpleMatrix(new double[][] {{1, 2, 0}, {0, -1, 3}, {2, 0, 1}, {-1, 1, 1}});
        MeanSingular mean = meanSingular(a);
        near(mean.value(), 1.1536232736238212);
        near(mean.lower(), 0.6666666666666666);
        near(mean.upper(), 1.1547005383792515);
    }

    @ParameterizedTest
    @CsvSource({"144, 20", "12, 40"})
    void meanSingularValueLiesBetweenBoundsThatAreReached(int rows, int width) {
        MeanSingular mean = meanSingular(decaying(rows, width));
        assertThat(mean.value()).isBetween(mean.lower(), mean.upper());
        SimpleMatrix one = new SimpleMatrix(rows, width);
        SimpleMatrix spread = new SimpleMatrix(rows, width);
        for (int i = 0; i < rows; i++) {
            one.set(i, 0, 1 + i);
            spread.set(i, i % width, i % 2 == 0 ? 1 : -1);
        }
        assertThat(meanSingular(one).share()).isCloseTo(0, within(1e-7));
        assertThat(meanSingular(rows < width ? spread : spread.rows(0, rows / width * width))
                        .share())
                .isCloseTo(1, within(1e-7));
    }

    @ParameterizedTest
    @CsvSource({"1, 300, 40, false", "1, 40, 300, true", "1, 1500, 8, true", "3, 300, 40, true", "7, 30, 300, false"})
    void dataOfRankKWithEqualSingularValuesReadsK(int k, int rows, int width, boolean offset) {
        SimpleMatrix z = flat(k, rows, width);
        if (offset) {
            z = z.plus(5);
        }
        for (ScalarType type : new ScalarType[] {ScalarType.Double, ScalarType.Float}) {
            Ranks ranks = ranks(z, type);
            double tolerance = type == ScalarType.Double ? RELATIVE : 1e-3; // rounded to float32
            assertThat(new double[] {
                        ranks.get(Measure.RANKME_CENTERED),
                        ranks.get(Measure.PARTICIPATION),
                        ranks.get(Measure.EFFECTIVE_RANK),
                        ranks.get(Measure.STABLE_RANK)
                    })
                    .containsExactly(new double[] {k, k, k, k}, within(k * tolerance));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 1, 0.1, 1e6, -3e-20, 1e30})
    void equalRowsHaveRankZeroWhateverTheirOffset(double offset) {
        for (int rows : new int[] {2, 5, 1000, 3000}) {
            SimpleMatrix z = new SimpleMatrix(rows, 17).plus(offset);
            for (ScalarType type : new ScalarType[] {ScalarType.Double, ScalarType.Float}) {
                Ranks ranks = ranks(z, type);
                assertThat(ranks.get(Measure.RANKME_CENTERED)).isZero();
                assertThat(ranks.get(Measure.STABLE_RANK)).isZero();
                assertThat(ranks.get(Measure.RANKME_CENTERED_SHARE)).isZero();
                assertThat(ranks.get(Measure.RANKME)).isCloseTo(offset == 0 ? 0 : 1, within(1e-9));
                assertThat(ranks.get(Measure.ALPHA)).isNaN();
                assertThat(ranks.interval(Measure.RANKME_CENTERED)).isEqualTo(Interval.NONE);
            }
        }
    }

    @Test
    void roundingOfEqualRowsIsNoRankWhereRowsAreFewAndWide() {
        SimpleMatrix z = new SimpleMatrix(777, 1500);
        for (int i = 0; i < 777 * 1500; i++) {
            z.set(i, 0.1 * (1 + i % 1500));
        }
        assertThat(ranks(z).get(Measure.RANKME_CENTERED)).isZero();
    }

    @Test
    void roundingToFloat32AboutALargeOffsetAddsNoRank() {
        Ranks ranks = ranks(flat(1, 300, 40).scale(30).plus(1e5), ScalarType.Float);
        assertThat(ranks.get(Measure.RANKME_CENTERED)).isCloseTo(1, within(1e-9));
        assertThat(ranks.interval(Measure.RANKME_CENTERED).upper()).isCloseTo(1, within(1e-6));
    }

    @Test
    void smallestShapesAreDefined() {
        Ranks one = ranks(new SimpleMatrix(1, 5).plus(2));
        assertThat(one.get(Measure.RANKME_CENTERED)).isZero();
        assertThat(one.get(Measure.RANKME_CENTERED_SHARE)).isNaN();
        assertThat(one.get(Measure.RANKME_SHARE)).isCloseTo(1, within(1e-12));
        Ranks two = ranks(new SimpleMatrix(new double[][] {{1, 2, 3}, {3, 2, 1}}));
        assertThat(two.get(Measure.RANKME_CENTERED)).isCloseTo(1, within(1e-12));
        assertThat(two.get(Measure.RANKME_CENTERED_SHARE)).isCloseTo(1, within(1e-9));
        Ranks column = ranks(new SimpleMatrix(new double[][] {{1}, {2}, {5}}));
        assertThat(column.get(Measure.PARTICIPATION_SHARE)).isCloseTo(1, within(1e-9));
        assertThat(column.section().readings()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e160, 1e300, 1e-170, 1e-300})
    void ranksDoNotDependOnTheScaleEvenWhereSquaresOverflowOrVanish(double scale) {
        for (int rows : new int[] {20, 2000}) {
            Ranks plain = ranks(decaying(rows, 4));
            Ranks scaled = ranks(decaying(rows, 4).scale(scale));
            plain.vitals().values().forEach((measure, value) -> near(scaled.get(measure), value));
            near(
                    Objects.requireNonNull(scaled.meanSingular()).value(),
                    Objects.requireNonNull(plain.meanSingular()).value());
        }
    }

    @Test
    void valuesThatAreNotFiniteAreRefused() {
        SimpleMatrix broken = decaying(20, 4);
        broken.set(3, 2, Double.NaN);
        assertThatThrownBy(() -> ranks(broken))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("not finite");
    }

    @Test
    void eachMeasureStandsInTheSectionWithItsShare() {
        Ranks ranks = ranks(decaying(100, 10));
        var section = ranks.section();
        assertThat(section.readings().stream().map(Reading::name))
                .startsWith("rankme", "rankme.share", "rankme.centered", "rankme.centered.share")
                .containsSubsequence("stable-rank", "alpha", "mean-singular-value");
        Reading share = section.readings().get(3);
        assertThat(share.value()).isEqualTo(ranks.get(Measure.RANKME_CENTERED_SHARE));
        assertThat(share.interval().lower()).isLessThan(share.value());
        assertThat(share.interval().upper()).isGreaterThan(share.value());
    }

    @Test
    void powerLawIsRecovered() {
        double[] values = new double[300];
        Arrays.setAll(values, j -> 4 * Math.pow(j + 1, -0.6));
        PowerLaw law = new Spectrum(values).powerLaw();
        near(law.alpha(), 1.2);
        assertThat(law.from()).isEqualTo(PowerLaw.FROM);
        assertThat(law.to()).isEqualTo(PowerLaw.TO);
        assertThat(new Spectrum(Arrays.copyOf(values, 2)).powerLaw().alpha()).isNaN();
        assertThat(new Spectrum(Arrays.copyOf(values, 37)).powerLaw()).satisfies(few -> {
            assertThat(few.from()).isEqualTo(1);
            assertThat(few.to()).isEqualTo(37);
        });
    }

    private static Ranks ranks(SimpleMatrix z) {
        return ranks(z, ScalarType.Double);
    }

    private static Ranks ranks(SimpleMatrix z, ScalarType type) {
        try (var scope = Scope.open()) {
            Tensor rows = Tensors.of(z.toArray2()).to(type);
            try (var moments = Moments.of(rows)) {
                return Ranks.of(
                        moments,
                        new Batch(
                                rows,
                                null,
                                null,
                                LongStream.range(0, rows.size(0)).toArray()));
            }
        }
    }

    private static MeanSingular meanSingular(SimpleMatrix z) {
        try (var scope = Scope.open()) {
            return MeanSingular.of(Tensors.of(z.toArray2()));
        }
    }

    private static void near(double found, double expected) {
        assertThat(found).isCloseTo(expected, within(RELATIVE * Math.abs(expected)));
    }

    private static double entropyRank(double[] parts) {
        double sum = Arrays.stream(parts).sum();
        return Math.exp(-Arrays.stream(parts)
                .map(p -> p / sum)
                .map(p -> p * Math.log(p))
                .sum());
    }

    /// By the normal equations, over indices from 1.
    private static double slope(double[] values, int from, int to) {
        SimpleMatrix x = new SimpleMatrix(to - from + 1, 2);
        SimpleMatrix y = new SimpleMatrix(to - from + 1, 1);
        for (int j = from; j <= to; j++) {
            x.set(j - from, 0, 1);
            x.set(j - from, 1, Math.log(j));
            y.set(j - from, 0, Math.log(values[j - 1]));
        }
        return -x.solve(y).get(1, 0);
    }

    private static SimpleMatrix centered(SimpleMatrix z) {
        SimpleMatrix centered = z.copy();
        for (int j = 0; j < z.getNumCols(); j++) {
            double mean = z.getColumn(j).elementSum() / z.getNumRows();
            for (int i = 0; i < z.getNumRows(); i++) {
                centered.set(i, j, z.get(i, j) - mean);
            }
        }
        return centered;
    }

    /// Gaussian rows about a mean, of deviations that fall along a rotated axis.
    private static SimpleMatrix decaying(int rows, int width) {
        SimpleMatrix scales = new SimpleMatrix(width, width);
        for (int j = 0; j < width; j++) {
            scales.set(j, j, 1 / (1 + 0.3 * j));
        }
        return gaussian(1, rows, width)
                .mult(scales)
                .mult(gaussian(2, width, width))
                .plus(0.7);
    }

    /// Centered rows with k singular values that are 3, and no more.
    private static SimpleMatrix flat(int k, int rows, int width) {
        var left = centered(gaussian(3, rows, k)).svd(true);
        var right = gaussian(4, width, k).svd(true);
        return left.getU().cols(0, k).mult(right.getU().cols(0, k).transpose()).scale(3);
    }

    private static SimpleMatrix gaussian(int key, int rows, int width) {
        Keyed random = Keyed.of(21, key, rows, width);
        SimpleMatrix z = new SimpleMatrix(rows, width);
        for (int i = 0; i < rows * width; i++) {
            z.set(i, random.nextGaussian());
        }
        return z;
    }
}
