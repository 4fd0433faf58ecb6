package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;

/// A loss on the views of one batch. The value of an alignment is low if the views of each sample have
/// similar embeddings.
public sealed interface Alignment
        permits MeanSquared, //
                UnitDistance {
    /// The value for the views of one batch.
    Tensor evaluate(Views views);
}
