package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;

/// A function of one embedding matrix that is low when the embedding uses all its dimensions.
public sealed interface Regularizer permits VarianceHinge, Covariance {
    /// The value for `z`, shape `[N, D]`, N >= 2.
    Tensor evaluate(Tensor z);

    /// The name of this part in logs.
    String part();
}
