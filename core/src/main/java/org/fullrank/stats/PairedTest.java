package org.fullrank.stats;

import java.util.Arrays;
import org.fullrank.engine.InputException;

/// Student's paired t-test. This test says whether a value differs between two candidates that are compared
/// seed by seed. With the same seed, both candidates have the same initial weights and the same order of the
/// data. So the effect of a lucky start cancels in the difference.
///
/// @param n pairs
/// @param difference mean of the differences
/// @param t mean difference divided by its standard error; infinite if all differences are equal and not
///     zero, NaN for fewer than two pairs
/// @param p two-sided: how often chance alone would give a t that is at least as large; NaN for fewer than
///     two pairs
public record PairedTest(int n, double difference, double t, double p) {
    /// The usual significance level.
    public static final double LEVEL = 0.05;

    /// Tests `a - b`; values at the same position form a pair.
    ///
    /// @throws InputException when the lengths differ
    public static PairedTest of(double[] a, double[] b) {
        return of(a, b, 0);
    }

    /// Tests `a - b` if all values are multiples of a step, such as shares of a few items. In this case,
    /// differences can be equal because of rounding alone. So their standard deviation is assumed to be at
    /// least `step / sqrt(6)`, the standard deviation of two rounding errors.
    ///
    /// @param step 0 for values that are not rounded
    /// @throws InputException when the lengths differ
    public static PairedTest of(double[] a, double[] b, double step) {
        if (a.length != b.length) {
            throw new InputException(
                    "paired test: found %d and %d values, expected pairs; leave out what has no partner"
                            .formatted(a.length, b.length));
        }
        double[] d = new double[a.length];
        Arrays.setAll(d, i -> a[i] - b[i]);
        MeanAndSpread spread = MeanAndSpread.of(d);
        if (d.length < 2) {
            return new PairedTest(d.length, spread.mean(), Double.NaN, Double.NaN);
        }
        if (spread.mean() == 0) {
            return new PairedTest(d.length, 0, 0, 1);
        }
        double std = Math.max(spread.std(), step / Math.sqrt(6));
        double t = spread.mean() / (std / Math.sqrt(d.length));
        return new PairedTest(d.length, spread.mean(), t, twoSided(t, d.length - 1));
    }

    /// The share of Student's t with `df` degrees of freedom that is beyond `t` on either side. It is
    /// computed by the finite series of Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3
    /// and 26.7.4.
    static double twoSided(double t, int df) {
        double theta = Math.atan(Math.abs(t) / Math.sqrt(df));
        double cos2 = Math.cos(theta) * Math.cos(theta);
        double term = df % 2 == 1 ? Math.cos(theta) : 1;
        double sum = df == 1 ? 0 : term;
        for (int k = df % 2 == 1 ? 3 : 2; k < df; k += 2) {
            term *= cos2 * (k - 1) / k;
            sum += term;
        }
        double within = df % 2 == 1 ? 2 / Math.PI * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
        return Math.clamp(1 - within, 0, 1);
    }
}
