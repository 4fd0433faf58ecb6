package org.fullrank.view;

/// Solarisation: values from the threshold on are inverted, x becomes 1 - x.
///
/// @param p probability
/// @param threshold in [0, 1]
public record Solarise(double p, double threshold) {
    /// The threshold of BYOL and VICReg: the middle.
    public static final double THRESHOLD = 0.5;
    /// No solarisation.
    public static final Solarise NONE = new Solarise(0, THRESHOLD);

    public static Solarise defaults() {
        return NONE;
    }

    public Solarise {
        Check.probability("solarise.p", p);
        Check.between("solarise.threshold", threshold, 0, 1);
    }

    /// Solarisation with probability `p` at the usual threshold.
    public static Solarise of(double p) {
        return new Solarise(p, THRESHOLD);
    }
}
