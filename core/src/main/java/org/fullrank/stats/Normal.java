package org.fullrank.stats;

/// The normal distribution.
public final class Normal {
    /// Half the width of a two-sided 95 % interval in standard errors: the 97.5 % quantile of the standard
    /// normal.
    public static final double TWO_SIDED_95 = 1.959963984540054;

    /// Beyond this value, less than 1e-15 of the standard normal is left.
    private static final double END = 8;

    private Normal() {}

    /// The share of the standard normal below `x`, with an absolute error below 1e-15. The sum is the series of
    /// Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.2.11.
    public static double below(double x) {
        if (!(Math.abs(x) < END)) {
            return Double.isNaN(x) ? Double.NaN : x < 0 ? 0 : 1;
        }
        double term = x;
        double sum = x;
        for (int k = 3; Math.abs(term) > Math.ulp(sum); k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return Math.clamp(0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI), 0, 1);
    }
}
