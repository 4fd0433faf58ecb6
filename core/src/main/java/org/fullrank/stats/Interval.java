package org.fullrank.stats;

/// A 95 % confidence interval of a measured value.
public record Interval(double lower, double upper) {
    /// No interval.
    public static final Interval NONE = new Interval(Double.NaN, Double.NaN);

    /// The interval from `value - error` to `value + error`; no interval if either of them is not a number.
    public static Interval around(double value, double error) {
        return Double.isFinite(value + error) ? new Interval(value - error, value + error) : NONE;
    }

    /// Wilson's score interval of a share (Wilson 1927). Unlike the normal approximation it stays in [0, 1]
    /// and is accurate near both ends.
    ///
    /// @param count number of occurrences, at most `total`
    /// @param total positive
    public static Interval wilson(double count, double total) {
        double z2 = Normal.TWO_SIDED_95 * Normal.TWO_SIDED_95;
        double center = (count + z2 / 2) / (total + z2);
        double half = Normal.TWO_SIDED_95 / (total + z2) * Math.sqrt(count / total * (total - count) + z2 / 4);
        return new Interval(Math.max(0, center - half), Math.min(1, center + half));
    }

    /// The confidence interval of a positive value whose logarithm has this error. It ends at `limit`, the
    /// largest possible value.
    public static Interval ofLogarithm(double value, double error, double limit) {
        return value > 0 && Double.isFinite(value + error)
                ? new Interval(value * Math.exp(-error), Math.max(value, Math.min(limit, value * Math.exp(error))))
                : NONE;
    }
}
