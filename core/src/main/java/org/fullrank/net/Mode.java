package org.fullrank.net;

/// Whether batch norms use the statistics of the batch or the running statistics in a forward pass.
public enum Mode {
    /// Statistics of the batch; the running statistics move.
    TRAIN,
    /// Statistics of the batch; the running statistics stay. For the second forward pass of a chunk, which must give
    /// what the first gave.
    REPLAY,
    /// Running statistics: evaluation. No buffer moves.
    EVALUATE
}
