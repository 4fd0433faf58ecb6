package org.fullrank.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class HolmTest {
    @Test
    void theSmallestIsMultipliedByTheNumberOfTestsAndTheOrderStays() {
        assertThat(Holm.correct(new double[] {0.01, 0.04, 0.03, 0.005}))
                .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-12));
    }

    @Test
    void noneIsAboveOneAndNaNDoesNotCount() {
        assertThat(Holm.correct(new double[] {0.5, Double.NaN, 0.6})).containsExactly(1, Double.NaN, 1);
        assertThat(Holm.correct(new double[] {0.02, Double.NaN})).containsExactly(0.02, Double.NaN);
    }
}
