package org.fullrank.online;

/**
 * The limits at which a {@link Monitor} raises an alarm.
 *
 * @param minimumStd a unit with a smaller standard deviation counts as silent, not negative
 * @param silentShare the share of silent units that is an alarm, above 0 and at most 1
 * @param minimumRank a participation ratio below this is an alarm; only with at least two units
 * @param maximumStd a larger standard deviation of any unit is an alarm
 * @param minimumChange a standard deviation of the input, all values together, below this share of their root mean square
 *     is an alarm; 0 switches it off
 */
public record Limits(
        double minimumStd, double silentShare, double minimumRank, double maximumStd, double minimumChange) {
    /** 0.01: features are of order one if inputs are. Features that the pull has collapsed are far smaller. */
    public static final double MINIMUM_STD = 0.01;
    /** Half of the units: a few silent units are normal with ReLU. */
    public static final double SILENT_SHARE = 0.5;
    /** 1.05: only slightly more than one direction. */
    public static final double MINIMUM_RANK = 1.05;
    /** 1e6, far above any useful feature and far below the limit of float32. */
    public static final double MAXIMUM_STD = 1e6;

    /** 0.001: smaller changes on top of a large offset are lost in float32 after a few layers of sums. */
    public static final double MINIMUM_CHANGE = 1e-3;

    public Limits {
        Check.rate("monitor: smallest standard deviation", minimumStd);
        Check.that(
                silentShare > 0 && silentShare <= 1,
                "monitor: found a share of silent units of %s, expected above 0 and at most 1; use %s",
                silentShare,
                SILENT_SHARE);
        Check.rate("monitor: smallest rank", minimumRank);
        Check.positive("monitor: largest standard deviation", maximumStd);
        Check.rate("monitor: smallest change", minimumChange);
    }

    /** The limits of the constants above. */
    public static Limits defaults() {
        return new Limits(MINIMUM_STD, SILENT_SHARE, MINIMUM_RANK, MAXIMUM_STD, MINIMUM_CHANGE);
    }
}
