package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.settings.Named;

/// VICReg's covariance term `c(Z) = 1/D sum_{i != j} C_ij^2`, C with N - 1. Range 0 (uncorrelated dimensions) upwards;
/// 0 also where the embedding has collapsed to a point, which is why it needs a variance term beside it.
///
/// Source: VICReg (2022), equations 3 and 4.
@Named("covariance")
public record Covariance() implements Regularizer {
    @Override
    public Terms evaluate(Tensor z, long draw) {
        return Terms.of(part(), OffDiagonal.squares(z, z.size(1)));
    }

    @Override
    public String part() {
        return "covariance";
    }

    @Override
    public Card card() {
        return new Card("no two dimensions correlate; squared covariances over D", Papers.VICREG)
                .with(part(), "0 upwards: rises first, then falls; 0 at collapse too");
    }
}
