package org.fullrank.diagnose;

import static org.fullrank.diagnose.ScaleRules.text;

import org.fullrank.diagnose.Verdict.Kind;

/// Rules on whether there are enough rows for a diagnosis.
final class SampleRules {
    /// Rows below which nothing is said but that they are too few: seven differences can look like anything.
    static final int FEWEST_ROWS = 8;

    /// Rows below which a collapse can be seen, but health cannot.
    static final int ENOUGH_ROWS = 32;

    /// Rows for each dimension that a collapsed embedding has left at most, `sqrt(D) / 5`: the rank of N isotropic
    /// rows in k dimensions comes out too low by k / N, here 5 %.
    static final double ROWS_PER_RANK = 20;

    private SampleRules() {}

    /// Rows from which an embedding of this width can be called healthy; there need not be as many as dimensions.
    static long needed(int width) {
        return Math.max(ENOUGH_ROWS, (long) Math.ceil(ROWS_PER_RANK * Math.sqrt(width) / DimensionRules.ROOT));
    }

    static Finding underSampled(Figures f) {
        long needed = needed(f.width());
        return new Finding(
                Kind.UNDER_SAMPLED,
                Confidence.below(f.rows(), needed, 0),
                text("%d rows of width %d cannot tell; %d rows would", f.rows(), f.width(), needed),
                text("examine at least %d rows; for a run raise data.samples or name a larger split", needed));
    }
}
