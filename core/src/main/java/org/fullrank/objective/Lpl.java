package org.fullrank.objective;

import java.util.List;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularized.Penalty;
import org.fullrank.objective.Regularized.Pull;
import org.fullrank.settings.Named;

/// Latent predictive learning on one embedding. LPL has three terms. In the first, views predict each other
/// (pull). In the second, each dimension varies (Hebbian push). In the third, no two dimensions correlate
/// (decorrelation). As in the official code, the gradient of the pull reaches both views. In the paper, this
/// gradient does not reach the earlier view.
///
/// Source: Halvagal, Zenke, "The combination of Hebbian and predictive plasticity learns invariant object
/// representations in deep sensory networks" (2023), official code for deep networks.
///
/// @param pull weight of [MeanSquared], averaged over all entries
/// @param push weight of [LogVariance], averaged over the views
/// @param decorrelation weight of [Decorrelation], averaged over the views
/// @param epsilon of [LogVariance]
@Named("lpl")
public record Lpl(double pull, double push, double decorrelation, double epsilon) implements Objective {
    /// The weight of pull and push in the official code.
    public static final double DEFAULT_WEIGHT = 1;
    /// The weight of the decorrelation in the official code.
    public static final double DEFAULT_DECORRELATION = 10;

    public Lpl {
        sum(pull, push, decorrelation, epsilon);
    }

    public static Lpl defaults() {
        return new Lpl(DEFAULT_WEIGHT, DEFAULT_WEIGHT, DEFAULT_DECORRELATION, LogVariance.DEFAULT_EPSILON);
    }

    @Override
    public Terms evaluate(Views views) {
        return sum(pull, push, decorrelation, epsilon).evaluate(views);
    }

    private static Regularized sum(double pull, double push, double decorrelation, double epsilon) {
        return new Regularized(
                new Pull("pull", new MeanSquared(MeanSquared.Per.ENTRY), pull, "pull"),
                List.of(
                        new Penalty(new LogVariance(epsilon), push, OverViews.MEAN, "push"),
                        new Penalty(new Decorrelation(), decorrelation, OverViews.MEAN, "decorrelation")));
    }

    @Override
    public Card card() {
        return sum(pull, push, decorrelation, epsilon)
                .card(
                        "views predict each other, each dimension varies (log-variance), no two correlate",
                        Papers.LPL,
                        "0 upwards: small against the variance");
    }

    @Override
    public Need need(long rows, long width) {
        return Need.sumsOfProducts(rows, width);
    }
}
