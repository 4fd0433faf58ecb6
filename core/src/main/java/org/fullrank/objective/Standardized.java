package org.fullrank.objective;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// Columns with mean 0 and variance 1, as batch norm without scale and shift makes them.
///
/// @param values `(z - mean) inverse`, `[N, D]`
/// @param inverse `1 / sqrt(var + epsilon)` with the biased variance, `[D]`
record Standardized(Tensor values, Tensor inverse) {
    /// @param z `[N, D]` without a graph
    static Standardized of(Tensor z, double epsilon) {
        Tensor centred = z.sub(mean(z)); // [N, D]
        Tensor inverse = mean(centred.square()).add_(Tensors.scalar(epsilon)).rsqrt_(); // [D]
        return new Standardized(centred.mul_(inverse), inverse);
    }

    /// The gradient in `z` of what has this gradient in the values; writes over `gradient`.
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
