package org.fullrank.objective;

import java.util.List;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularized.Penalty;
import org.fullrank.objective.Regularized.Pull;
import org.fullrank.settings.Named;

/// The views should agree, and the entropy should be as large as possible. The entropy is that of a Gaussian
/// with the covariance of each view's embeddings. The entropy term replaces the variance and covariance terms
/// of VICReg.
///
/// Because of the logarithm, the two weights only determine the scale of the embedding. Let n be the mean
/// squared difference of the views, divided by the variance of the embedding. Then the variance of the
/// embedding settles near `entropy / (2 invariance n)`.
///
/// Source: Shwartz-Ziv et al., "What do we maximize in self-supervised learning?" (2022), abstract only. The
/// weights are suggestions, unverified against the paper.
///
/// @param invariance weight of [MeanSquared], averaged over all entries
/// @param entropy weight of [LogDetEntropy], averaged over the views
/// @param distortion of [LogDetEntropy]
@Named("log-det")
public record LogDet(double invariance, double entropy, double distortion) implements Objective {
    /// VICReg's weight; unverified.
    public static final double DEFAULT_INVARIANCE = 25;
    /// The entropy is not scaled; unverified.
    public static final double DEFAULT_ENTROPY = 1;

    public LogDet {
        sum(invariance, entropy, distortion);
    }

    public static LogDet defaults() {
        return new LogDet(DEFAULT_INVARIANCE, DEFAULT_ENTROPY, LogDetEntropy.DEFAULT_DISTORTION);
    }

    @Override
    public Terms evaluate(Views views) {
        return sum(invariance, entropy, distortion).evaluate(views);
    }

    private static Regularized sum(double invariance, double entropy, double distortion) {
        return new Regularized(
                new Pull("invariance", new MeanSquared(MeanSquared.Per.ENTRY), invariance, "invariance"),
                List.of(new Penalty(new LogDetEntropy(distortion), entropy, OverViews.MEAN, "entropy")));
    }

    @Override
    public Card card() {
        return sum(invariance, entropy, distortion)
                .card(
                        "views agree, the covariance of the embeddings has a large volume",
                        "Shwartz-Ziv et al.: What do we maximize in SSL?, arXiv 2207.10081",
                        "0 upwards: falls");
    }

    @Override
    public Need need(long rows, long width) {
        String floor = "log det has a floor (I is added), so a singular covariance is no fault";
        if (rows > width) {
            return Need.met(
                    rows, "N %d > D %d: every direction is seen in each batch; %s".formatted(rows, width, floor));
        }
        return Need.consider(
                rows,
                width,
                "N %d <= D %d: %s, but each batch contains only %d directions and cannot spread the others"
                        .formatted(rows, width, floor, rows - 1));
    }
}
