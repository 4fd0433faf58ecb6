package org.fullrank.net;

/// Selects whether batch norms use the statistics of the batch or the running statistics.
public enum Mode {
    /// Statistics of the batch; the running statistics are updated.
    TRAIN,
    /// Statistics of the batch; the running statistics are not updated. Used for the second forward pass of a
    /// chunk, whose result must equal the result of the first.
    REPLAY,
    /// Running statistics, for evaluation. No buffer changes.
    EVALUATE
}
