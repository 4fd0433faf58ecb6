package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// VICReg's covariance term `c(Z) = 1/D sum_{i != j} C_ij^2`, C with N - 1. Range 0 (uncorrelated dimensions) upwards;
/// 0 also where the embedding has collapsed to a point, which is why it needs a variance term beside it.
///
/// With centred Z the sum of all squared entries of `C` is that of the smaller Gram matrix, `|Z'Z|_F = |ZZ'|_F`, so for
/// N < D the `[D, D]` matrix is never formed and the cost is `N^2 D` in place of `N D^2`.
///
/// Source: VICReg (2022), equations 3 and 4.
public record Covariance() implements Regularizer {
    public static Covariance defaults() {
        return new Covariance();
    }

    @Override
    public Tensor evaluate(Tensor z) {
        long n = z.size(0);
        long d = z.size(1);
        Tensor centred = z.sub(z.mean(new long[] {0}, true, new org.bytedeco.pytorch.ScalarTypeOptional())); // [N, D]
        Tensor all; // sum of all squared entries of (N - 1) C
        if (n < d) {
            all = centred.mm(centred.t()).square().sum(); // from [N, N]
        } else {
            all = centred.t().mm(centred).square().sum(); // from [D, D]
        }
        Tensor diagonal = centred.square().sum(0).square().sum(); // the squared entries on the diagonal
        double scale = 1.0 / ((double) (n - 1) * (n - 1) * d);
        return all.sub(diagonal).mul(Tensors.scalar(scale));
    }

    @Override
    public String part() {
        return "covariance";
    }
}
