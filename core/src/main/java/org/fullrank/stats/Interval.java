package org.fullrank.stats;

/// Where a figure lies with 95 % confidence.
public record Interval(double lower, double upper) {
    /// None computed.
    public static final Interval NONE = new Interval(Double.NaN, Double.NaN);

    /// `value - error` to `value + error`; none where one of them is not a number.
    public static Interval around(double value, double error) {
        return Double.isFinite(value + error) ? new Interval(value - error, value + error) : NONE;
    }

    /// The interval of a positive figure whose logarithm has this error; it ends at `limit`, which no data can
    /// exceed.
    public static Interval ofLogarithm(double value, double error, double limit) {
        return value > 0 && Double.isFinite(value + error)
                ? new Interval(value * Math.exp(-error), Math.max(value, Math.min(limit, value * Math.exp(error))))
                : NONE;
    }
}
