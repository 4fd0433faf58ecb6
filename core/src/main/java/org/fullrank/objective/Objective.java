package org.fullrank.objective;

/// What training minimises: a pure function of the embeddings of the whole batch. It never hears of chunks, workers or
/// devices.
public sealed interface Objective permits Regularized, NtXent {
    /// Value and parts for the views of one batch. The caller's scope owns the tensors.
    Terms evaluate(Views views);
}
