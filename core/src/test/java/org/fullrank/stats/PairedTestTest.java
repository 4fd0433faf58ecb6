package org.fullrank.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PairedTestTest {
    /// Student's own example of 1908: hours of sleep won by two drugs, ten patients.
    @Test
    void theSleepDataGiveTheTextbookResult() {
        double[] first = {0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
        double[] second = {1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4};
        PairedTest test = PairedTest.of(first, second);
        assertThat(test.n()).isEqualTo(10);
        assertThat(test.difference()).isCloseTo(-1.58, within(1e-12));
        assertThat(test.t()).isCloseTo(-4.0621, within(1e-4));
        assertThat(test.p()).isCloseTo(0.002833, within(1e-6));
    }

    /// The limits of 5 and 1 % that every table of Student's t has.
    @ParameterizedTest
    @CsvSource({
        "1, 12.7062, 0.05", "1, 63.6567, 0.01", "2, 4.30265, 0.05", "2, 9.92484, 0.01", "3, 3.18245, 0.05",
        "4, 2.77645, 0.05", "9, 2.26216, 0.05", "10, 2.22814, 0.05", "30, 2.75000, 0.01", "1, 1, 0.5"
    })
    void tailsAreThoseOfTheTables(int df, double t, double p) {
        assertThat(PairedTest.twoSided(t, df)).isCloseTo(p, within(2e-6));
        assertThat(PairedTest.twoSided(-t, df)).isEqualTo(PairedTest.twoSided(t, df));
    }

    @ParameterizedTest
    @CsvSource({"2, 0.3", "3, 1.7", "5, 4.1", "8, 0.02", "19, 2.9"})
    void tailsAreTheIntegralOfTheDensity(int df, double t) {
        double within = 0;
        double total = 0;
        double step = 1e-4;
        for (double u = -1 + step / 2; u < 1; u += step) { // x = u / (1 - u^2) takes in the whole line
            double x = u / (1 - u * u);
            double density = Math.pow(1 + x * x / df, -(df + 1) / 2.0) * (1 + u * u) / Math.pow(1 - u * u, 2);
            total += density;
            within += Math.abs(x) < t ? density : 0;
        }
        assertThat(PairedTest.twoSided(t, df)).isCloseTo(1 - within / total, within(1e-4));
    }

    @Test
    void withoutADifferenceNothingIsShownAndWithASteadyOneEverything() {
        assertThat(PairedTest.of(new double[] {1, 2}, new double[] {2, 1}).p()).isEqualTo(1);
        assertThat(PairedTest.of(new double[] {2, 3, 4}, new double[] {1, 2, 3}).p())
                .isZero();
        assertThat(PairedTest.of(new double[] {2}, new double[] {1}).p()).isNaN();
        assertThat(PairedTest.of(new double[0], new double[0]).difference()).isNaN();
        assertThatThrownBy(() -> PairedTest.of(new double[1], new double[2]))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("1 and 2 values");
    }

    @Test
    void equalDifferencesOfRoundedValuesAreNoProof() {
        double[] a = {0.52, 0.60};
        double[] b = {0.50, 0.58}; // one of 50 items each, by rounding perhaps
        assertThat(PairedTest.of(a, b, 1.0 / 50).p()).isBetween(0.1, 0.3);
        assertThat(PairedTest.of(a, b).p()).isLessThan(1e-9);
        // Where the differences vary by more than rounding, the step does not count.
        double[] c = {0.4, 0.7, 0.9};
        double[] d = {0.1, 0.2, 0.7};
        assertThat(PairedTest.of(c, d, 1.0 / 50)).isEqualTo(PairedTest.of(c, d));
    }

    @Test
    void theSpreadIsThatOfASample() {
        MeanAndSpread spread = MeanAndSpread.of(new double[] {2, 4, 4, 4, 5, 5, 7, 9});
        assertThat(spread.mean()).isEqualTo(5);
        assertThat(spread.std()).isCloseTo(Math.sqrt(32 / 7.0), within(1e-12));
        assertThat(MeanAndSpread.of(new double[] {3}).std()).isNaN();
    }
}
