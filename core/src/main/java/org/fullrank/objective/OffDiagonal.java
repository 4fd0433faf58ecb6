package org.fullrank.objective;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// The sum of the squared covariances of unlike dimensions, which VICReg and LPL divide by different numbers.
///
/// With centred Z the sum of all squared entries of `C` is that of the smaller Gram matrix, `|Z'Z|_F = |ZZ'|_F`, so for
/// N < D the `[D, D]` matrix is never formed and the cost is `N^2 D` in place of `N D^2`.
final class OffDiagonal {
    private OffDiagonal() {}

    /// `1/divisor sum_{i != j} C_ij^2` for `z`, shape `[N, D]`, C with N - 1.
    static Tensor squares(Tensor z, double divisor) {
        long n = z.size(0);
        double scale = 1.0 / ((double) (n - 1) * (n - 1) * divisor);
        Tensor fixed = z.detach();
        Tensor centred = fixed.sub(fixed.mean(new long[] {0}, true, new ScalarTypeOptional())); // [N, D]
        boolean wide = n < z.size(1);
        Tensor gram = wide ? centred.mm(centred.t()) : centred.t().mm(centred); // [N, N] or [D, D]
        Tensor sums = centred.square().sum(0); // [D], the diagonal of (N - 1) C
        Tensor value = gram.square().sum().sub(sums.square().sum()).mul(Tensors.scalar(scale));
        if (!z.requires_grad()) {
            return value;
        }
        // The gradient is 4 scale (Zc Zc'Zc - Zc diag(sums)): one product, where automatic differentiation takes two.
        Tensor product = wide ? gram.mm(centred) : centred.mm(gram); // [N, D]
        Tensor gradient = product.sub_(centred.mul(sums)).mul_(Tensors.scalar(4 * scale)); // [N, D]
        return Surrogate.of(value, z, gradient);
    }
}
