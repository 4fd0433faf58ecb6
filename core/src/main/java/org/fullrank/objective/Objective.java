package org.fullrank.objective;

/// What training minimises: a pure function of the embeddings of the whole batch, of the key of its random draws and of
/// its memory. It never hears of chunks, workers or devices.
public sealed interface Objective
        permits Regularized, //
                NtXent,
                BarlowTwins,
                WMse,
                Mmcr,
                Tico {
    /// Value and parts for the views of one batch. The caller's scope owns the tensors.
    Terms evaluate(Views views);

    /// The shape of what it remembers from batch to batch for embeddings of `width` columns; empty for no memory.
    /// The memory of the first batch is all zeros.
    default long[] memory(long width) {
        return new long[0];
    }
}
