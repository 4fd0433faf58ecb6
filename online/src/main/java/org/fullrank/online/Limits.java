package org.fullrank.online;

/**
 * The limits at which a {@link Monitor} raises an alarm.
 *
 * @param minimumStd a unit with a smaller standard deviation counts as silent; not negative
 * @param silentShare the share of silent units that raises an alarm, above 0 and at most 1
 * @param minimumRank a participation ratio below this value raises an alarm, if there are at least two units
 * @param maximumStd a larger standard deviation of any unit raises an alarm
 * @param minimumChange an alarm is raised if the standard deviation of the input, over all values together, is below
 *     this share of their root mean square; 0 turns it off
 */
public record Limits(
        double minimumStd, double silentShare, double minimumRank, double maximumStd, double minimumChange) {
    /** 0.01: features are of order one if the inputs are. Features that the pull has collapsed are far smaller. */
    public static final double MINIMUM_STD = 0.01;
    /** Half of the units: a few silent units are normal with ReLU. */
    public static final double SILENT_SHARE = 0.5;
    /** 1.05: the features use only slightly more than one direction. */
    public static final double MINIMUM_RANK = 1.05;
    /** 1e6, far above any useful feature and far below the limit of float32. */
    public static final double MAXIMUM_STD = 1e6;

    /** 0.001: in float32, smaller changes on top of a large offset are lost after a few layers of sums. */
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

    /** The limits with the constants above. */
    public static Limits defaults() {
        return new Limits(MINIMUM_STD, SILENT_SHARE, MINIMUM_RANK, MAXIMUM_STD, MINIMUM_CHANGE);
    }
}
