package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;

/// The smaller of `Z Z'` and `Z' Z`, which have the same eigenvalues but for zeros, in float64: squaring halves the
/// digits.
///
/// @param sides Z, or Z' where that has fewer rows, `[m, M]` with m <= M, float64
/// @param gram `sides sides'`, `[m, m]`
/// @param wide whether `sides` is Z
record SmallGram(Tensor sides, Tensor gram, boolean wide) {
    /// @param z `[N, D]` without a graph
    static SmallGram of(Tensor z) {
        Tensor exact = z.to(ScalarType.Double); // [N, D]
        boolean wide = z.size(0) < z.size(1);
        Tensor sides = wide ? exact : exact.t();
        return new SmallGram(sides, sides.mm(sides.t()), wide);
    }

    /// Whether all entries are numbers; decompositions refuse others.
    boolean finite() {
        return Tensors.value(torch.isfinite(gram).all()) != 0;
    }

    /// `weights Z` or `Z weights`, as the sides are: shape and type of `z`.
    ///
    /// @param weights `[m, m]`, symmetric
    Tensor weighted(Tensor weights, Tensor z) {
        Tensor product = weights.mm(sides); // [m, M]
        return (wide ? product : product.t()).to(z.scalar_type());
    }
}
