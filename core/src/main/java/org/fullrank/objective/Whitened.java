package org.fullrank.objective;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// Sub-batches whose columns are uncorrelated and have variance 1: `Y = Xc L^-T`. Here, Xc are the centered
/// rows and `S = Xc' Xc / (w - 1)` is their covariance. L is the Cholesky factor of `(1 - epsilon) S +
/// epsilon I = L L'`. If epsilon is 0, the covariance of Y is the identity.
///
/// @param values Y, `[B, w, D]`
/// @param inverse L^-1, `[B, D, D]`
/// @param share `(1 - epsilon) / (w - 1)`
record Whitened(Tensor values, Tensor inverse, double share) {
    /// @param x the sub-batches of all views, `[B, w, D]`, without a graph
    /// @param samples number of samples of each view that are in a sub-batch, for error messages
    /// @throws InputException when a covariance is singular in the precision of `x`
    static Whitened of(Tensor x, double epsilon, long samples) {
        long rows = x.size(1);
        long d = x.size(2);
        if (epsilon == 0 && rows <= d) {
            throw singular(x, samples, "has rank %d at most".formatted(rows - 1));
        }
        double share = (1 - epsilon) / (rows - 1);
        Tensor centered = x.sub(x.mean(new long[] {1}, true, new ScalarTypeOptional())); // [B, w, D]
        Tensor covariance = centered.mT().matmul(centered).mul_(Tensors.scalar(share)); // [B, D, D]
        covariance.diagonal(0, 1, 2).add_(Tensors.scalar(epsilon));
        Tensor factor = torch.linalg_cholesky_ex(covariance).get0(); // [B, D, D]
        requireRegular(x, samples, covariance, factor);
        Tensor eye = torch.eye(d).to(x.device(), x.scalar_type());
        // Inverted once, since products of w rows are faster than solutions, and two are needed.
        Tensor inverse = torch.linalg_solve_triangular(factor, eye, false, true, false); // [B, D, D]
        return new Whitened(centered.matmul(inverse.mT()), inverse, share);
    }

    /// A pivot is the part of a column's variance that the earlier columns do not explain. If they explain
    /// all of it, the pivot is only a rounding error. A failed decomposition leaves pivots that are zero,
    /// negative or not a number.
    private static void requireRegular(Tensor x, long samples, Tensor covariance, Tensor factor) {
        double rounding = x.scalar_type().intern() == ScalarType.Double ? Math.ulp(1.0) : Math.ulp(1f);
        Tensor pivots = factor.diagonal(0, 1, 2).square(); // [B, D]
        Tensor floor = covariance.diagonal(0, 1, 2).mul(Tensors.scalar(rounding * x.size(2))); // [B, D]
        boolean regular = Tensors.value(pivots.gt(floor).all().to(ScalarType.Double)) != 0;
        // Embeddings that are not finite are accepted; their value is then not finite.
        if (!regular && Tensors.value(x.isfinite().all().to(ScalarType.Double)) != 0) {
            throw singular(x, samples, "is singular: some dimensions are constant or depend on others");
        }
    }

    private static InputException singular(Tensor x, long samples, String fault) {
        return new InputException(
                "w-mse: the covariance of a sub-batch of %d rows (N %d used, D %d, sub-batch %d) %s; expected rank D:"
                                .formatted(x.size(1), samples, x.size(2), x.size(1), fault)
                        + " give more rows than D (a larger batch and subBatch, usually 2 D), drop constant or repeated columns, narrow"
                        + " the embedding, or raise epsilon");
    }

    /// The gradient of a function with respect to the sub-batches, from its gradient `slope` with respect to
    /// the values.
    ///
    /// The adjoint of the Cholesky decomposition reduces to three products. For `M = slope' Y` and T its
    /// mirrored lower triangle, the gradient with respect to Xc is `(slope - share Y T) L^-1`.
    Tensor gradient(Tensor slope) {
        Tensor m = slope.mT().matmul(values); // [B, D, D]
        Tensor mirrored = m.tril(-1).add(m.tril().mT());
        Tensor inner = torch.baddbmm(slope, values, mirrored, Tensors.scalar(1), Tensors.scalar(-share)); // [B, w, D]
        Tensor centered = inner.matmul(inverse); // [B, w, D]
        return centered.sub(centered.mean(new long[] {1}, true, new ScalarTypeOptional()));
    }
}
