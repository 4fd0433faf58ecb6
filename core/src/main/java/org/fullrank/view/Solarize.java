package org.fullrank.view;

/// Solarization inverts values at or above the threshold: x becomes 1 - x.
///
/// @param p probability
/// @param threshold in [0, 1]
public record Solarize(double p, double threshold) {
    /// The threshold of BYOL and VICReg, the middle of the range.
    public static final double THRESHOLD = 0.5;
    /// No solarization.
    public static final Solarize NONE = new Solarize(0, THRESHOLD);

    public static Solarize defaults() {
        return NONE;
    }

    public Solarize {
        Check.probability("solarize.p", p);
        Check.between("solarize.threshold", threshold, 0, 1);
    }

    /// Solarization with probability `p` at the usual threshold.
    public static Solarize of(double p) {
        return new Solarize(p, THRESHOLD);
    }
}
