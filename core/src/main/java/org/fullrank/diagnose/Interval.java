package org.fullrank.diagnose;

/// Where a figure lies with 95 % confidence.
public record Interval(double lower, double upper) {
    /// None computed.
    public static final Interval NONE = new Interval(Double.NaN, Double.NaN);
}
