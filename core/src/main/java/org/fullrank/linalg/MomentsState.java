package org.fullrank.linalg;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/// The content of [Moments] in Java arrays, so that another process can go on with it. It holds at most
/// `max(D, 1024)` rows and half of a matrix `[D, D]`.
///
/// @param width columns D
/// @param rows N
/// @param rounding unit roundoff of the type of the rows
/// @param exponent values are in units of `2^exponent`
/// @param sized whether a value other than 0 has come
/// @param waiting rows that are not in `scatter` yet, `[at most max(D, 1024), D]`
/// @param scatter lower triangle of the scatter matrix, row by row; null if all rows are in `waiting`
/// @param absorbed number of rows in `scatter`
/// @param sums of the columns of these rows
public record MomentsState(
        int width,
        long rows,
        double rounding,
        int exponent,
        boolean sized,
        double[] waiting,
        double @Nullable [] scatter,
        long absorbed,
        double[][] sums)
        implements Serializable {
    /// Moments with this content; the caller closes them.
    public Moments open() {
        var moments = new Moments(width);
        moments.restore(this);
        return moments;
    }

    /// The lower triangle of a matrix `[side, side]`, row by row.
    static double[] lower(double[] square, int side) {
        double[] lower = new double[Math.toIntExact((long) side * (side + 1) / 2)];
        for (int i = 0, at = 0; i < side; at += ++i) {
            System.arraycopy(square, i * side, lower, at, i + 1);
        }
        return lower;
    }

    /// A matrix `[side, side]` with this lower triangle, and zeros above it.
    static double[] square(double[] lower, int side) {
        double[] square = new double[side * side];
        for (int i = 0, at = 0; i < side; at += ++i) {
            System.arraycopy(lower, at, square, i * side, i + 1);
        }
        return square;
    }
}
