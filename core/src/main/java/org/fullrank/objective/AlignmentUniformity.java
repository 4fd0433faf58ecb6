package org.fullrank.objective;

import java.util.List;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularized.Penalty;
import org.fullrank.objective.Regularized.Pull;
import org.fullrank.settings.Named;

/// Two losses on the hypersphere that together describe contrastive learning. Alignment is low if the views
/// of a sample have the same direction. Uniformity is low if the directions within each view are spread over
/// the sphere.
///
/// Source: Wang, Isola, "Understanding contrastive representation learning through alignment and uniformity
/// on the hypersphere" (2020). The defaults are the exponent alpha = 2, t = 2, and the weights in the listing
/// of the official code.
///
/// @param alignment weight of [UnitDistance]
/// @param uniformity weight of [HypersphereUniformity], averaged over the views
/// @param t of [HypersphereUniformity]
@Named("alignment-uniformity")
public record AlignmentUniformity(double alignment, double uniformity, double t) implements Objective {
    /// From the listing of the official code. Its STL-10 example uses 0.98 and 0.96.
    public static final double DEFAULT_WEIGHT = 1;

    public AlignmentUniformity {
        sum(alignment, uniformity, t);
    }

    public static AlignmentUniformity defaults() {
        return new AlignmentUniformity(DEFAULT_WEIGHT, DEFAULT_WEIGHT, HypersphereUniformity.DEFAULT_T);
    }

    @Override
    public Terms evaluate(Views views) {
        return sum(alignment, uniformity, t).evaluate(views);
    }

    @Override
    public Card card() {
        return sum(alignment, uniformity, t)
                .card(
                        "views agree in direction, directions spread over the sphere",
                        Papers.UNIFORMITY,
                        "0 to 4: falls");
    }

    @Override
    public Need need(long rows, long width) {
        return Need.met(
                rows,
                "N %d: %d pairs of rows in each view; no covariance is used".formatted(rows, rows * (rows - 1) / 2));
    }

    private static Regularized sum(double alignment, double uniformity, double t) {
        return new Regularized(
                new Pull("alignment", new UnitDistance(), alignment, "alignment"),
                List.of(new Penalty(new HypersphereUniformity(t), uniformity, OverViews.MEAN, "uniformity")));
    }
}
