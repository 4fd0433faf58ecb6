package org.fullrank.linalg;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Tensors;

/// Eigenvalues of a symmetric matrix in descending order, with their eigenvectors.
///
/// @param values k eigenvalues, the largest first
/// @param vectors orthonormal columns `[N, k]`, float64; the scope of the caller owns them
/// @param residual largest `|A v - l v|` of any pair, relative to the largest `|l|`
public record Eigenpairs(double[] values, Tensor vectors, double residual) {
    /// All eigenpairs of a symmetric float64 matrix `[N, N]`. Only its lower triangle is read. The residual
    /// is about the rounding error, so it is reported as 0.
    public static Eigenpairs of(Tensor symmetric) {
        var ascending = torch.linalg_eigh(symmetric);
        double[] values = Tensors.doubles(ascending.get0().flip(0));
        return new Eigenpairs(values, ascending.get1().flip(1), 0);
    }

    /// The eigenvalues alone, in descending order, in a fraction of the time of [#of].
    public static double[] valuesOf(Tensor symmetric) {
        return Tensors.doubles(torch.linalg_eigvalsh(symmetric).flip(0));
    }

    /// Number of eigenvalues above `share` times the largest one.
    public int above(double share) {
        return above(values, share);
    }

    /// The same of eigenvalues in descending order, at least one.
    public static int above(double[] values, double share) {
        int count = 0;
        while (count < values.length && values[count] > share * values[0]) {
            count++;
        }
        return count;
    }

    /// The eigenvectors of the `count` largest eigenvalues, each divided by the square root of its
    /// eigenvalue, `[N, count]`. With these columns, the matrix becomes the identity.
    public Tensor whitening(int count) {
        double[] scales = new double[count];
        for (int i = 0; i < count; i++) {
            scales[i] = 1 / Math.sqrt(values[i]);
        }
        return vectors.narrow(1, 0, count).mul(Tensors.of(scales, 1, count));
    }
}
