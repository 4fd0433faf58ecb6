package org.fullrank.objective;

import java.util.List;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularized.Penalty;
import org.fullrank.objective.Regularized.Pull;
import org.fullrank.settings.Named;

/// SVMax for views. The views of a sample should have the same direction ([UnitDistance]). The singular
/// values of each view's embeddings on the unit sphere should become equal. This term is the bounded form of
/// [MeanSingularValue], averaged over the views.
///
/// The SVMax paper adds this regularizer to ranking losses with labels. We did not find the paper's table of
/// self-supervised training. So the alignment is our choice, unverified against the paper. The regularizer
/// does not depend on the length of the embeddings. The alignment must not depend on this length either.
/// Otherwise, embeddings could shrink to lower the loss.
///
/// @param alignment weight of [UnitDistance]
/// @param meanSingularValue weight of [MeanSingularValue], lambda in the paper
@Named("svmax")
public record Svmax(double alignment, double meanSingularValue) implements Objective {
    /// The alignment is not scaled.
    public static final double DEFAULT_ALIGNMENT = 1;
    /// The paper's lambda for contrastive and N-pair losses (triplet: 0.1, angular: 2).
    public static final double DEFAULT_MEAN_SINGULAR_VALUE = 1;

    public Svmax {
        sum(alignment, meanSingularValue);
    }

    public static Svmax defaults() {
        return new Svmax(DEFAULT_ALIGNMENT, DEFAULT_MEAN_SINGULAR_VALUE);
    }

    @Override
    public Terms evaluate(Views views) {
        return sum(alignment, meanSingularValue).evaluate(views);
    }

    private static Regularized sum(double alignment, double meanSingularValue) {
        return new Regularized(
                new Pull("alignment", new UnitDistance(), alignment, "alignment"),
                List.of(new Penalty(
                        MeanSingularValue.defaults(), meanSingularValue, OverViews.MEAN, "meanSingularValue")));
    }

    @Override
    public Card card() {
        return sum(alignment, meanSingularValue)
                .card(
                        "views agree in direction, singular values on the sphere are alike",
                        Papers.SVMAX,
                        "0 to 4: falls");
    }

    @Override
    public Need need(long rows, long width) {
        return Need.singularValues(rows, width);
    }
}
