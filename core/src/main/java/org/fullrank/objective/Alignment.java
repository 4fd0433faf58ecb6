package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;

/// A function of the views of one batch that is low when the views of a sample agree.
public sealed interface Alignment
        permits MeanSquared, //
                UnitDistance {
    /// The value for the views of one batch.
    Tensor evaluate(Views views);
}
