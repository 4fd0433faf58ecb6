package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;

/// A function of one embedding matrix that is low when the embedding uses all its dimensions.
public sealed interface Regularizer
        permits VarianceHinge, //
                Covariance,
                LogVariance,
                Decorrelation,
                MeanSingularValue,
                LogDetEntropy,
                SlicedGaussianity,
                HypersphereUniformity {
    /// The value for `z`, shape `[N, D]`, N >= 2, with its parts by name.
    ///
    /// @param draw the key of what is drawn at random for this batch; equal keys give equal values
    Terms evaluate(Tensor z, long draw);

    /// The value with the first draw.
    default Terms evaluate(Tensor z) {
        return evaluate(z, 0);
    }

    /// The name of the value in logs.
    String part();
}
