package org.fullrank.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.assertj.core.data.Offset;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Golden values are those of SciPy 1.17.1: `normaltest` and `kstest`.
class NormalityTestTest {
    private static double[] sine(int count, DoubleUnaryOperator power) {
        double[] values = new double[count];
        Arrays.setAll(values, j -> power.applyAsDouble(StrictMath.sin(1 + .7 * j)));
        return values;
    }

    private static Offset<Double> relative(double value) {
        return within(1e-9 * Math.abs(value));
    }

    @Test
    void goldenScores() {
        NormalityTest test = NormalityTest.of(sine(40, x -> x));
        assertThat(test.skewness()).isCloseTo(-.134646727485, within(1e-11));
        assertThat(test.kurtosis()).isCloseTo(-1.478246606619, within(1e-11));
        assertThat(test.skewnessScore()).isCloseTo(-.394261063010, within(1e-11));
        assertThat(test.kurtosisScore()).isCloseTo(-4.987735201136, within(1e-11));
        assertThat(test.statistic()).isCloseTo(25.032944222453, within(1e-10));
        assertThat(test.p()).isCloseTo(3.665770139e-6, within(1e-14));
    }

    @ParameterizedTest
    @CsvSource({
        "20, 1, 8.944872099575742, .011419463557716105",
        "20, 3, .6828243928312794, .7107658726713859",
        "25, 1, 14.914624164180184, .0005772055694149311",
        "25, 3, .896276226682727, .638816448864559",
        "40, 1, 25.032944222453484, 3.6657701391817063e-06",
        "40, 3, .9404489240572023, .6248619947493117",
        "100, 1, 234.22699141689077, 1.3748491750797277e-51",
        "100, 3, 3.803247358130719, .1493259648365018",
        "400, 1, 3915.511943099406, 0",
        "400, 3, 18.033066667803553, .00012138620312011797",
        "1500, 3, 73.82431050034693, 9.316540145257495e-17"
    })
    void goldenValues(int count, int power, double statistic, double p) {
        NormalityTest test = NormalityTest.of(sine(count, x -> power == 1 ? x : x * x * x));
        assertThat(test.statistic()).isCloseTo(statistic, relative(statistic));
        assertThat(test.p()).isCloseTo(p, relative(p));
        assertThat(test.n()).isEqualTo(count);
    }

    @Test
    void goldenValuesOfASkewedSample() {
        double[] values = new double[60];
        Arrays.setAll(values, j -> -Math.log(1 - (j + .5) / 60));
        assertThat(NormalityTest.of(values).statistic()).isCloseTo(28.974816011155212, within(1e-9));
        assertThat(NormalityTest.of(values).p()).isCloseTo(5.107385581386634e-07, relative(5.1e-7));
    }

    @ParameterizedTest
    @ValueSource(doubles = {1e-160, 1e-3, 1e6, 1e160})
    void theScaleAndTheMeanDoNotMatter(double scale) {
        double[] values = sine(60, x -> x * x * x);
        double p = NormalityTest.of(values).p();
        double[] other = Arrays.stream(values).map(v -> scale * (v - 5)).toArray();
        assertThat(NormalityTest.of(other).p()).isCloseTo(p, within(1e-9 * p));
    }

    /// Of normal samples, the test rejects about as many as its level says.
    @Test
    void normalSamplesHaveUniformPValues() {
        int rounds = 4000;
        double[] p = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            var random = Keyed.of(11, round);
            double[] values = new double[200];
            Arrays.setAll(values, j -> 3 + 2 * random.nextGaussian());
            p[round] = NormalityTest.of(values).p();
        }
        assertThat(share(p, .01)).isBetween(.005, .02);
        assertThat(share(p, .1)).isBetween(.075, .115);
        assertThat(share(p, .5)).isBetween(.46, .54);
    }

    /// The usual p-value is too small in the far tail. That of drawn samples is not.
    @Test
    void drawnSamplesCorrectTheFarTail() {
        NormalityNull normal = NormalityNull.of(100, 20_000, 1);
        double[] usual = new double[20_000];
        double[] drawn = new double[20_000];
        for (int round = 0; round < usual.length; round++) {
            var random = Keyed.of(12, round);
            double[] values = new double[100];
            Arrays.setAll(values, j -> random.nextGaussian());
            NormalityTest test = NormalityTest.of(values);
            usual[round] = test.p();
            drawn[round] = normal.p(test);
        }
        assertThat(share(usual, .001)).isGreaterThan(.002);
        assertThat(share(drawn, .001)).isBetween(.0004, .0018);
        assertThat(share(drawn, .01)).isBetween(.008, .0125);
        assertThat(share(drawn, .5)).isBetween(.48, .52);
        assertThat(normal.p(NormalityTest.of(sine(100, x -> x)))).isEqualTo(1 / 20_001.0);
        assertThatThrownBy(() -> normal.p(NormalityTest.of(sine(99, x -> x)))).hasMessageContaining("expected 100");
        assertThatThrownBy(() -> NormalityNull.of(30, 0, 1)).hasMessageContaining("found 0 draws");
    }

    private static double share(double[] p, double level) {
        return Arrays.stream(p).filter(value -> value < level).count() / (double) p.length;
    }

    @Test
    void badSamplesAreRefusedInOneLine() {
        assertThatThrownBy(() -> NormalityTest.of(sine(19, x -> x)))
                .isInstanceOf(InputException.class)
                .hasMessage("normality test: found 19 values, expected at least 20; draw more");
        double[] values = sine(20, x -> x);
        values[3] = Double.NaN;
        assertThatThrownBy(() -> NormalityTest.of(values))
                .hasMessage("normality test: found NaN, expected finite values; leave it out");
        double[] constant = new double[30];
        Arrays.fill(constant, .1);
        assertThatThrownBy(() -> NormalityTest.of(constant))
                .hasMessageStartingWith("normality test: found 30 equal values near 0.1, expected values that differ");
        constant[4] += Math.ulp(.1);
        assertThatThrownBy(() -> NormalityTest.of(constant)).hasMessageContaining("equal values");
        assertThatThrownBy(() -> NormalityTest.of(new double[30])).hasMessageContaining("equal values near 0.0");
        assertThatThrownBy(() -> KolmogorovSmirnov.normal(new double[0], 0, 1)).hasMessageContaining("found 0 values");
        assertThatThrownBy(() -> KolmogorovSmirnov.normal(values, 0, 1)).hasMessageContaining("found NaN");
        assertThatThrownBy(() -> KolmogorovSmirnov.normal(new double[3], 0, 0)).hasMessageContaining("deviation 0.0");
    }

    /// For more than 140 values and a large p, SciPy approximates to 4e-7. These values were computed with 60
    /// digits.
    @ParameterizedTest
    @CsvSource({
        "1, .7, .6",
        "2, .6, .32",
        "5, .5, .112",
        "10, .3, .27053557479999946",
        "10, .274, .3715203845434957",
        "20, .2, .352720173623415",
        "40, .1, .7818109707182903",
        "40, .31, .0006521488588602242",
        "100, .05, .9532159710635725",
        "100, .15, .019839242125641813",
        "100, .25, 5.408871776434847e-06",
        "400, .09, .00286528477580823102",
        "400, .03, .853411229133340899",
        "1500, .02, .578895688593688735",
        "1500, .05, .0010666102195421752",
        "1500, .052, .0005772561106162916",
        "1500, .2, 4.587183976933783e-53"
    })
    void goldenTailsOfTheDistance(int n, double distance, double p) {
        assertThat(KolmogorovSmirnov.beyond(n, distance)).isCloseTo(p, relative(p));
    }

    @ParameterizedTest
    @CsvSource({
        "40, 0, .7, .18879477982546067, .10104331375217612",
        "100, .2, .8, .1749047443349761, .0038057907591248037",
        "400, 0, .8, .10565416473176409, .00024236822442767365"
    })
    void goldenTestsOfAGivenNormal(int count, double mean, double deviation, double distance, double p) {
        KolmogorovSmirnov test = KolmogorovSmirnov.normal(sine(count, x -> x), mean, deviation);
        assertThat(test.distance()).isCloseTo(distance, within(1e-14));
        assertThat(test.p()).isCloseTo(p, relative(p));
    }

    @Test
    void theTestDoesNotSortItsInput() {
        double[] values = sine(30, x -> x);
        KolmogorovSmirnov.normal(values, 0, 1);
        assertThat(values).isEqualTo(sine(30, x -> x));
    }

    @Test
    void smallSamplesByHand() {
        // the distance of one value at the median is 1/2, and every value has at least this distance
        assertThat(KolmogorovSmirnov.normal(new double[] {2}, 2, 1).p()).isEqualTo(1);
        // one value at share .9: P(|u - 1/2| >= .4) = .2
        assertThat(KolmogorovSmirnov.beyond(1, .9)).isCloseTo(.2, within(1e-15));
        // both distances can only be large together for small d: P(D < d) = n! (2 d - 1/n)^n for d <= 1/n
        assertThat(KolmogorovSmirnov.beyond(3, .3)).isCloseTo(1 - 6 * Math.pow(.6 - 1 / 3.0, 3), within(1e-14));
        assertThat(KolmogorovSmirnov.beyond(5, .05)).isEqualTo(1);
        assertThat(KolmogorovSmirnov.beyond(4, 1)).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "-9, 0",
        "-7.5, 3.1908916729108844e-14",
        "-3, .0013498980316300933",
        "-1, .15865525393145707",
        "-.1, .460172162722971",
        "0, .5",
        ".3, .6179114221889526",
        "1.96, .9750021048517795",
        "6, .9999999990134123",
        "9, 1"
    })
    void goldenSharesBelow(double x, double share) {
        assertThat(Normal.below(x)).isCloseTo(share, within(1e-15));
    }
}
