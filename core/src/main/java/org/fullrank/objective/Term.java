package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// One term of a loss.
///
/// @param name as in the paper
/// @param value before weighting, a scalar
/// @param weight factor of the value in the loss
/// @param setting the key of the loss that the weight is proportional to; null if there is none
public record Term(
        String name, Tensor value, double weight, @Nullable String setting) {
    /// A term with weight 1.
    public static Term of(String name, Tensor value) {
        return new Term(name, value, 1, null);
    }

    /// The term's part of the loss: its value times its weight.
    public Tensor weighted() {
        return weight == 1 ? value : value.mul(Tensors.scalar(weight));
    }
}
