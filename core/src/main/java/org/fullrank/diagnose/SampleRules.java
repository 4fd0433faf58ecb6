package org.fullrank.diagnose;

import static org.fullrank.diagnose.ScaleRules.text;

import org.fullrank.diagnose.Verdict.Kind;

/// Rules on whether there are enough rows for a diagnosis.
final class SampleRules {
    /// With fewer rows, the only verdict is that they are too few.
    static final int FEWEST_ROWS = 8;

    /// With fewer rows, a verdict can be a collapse, but it cannot be healthy.
    static final int ENOUGH_ROWS = 32;

    /// Number of rows per dimension of a collapsed embedding. Such an embedding has at most `sqrt(D) / 5`
    /// dimensions. The measured rank of N isotropic rows in k dimensions is too low by the share k / N, which
    /// is 5 % here.
    static final double ROWS_PER_RANK = 20;

    private SampleRules() {}

    /// Smallest number of rows for which an embedding of this width can be called healthy. This number can be
    /// smaller than the width.
    static long needed(int width) {
        return Math.max(ENOUGH_ROWS, (long) Math.ceil(ROWS_PER_RANK * Math.sqrt(width) / DimensionRules.ROOT));
    }

    static Finding underSampled(Figures f) {
        long needed = needed(f.width());
        return new Finding(
                Kind.UNDER_SAMPLED,
                Confidence.below(f.rows(), needed, 0),
                text(
                        "%d rows of width %d are too few for a verdict; %d rows would be enough",
                        f.rows(), f.width(), needed),
                text("examine at least %d rows; for a run raise data.samples or name a larger split", needed));
    }
}
