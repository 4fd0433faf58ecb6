package org.fullrank.linalg;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// A square matrix of low rank as a product, `a b^H`, or a stack of such matrices.
///
/// @param a left factor, `[n, k]` or `[F, n, k]`, real or complex
/// @param b right factor, of the same shape and type
public record LowRank(Tensor a, Tensor b) {
    public LowRank {
        boolean fits = (a.dim() == 2 || a.dim() == 3)
                && Arrays.equals(Tensors.shape(a), Tensors.shape(b))
                && a.scalar_type().intern() == b.scalar_type().intern();
        InputException.unless(
                fits,
                "low-rank update: found factors %s and %s, expected two of one shape [n, k] or [F, n, k] and of one type",
                Tensors.describe(a),
                Tensors.describe(b));
        long n = a.size(-2);
        long k = a.size(-1);
        InputException.when(
                k < 1 || k > n, "low-rank update: found rank %d of a matrix with %d rows, expected 1 to %d", k, n, n);
    }

    /// Number of rows n of the product, and of its columns.
    public long size() {
        return a.size(-2);
    }

    /// Number of columns k of each factor. The rank of the product is at most k.
    public long rank() {
        return a.size(-1);
    }

    /// The product `a b^H`, `[n, n]` or `[F, n, n]`. The caller's scope owns it.
    public Tensor product() {
        return a.matmul(b.mH());
    }

    /// The same product times `factor`. The caller's scope owns it.
    public LowRank times(double factor) {
        return new LowRank(a.mul(Tensors.scalar(factor)), b);
    }
}
