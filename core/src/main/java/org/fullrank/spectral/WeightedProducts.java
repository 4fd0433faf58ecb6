package org.fullrank.spectral;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The sum `P' diag(w) P` over the samples, `[m, m]`. If all weights are equal, it is a multiple of `P' P`.
/// Then no products are computed, because they would cost as much as `P' P` itself.
final class WeightedProducts {
    private final double[] weights; // [N]
    private final @Nullable Tensor sum; // [m, m]; null if all weights are equal

    /// An empty sum for features of `width` columns. The caller's scope owns its memory.
    ///
    /// @param weights one for each sample, at least one
    WeightedProducts(double[] weights, int width) {
        this.weights = weights;
        boolean equal = Arrays.stream(weights).allMatch(w -> w == weights[0]);
        sum = equal ? null : Tensors.zeros(Device.CPU, ScalarType.Double, width, width);
    }

    /// Adds samples.
    ///
    /// @param rows which samples these are, of which the first `[n]` have features
    /// @param features of these samples, `[n, m]`
    void add(int[] rows, Tensor features) {
        if (sum != null) {
            double[] own = new double[Math.toIntExact(features.size(0))];
            Arrays.setAll(own, i -> weights[rows[i]]);
            sum.addmm_(features.t(), features.mul(Tensors.of(own, own.length, 1)));
        }
    }

    /// The sum in new memory, after all samples were added.
    ///
    /// @param second `P' P`, `[m, m]`
    Tensor sum(Tensor second) {
        return sum == null ? second.mul(Tensors.scalar(weights[0])) : sum.clone();
    }
}
