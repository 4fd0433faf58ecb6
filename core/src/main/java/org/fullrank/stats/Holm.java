package org.fullrank.stats;

import java.util.Comparator;
import java.util.stream.IntStream;

/// Holm's step-down correction of p values for several tests (Holm 1979, "A simple sequentially rejective
/// multiple test procedure").
public final class Holm {
    private Holm() {}

    /// The corrected p values, in the order given. The smallest of m p values is multiplied by m, the next by
    /// m - 1, and so on. No corrected value is above 1, or below the one before. NaN stays NaN and does not
    /// count as a test.
    public static double[] correct(double[] p) {
        int[] order = IntStream.range(0, p.length)
                .filter(i -> !Double.isNaN(p[i]))
                .boxed()
                .sorted(Comparator.comparingDouble(i -> p[i]))
                .mapToInt(i -> i)
                .toArray();
        double[] corrected = p.clone();
        double least = 0;
        for (int rank = 0; rank < order.length; rank++) {
            least = Math.max(least, Math.min(1, (order.length - rank) * p[order[rank]]));
            corrected[order[rank]] = least;
        }
        return corrected;
    }
}
