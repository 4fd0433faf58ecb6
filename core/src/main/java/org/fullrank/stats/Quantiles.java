package org.fullrank.stats;

import java.util.Arrays;

/// Quantiles of a sample. The quantiles are interpolated linearly between order statistics (type 7 of Hyndman
/// and Fan 1996, the default of R and NumPy).
public final class Quantiles {
    private Quantiles() {}

    /// The value below which this share of `values` lies; NaN if there are no values.
    ///
    /// @param share 0 to 1
    public static double of(double[] values, double share) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return ofSorted(sorted, share);
    }

    /// The same for values in ascending order.
    public static double ofSorted(double[] sorted, double share) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /// The median; NaN if there are no values.
    public static double median(double[] values) {
        return of(values, 0.5);
    }
}
