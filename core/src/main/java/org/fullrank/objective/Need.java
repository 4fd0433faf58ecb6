package org.fullrank.objective;

import java.util.Locale;

/// Reports whether a batch of N rows is large enough for a loss on D dimensions. The covariance of N rows has
/// at most rank N - 1. So this covariance is singular for N <= D. Some losses need more rows than others.
///
/// @param verdict whether the number of rows is large enough
/// @param text one line that says why
/// @param rows the rows that the loss sees together
/// @param enoughRows a number of rows that would be enough; 0 if nothing needs to change
/// @param rowsSetting the key of the loss that sets the number of rows; empty if it is the batch size
/// @param enoughWidth a width for which the present number of rows is enough; 0 if nothing needs to change
public record Need(Verdict verdict, String text, long rows, long enoughRows, String rowsSetting, long enoughWidth) {
    /// Whether the rows suffice.
    public enum Verdict {
        /// The rows suffice.
        MET,
        /// Training may work; check the result.
        CONSIDER,
        /// Training is not expected to work.
        UNMET
    }

    /// Recommended number of rows per dimension for whitening. With N = 2 D, the smallest eigenvalue of the
    /// covariance of unit noise is near (1 - sqrt(1/2))^2 = 0.09. With N = D, it is near 0
    /// (Marchenko-Pastur). The official W-MSE code uses 2 D.
    public static final int ROWS_PER_DIMENSION = 2;

    /// Rows that suffice.
    public static Need met(long rows, String text) {
        return new Need(Verdict.MET, text, rows, 0, "", 0);
    }

    /// The verdict that the rows may be too few. A batch of [#ROWS_PER_DIMENSION] rows per dimension would be
    /// enough.
    public static Need consider(long rows, long width, String text) {
        return new Need(
                Verdict.CONSIDER,
                text,
                rows,
                ROWS_PER_DIMENSION * width,
                "",
                Math.max(ROWS_PER_DIMENSION, rows / ROWS_PER_DIMENSION));
    }

    /// For losses that sum variances and covariances and do not invert them.
    static Need sumsOfProducts(long rows, long width) {
        return met(
                rows,
                ("N %d, D %d: variances and covariances are sums that need no inverse; between unrelated dimensions a"
                                + " batch shows a correlation of about %s by chance")
                        .formatted(rows, width, number(1 / Math.sqrt(rows - 1.0))));
    }

    /// For losses that maximize singular values of the batch.
    static Need singularValues(long rows, long width) {
        if (rows > width) {
            return met(rows, "N %d > D %d: every singular value can be raised".formatted(rows, width));
        }
        return consider(
                rows,
                width,
                ("N %d <= D %d: a batch has only %d singular values, so the upper bound is lower and %d directions"
                                + " are missing in each batch")
                        .formatted(rows, width, rows, width - rows));
    }

    /// A number in the format of the preflight.
    public static String number(double value) {
        boolean whole = value == Math.rint(value) && value < 1e6;
        int decimals = whole || value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : 3;
        boolean plain = whole || value >= 1e-2 && value < 1e5;
        return String.format(Locale.ROOT, plain ? "%." + decimals + "f" : "%.1e", value);
    }
}
