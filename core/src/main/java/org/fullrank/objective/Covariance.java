package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.settings.Named;

/// VICReg's covariance term `c(Z) = 1/D sum_{i != j} C_ij^2`, where C is the covariance with divisor N - 1.
/// The covariance term is 0 if the dimensions are uncorrelated. It has no upper limit. The covariance term is
/// also 0 if all rows are equal. So a loss with a covariance term also needs a variance term.
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
