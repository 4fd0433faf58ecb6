package org.fullrank.objective;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Named;
import org.fullrank.engine.Tensors;

/// VICReg's covariance term `c(Z) = 1/D sum_{i != j} C_ij^2`, C with N - 1. Range 0 (uncorrelated dimensions) upwards;
/// 0 also where the embedding has collapsed to a point, which is why it needs a variance term beside it.
///
/// With centred Z the sum of all squared entries of `C` is that of the smaller Gram matrix, `|Z'Z|_F = |ZZ'|_F`, so for
/// N < D the `[D, D]` matrix is never formed and the cost is `N^2 D` in place of `N D^2`.
///
/// Source: VICReg (2022), equations 3 and 4.
@Named("covariance")
public record Covariance() implements Regularizer {
    public static Covariance defaults() {
        return new Covariance();
    }

    @Override
    public Terms evaluate(Tensor z, long draw) {
        long n = z.size(0);
        long d = z.size(1);
        double scale = 1.0 / ((double) (n - 1) * (n - 1) * d);
        Tensor fixed = z.detach();
        Tensor centred = fixed.sub(fixed.mean(new long[] {0}, true, new ScalarTypeOptional())); // [N, D]
        boolean wide = n < d;
        Tensor gram = wide ? centred.mm(centred.t()) : centred.t().mm(centred); // [N, N] or [D, D]
        Tensor sums = centred.square().sum(0); // [D], the diagonal of (N - 1) C
        Tensor value = gram.square().sum().sub(sums.square().sum()).mul(Tensors.scalar(scale));
        if (!z.requires_grad()) {
            return Terms.of(part(), value);
        }
        // The gradient is 4 scale (Zc Zc'Zc - Zc diag(sums)): one product, where automatic differentiation takes two.
        Tensor product = wide ? gram.mm(centred) : centred.mm(gram); // [N, D]
        Tensor gradient = product.sub_(centred.mul(sums)).mul_(Tensors.scalar(4 * scale)); // [N, D]
        return Terms.of(part(), Surrogate.of(value, z, gradient));
    }

    @Override
    public String part() {
        return "covariance";
    }
}
