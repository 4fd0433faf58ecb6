package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.settings.Named;

/// LPL's decorrelation term `1/(D^2 - D) sum_{i != j} C_ij^2`, the mean squared covariance of two dimensions.
/// C is the covariance with divisor N - 1. The decorrelation equals VICReg's covariance term divided by
/// D - 1. The decorrelation is 0 if the dimensions are uncorrelated, if the embedding has collapsed, or if
/// there is only one dimension. It has no upper limit.
///
/// Source: Halvagal, Zenke, "The combination of Hebbian and predictive plasticity learns invariant object
/// representations in deep sensory networks" (2023), official code and erratum. The paper prints the product
/// of squared deviations, but its simulations used the squared covariance.
@Named("decorrelation")
public record Decorrelation() implements Regularizer {
    @Override
    public Terms evaluate(Tensor z, long draw) {
        double d = z.size(1);
        return Terms.of(part(), OffDiagonal.squares(z, Math.max(1, d * (d - 1))));
    }

    @Override
    public String part() {
        return "decorrelation";
    }

    @Override
    public Card card() {
        return new Card("no two dimensions correlate; mean squared covariance", Papers.LPL)
                .with(part(), "0 upwards: falls; 0 at collapse too");
    }
}
