package org.fullrank.objective;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// Columns that are scaled to mean 0 and variance 1, as in a batch norm without scale and shift.
///
/// @param values `(z - mean) inverse`, `[N, D]`
/// @param inverse `1 / sqrt(var + epsilon)` with the biased variance, `[D]`
record Standardized(Tensor values, Tensor inverse) {
    /// @param z `[N, D]` without a graph
    static Standardized of(Tensor z, double epsilon) {
        Tensor centered = z.sub(mean(z)); // [N, D]
        Tensor variance = mean(centered.square()); // [D]
        if (!Double.isInfinite(Tensors.value(variance.max()))) {
            Tensor inverse = variance.add_(Tensors.scalar(epsilon)).rsqrt_(); // [D]
            return new Standardized(centered.mul_(inverse), inverse);
        }
        // Squares beyond the largest number: columns over their largest entry have the same standardized values.
        Tensor largest = centered.abs().amax(new long[] {0}, false).clamp_min_(Tensors.scalar(1)); // [D]
        Tensor scaled = centered.div(largest); // [N, D]
        Tensor inverse = mean(scaled.square())
                .add_(largest.reciprocal().square_().mul_(Tensors.scalar(epsilon)))
                .rsqrt_(); // [D]
        return new Standardized(scaled.mul_(inverse), inverse.div(largest));
    }

    /// The gradient of a function with respect to `z`, from its gradient with respect to the values. It
    /// overwrites `gradient`. Overwrites `gradient`.
    Tensor gradient(Tensor gradient) {
        Tensor along = mean(gradient.mul(values)); // [D]
        return gradient.sub_(mean(gradient))
                .addcmul_(values, along, Tensors.scalar(-1))
                .mul_(inverse);
    }

    private static Tensor mean(Tensor t) {
        return t.mean(new long[] {0}, false, new ScalarTypeOptional());
    }
}
