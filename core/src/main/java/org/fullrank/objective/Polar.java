package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The sum of the singular values of a matrix `Z = P S Q'`, and the gradient of this sum. The gradient is the
/// orthogonal factor `P Q'` of the polar decomposition, `(ZZ')^(-1/2) Z`.
///
/// The sum and the gradient are computed from the eigenvectors of the smaller Gram matrix. This method is
/// several times faster than a singular value decomposition. A singular value is exact to about 1e-8 of the
/// largest one. A singular value below this limit counts as zero and has no part in the gradient. If an
/// embedding is not finite, the sum is NaN.
///
/// If the input is a stack of matrices, the sum is over all of them.
///
/// @param sum of the singular values, a float64 scalar
/// @param factor `P Q'`, with the shape and type of the matrix; null if it was not requested
record Polar(Tensor sum, @Nullable Tensor factor) {
    /// An eigenvalue counts as zero if it is below this many rounding errors of the largest eigenvalue, times
    /// the number of rows of the Gram matrix.
    private static final double ROUNDINGS = 4;

    /// @param z `[N, D]`, or a stack of matrices, `[B, N, D]`, without a graph
    /// @param withFactor whether to compute the gradient
    static Polar of(Tensor z, boolean withFactor) {
        SmallGram small = SmallGram.of(z);
        if (!small.finite()) {
            Tensor nan = z.mul(Tensors.scalar(Double.NaN)); // [N, D]
            return new Polar(nan.sum().to(ScalarType.Double), withFactor ? nan : null);
        }
        var system = torch.linalg_eigh(small.gram());
        Tensor values = system.get0(); // [m], ascending
        Tensor vectors = system.get1(); // [m, m], eigenvectors in columns
        double floor = ROUNDINGS * values.size(-1) * Math.ulp(1.0);
        Tensor kept = values.gt(values.amax(new long[] {-1}, true).mul(Tensors.scalar(floor)))
                .to(ScalarType.Double); // [m]
        Tensor singular = values.clamp_min(Tensors.scalar(0)).sqrt().mul(kept); // [m]
        if (!withFactor) {
            return new Polar(singular.sum(), null);
        }
        Tensor inverse = kept.div(singular.add(Tensors.scalar(1)).sub(kept)); // [m], 1 / s, and 0 for 0
        // Rows scaled to norm 1 before they are put together again: no large numbers that cancel.
        Tensor rows = vectors.mT().matmul(small.sides()).mul_(inverse.unsqueeze(-1)); // [m, M]
        return new Polar(singular.sum(), small.like(z, vectors.matmul(rows)));
    }
}
