package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;

/// The smaller of `Z Z'` and `Z' Z`. Both matrices have the same nonzero eigenvalues. The product is computed
/// in float64, because it halves the number of correct digits.
///
/// If the input is a stack of matrices, the result is a stack too.
///
/// @param sides Z, or Z' if Z' has fewer rows, `[m, M]` with m <= M, float64
/// @param gram `sides sides'`, `[m, m]`
/// @param wide whether `sides` is Z
record SmallGram(Tensor sides, Tensor gram, boolean wide) {
    /// @param z `[N, D]`, or a stack of matrices, `[B, N, D]`, without a graph
    static SmallGram of(Tensor z) {
        Tensor exact = z.to(ScalarType.Double); // [N, D]
        boolean wide = z.size(-2) < z.size(-1);
        Tensor sides = wide ? exact : exact.mT(); // [m, M]
        return new SmallGram(sides, sides.matmul(sides.mT()), wide);
    }

    /// Whether all entries are finite; decompositions refuse other matrices.
    boolean finite() {
        return Tensors.value(torch.isfinite(gram).all()) != 0;
    }

    /// `weights Z` or `Z weights`, depending on the sides, with the shape and type of `z`.
    ///
    /// @param weights `[m, m]`, symmetric
    Tensor weighted(Tensor weights, Tensor z) {
        return like(z, weights.matmul(sides));
    }

    /// Converts a matrix `[m, M]`, oriented as the sides, to the shape and type of `z`.
    Tensor like(Tensor z, Tensor product) {
        return (wide ? product : product.mT()).to(z.scalar_type());
    }
}
