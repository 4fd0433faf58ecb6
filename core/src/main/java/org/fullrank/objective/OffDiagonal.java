package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Gram;
import org.fullrank.linalg.Reductions;
import org.jspecify.annotations.Nullable;

/// The sum of the squared covariances of different dimensions. VICReg and LPL divide this sum by different
/// numbers.
///
/// For N >= D, the diagonal of the matrix `[D, D]` is set to zero before the sum. Otherwise, a column with a
/// much larger variance than the others would leave only rounding errors.
///
/// For N < D, the matrix `[D, D]` is never computed. The squared entries of `Z'Z` `[D, D]` have the same
/// sum as those of the smaller `ZZ'` `[N, N]`. The smaller matrix costs `N^2 D` instead of `N D^2`. Then
/// the diagonal is subtracted. If the diagonal is most of this sum, everything is computed in float64.
final class OffDiagonal {
    /// If the diagonal is at least this share of the sum, the difference loses too many digits in float32.
    /// With columns of equal length the share is at most about N / D. It is much smaller for embeddings in
    /// training.
    private static final double LARGEST_SHARE = 0.5;

    private OffDiagonal() {}

    /// `1/divisor sum_{i != j} C_ij^2` for `z`, shape `[N, D]`, C with N - 1.
    static Tensor squares(Tensor z, double divisor) {
        long n = z.size(0);
        double scale = 1.0 / ((double) (n - 1) * (n - 1) * divisor);
        Tensor fixed = z.detach();
        Tensor centered = fixed.sub(Reductions.means(fixed)); // [N, D]
        Sum sum = n < z.size(1) ? Sum.byRows(centered) : Sum.byColumns(centered);
        Tensor value = sum.value().mul(Tensors.scalar(scale)).to(z.scalar_type());
        if (!z.requires_grad()) {
            return value;
        }
        return Surrogate.of(value, z, sum.slope(centered).mul_(Tensors.scalar(4 * scale)));
    }

    /// `sum_{i != j} G_ij^2` of `G = Zc'Zc`.
    ///
    /// @param gram `Zc Zc'`, `[N, N]`, or G without its diagonal, `[D, D]`
    /// @param lengths the diagonal of G, `[D]`; null if `gram` does not include it
    private record Sum(Tensor value, Tensor gram, @Nullable Tensor lengths) {
        static Sum byColumns(Tensor centered) {
            Tensor gram = Gram.ofColumns(centered).fill_diagonal_(Tensors.scalar(0)); // [D, D]
            return new Sum(gram.square().sum(), gram, null);
        }

        static Sum byRows(Tensor centered) {
            Tensor lengths = centered.square().sum(0); // [D]
            Tensor gram = Gram.ofRows(centered); // [N, N]
            Tensor all = gram.square().sum();
            Tensor diagonal = lengths.square().sum();
            boolean exact = centered.scalar_type().intern() == ScalarType.Double;
            if (!exact && Tensors.value(diagonal) > LARGEST_SHARE * Tensors.value(all)) {
                return byRows(centered.to(ScalarType.Double));
            }
            return new Sum(all.sub(diagonal), gram, lengths);
        }

        /// A quarter of the gradient with respect to Zc, `[N, D]`.
        Tensor slope(Tensor centered) {
            if (lengths == null) {
                return centered.mm(gram);
            }
            Tensor exact = centered.to(gram.scalar_type());
            return gram.mm(exact).sub_(exact.mul(lengths)).to(centered.scalar_type());
        }
    }
}
