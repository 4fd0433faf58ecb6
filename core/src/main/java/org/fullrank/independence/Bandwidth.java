package org.fullrank.independence;

import java.util.Arrays;
import java.util.function.LongPredicate;
import org.fullrank.engine.InputException;

/// The bandwidth of a Gaussian kernel on one column: the median distance between two of its values.
public final class Bandwidth {
    private Bandwidth() {}

    /// The median distance of each column.
    ///
    /// @throws InputException when it is zero
    public static double[] medians(Columns columns) {
        double[] medians = new double[columns.width()];
        for (int j = 0; j < medians.length; j++) {
            medians[j] = median(columns.values()[j]);
            if (medians[j] == 0) {
                throw zero(columns, j);
            }
        }
        return medians;
    }

    /// The median of `|x_a - x_b|` over all pairs `a < b`. If the number of pairs is even, it is the mean of
    /// the two middle distances. The distances are counted but not listed, so the memory is linear in N.
    public static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        long pairs = (long) sorted.length * (sorted.length - 1) / 2;
        return (smallest(sorted, (pairs + 1) / 2) + smallest(sorted, pairs / 2 + 1)) / 2;
    }

    /// The distance at position `rank`, counted from 1, in ascending order. Positive doubles are ordered like
    /// their bits. So a bisection over the bits finds the exact distance.
    private static double smallest(double[] sorted, long rank) {
        long low = -1;
        long high = Double.doubleToLongBits(sorted[sorted.length - 1] - sorted[0]);
        LongPredicate enough = bits -> within(sorted, Double.longBitsToDouble(bits)) >= rank;
        while (high - low > 1) {
            long middle = low + (high - low) / 2;
            if (enough.test(middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return Double.longBitsToDouble(high);
    }

    /// The number of pairs whose distance is at most this value.
    private static long within(double[] sorted, double distance) {
        long count = 0;
        int first = 0;
        for (int last = 0; last < sorted.length; last++) {
            while (sorted[last] - sorted[first] > distance) {
                first++;
            }
            count += last - first;
        }
        return count;
    }

    private static InputException zero(Columns columns, int j) {
        double[] column = columns.values()[j];
        boolean constant = Arrays.stream(column).allMatch(v -> v == column[0]);
        return new InputException(
                constant
                        ? "%s: found %s in every row of column %d (from 0), expected values that differ; leave the column out"
                                .formatted(columns.name(), column[0], j)
                        : "%s: found a median distance of 0 in column %d (from 0), expected more; most of its values are equal: give --bandwidth"
                                .formatted(columns.name(), j));
    }
}
