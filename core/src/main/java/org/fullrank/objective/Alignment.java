package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;

/// A loss on the views of one batch. Its value is low if the views of each sample agree.
public sealed interface Alignment
        permits MeanSquared, //
                UnitDistance {
    /// The value for the views of one batch.
    Tensor evaluate(Views views);
}
