package org.fullrank.decompose;

import java.util.ArrayList;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The principal directions of the columns of a reconstruction. These directions can be applied to new
/// columns of the same kind. If the mean was subtracted from the data, these are the principal components of
/// the denoised columns.
///
/// @param rows length of a column
/// @param directions `[rows, K]`, row-major, orthonormal; K is at most the rank
/// @param values K singular values of the reconstruction, in descending order
public record Subspace(int rows, float[] directions, double[] values) {
    /// A direction with a smaller share of the largest singular value is a rounding error.
    private static final double LEAST_SHARE = 1e-6;

    /// The singular value decomposition of the product of the factors. It is computed from the small Gram
    /// matrices of the factors.
    public static Subspace of(Decomposition fitted) {
        try (var scope = Scope.withoutGradients()) {
            var factors = new ArrayList<Tensor>();
            for (int k = 0; k < fitted.factors().size(); k++) {
                factors.add(Tensors.of(fitted.factors().get(k), fitted.sizes().get(k), fitted.rank())
                        .to(ScalarType.Double));
            }
            Tensor u = Factors.rows(factors); // [rows, R]
            Tensor v = factors.getLast(); // [columns, R]
            Spectrum left = Spectrum.of(u.t().matmul(u));
            Tensor root = left.vectors().mul(left.roots()); // [R, k]
            Tensor basis = u.matmul(left.vectors().div(left.roots())); // [rows, k], orthonormal: u = basis root'
            Spectrum inner = Spectrum.of(root.t().matmul(v.t().matmul(v)).matmul(root)); // of [k, k]
            return new Subspace(
                    (int) u.size(0), Tensors.floats(basis.matmul(inner.vectors())), Tensors.doubles(inner.roots()));
        }
    }

    /// The spectrum of a positive semidefinite matrix `[R, R]`, without eigenvalues of zero.
    ///
    /// @param vectors eigenvectors `[R, k]`, in descending order of their eigenvalues
    /// @param roots of the eigenvalues, `[k]`
    private record Spectrum(Tensor vectors, Tensor roots) {
        static Spectrum of(Tensor matrix) {
            var eigen = torch.linalg_eigh(matrix);
            double[] rising = Tensors.doubles(eigen.get0());
            int count = rising.length;
            double least = LEAST_SHARE * LEAST_SHARE * rising[count - 1];
            int first = 0;
            while (rising[first] < least) {
                first++;
            }
            return new Spectrum(
                    eigen.get1().narrow(1, first, count - first).flip(1),
                    eigen.get0().narrow(0, first, count - first).flip(0).sqrt());
        }
    }

    /// The coordinates of new columns, `[count, K]`, row-major: the orthogonal projection of the columns.
    ///
    /// @param columns `[rows, count]`, row-major
    /// @throws InputException when the columns have another length
    public float[] coordinates(float[] columns, int count) {
        InputException.unless(
                columns.length == rows * count,
                "columns: found %d values, expected %d for %d columns of %d",
                columns.length,
                rows * count,
                count,
                rows);
        try (var scope = Scope.withoutGradients()) {
            Tensor y = Tensors.of(columns, rows, count);
            return Tensors.floats(y.t().matmul(Tensors.of(directions, rows, values.length)));
        }
    }
}
