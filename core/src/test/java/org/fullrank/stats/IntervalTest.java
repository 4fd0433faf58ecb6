package org.fullrank.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class IntervalTest {
    /// The ends of Wilson's interval are the shares p for which the observed share lies exactly 1.96
    /// standard errors of p away.
    @Test
    void wilsonEndsSolveTheScoreEquation() {
        for (int count : new int[] {1, 8, 37, 99}) {
            Interval interval = Interval.wilson(count, 100);
            for (double p : new double[] {interval.lower(), interval.upper()}) {
                double z = Math.abs(count / 100.0 - p) / Math.sqrt(p * (1 - p) / 100);
                assertThat(z).isCloseTo(Normal.TWO_SIDED_95, within(1e-9));
            }
        }
        assertThat(Interval.wilson(10, 10).upper()).isEqualTo(1);
        assertThat(Interval.wilson(0, 10).lower()).isZero();
    }

    @Test
    void theQuantileLeavesFivePercentOutside() {
        // The integral of the density from -z to z by Simpson's rule.
        int steps = 1000;
        double h = 2 * Normal.TWO_SIDED_95 / steps;
        double sum = 0;
        for (int i = 0; i <= steps; i++) {
            double x = -Normal.TWO_SIDED_95 + i * h;
            sum += (i == 0 || i == steps ? 1 : i % 2 == 1 ? 4 : 2) * Math.exp(-x * x / 2);
        }
        assertThat(sum * h / 3 / Math.sqrt(2 * Math.PI)).isCloseTo(0.95, within(1e-10));
    }
}
