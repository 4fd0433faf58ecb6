package org.fullrank.search;

import org.fullrank.engine.InputException;

/// Scales vectors to length 1, so that their product is the cosine of their angle.
final class UnitVectors {
    private UnitVectors() {}

    /// Scales rows in place.
    ///
    /// @param subject what they are, for messages
    /// @param first number of the first row, for messages
    /// @param rows `[B, D]`, row by row
    /// @throws InputException when a row has a number that is not finite, or when all its numbers are zero
    static void scale(String subject, long first, float[] rows, int columns) {
        for (int from = 0; from < rows.length; from += columns) {
            double squares = 0;
            for (int i = from; i < from + columns; i++) {
                squares += (double) rows[i] * rows[i];
            }
            if (!Double.isFinite(squares) || squares == 0) {
                throw new InputException("%s: found %s in row %d (from 0), expected %s; leave the row out"
                        .formatted(
                                subject,
                                squares == 0 ? "only zeros" : "a number that is not finite",
                                first + from / columns,
                                squares == 0 ? "a vector with a direction" : "finite numbers"));
            }
            double length = Math.sqrt(squares);
            for (int i = from; i < from + columns; i++) {
                rows[i] = (float) (rows[i] / length);
            }
        }
    }
}
