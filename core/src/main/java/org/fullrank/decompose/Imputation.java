package org.fullrank.decompose;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;

/// A partial tensor in float64 whose missing entries get other values. The tensors belong to the scope of the caller.
///
/// @param known the entries, 0 where missing
/// @param missing 1 for each missing entry, 0 for the others
/// @param mean of the observed entries
record Imputation(Tensor known, Tensor missing, double mean) {
    /// @param shape of the tensors; it has as many entries as the data
    static Imputation of(PartialTensor data, long... shape) {
        Tensor known = Tensors.of(data.values(), shape).to(ScalarType.Double);
        Tensor weights = Tensors.of(data.weights(), shape).to(ScalarType.Double);
        return new Imputation(
                known, weights.neg().add(Tensors.scalar(1)), Tensors.value(known.sum()) / data.observedCount());
    }

    /// The shape of the data itself.
    static Imputation of(PartialTensor data) {
        return of(data, data.shape().stream().mapToLong(Integer::longValue).toArray());
    }

    /// The tensor with the mean in place of the missing entries.
    Tensor withMean() {
        return known.add(missing.mul(Tensors.scalar(mean)));
    }

    /// The tensor with the entries of an approximation in place of the missing ones.
    ///
    /// @param approximation as many entries, in row-major order
    Tensor with(Tensor approximation) {
        return known.add(approximation.view_as(known).mul(missing));
    }
}
