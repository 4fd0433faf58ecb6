package org.fullrank.objective;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// A loss on one embedding matrix. The value of a regularizer is low if the embedding uses all its
/// dimensions.
public sealed interface Regularizer
        permits VarianceHinge, //
                Covariance,
                LogVariance,
                Decorrelation,
                MeanSingularValue,
                LogDetEntropy,
                SlicedGaussianity,
                HypersphereUniformity {
    /// The value for `z`, shape `[N, D]`, N >= 2: one term of weight 1.
    ///
    /// @param draw the key of random draws for this batch; equal keys give equal values
    Terms evaluate(Tensor z, long draw);

    /// The values for each of several matrices of one shape; the draw is the same for all.
    default List<Terms> evaluate(List<Tensor> views, long draw) {
        return views.stream().map(z -> evaluate(z, draw)).toList();
    }

    /// The value with the first draw.
    default Terms evaluate(Tensor z) {
        return evaluate(z, 0);
    }

    /// The name of the value in logs.
    String part();

    /// Idea, paper and healthy ranges.
    Card card();
}
