package org.fullrank.objective;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularized.Penalty;
import org.fullrank.objective.Regularized.Pull;
import org.fullrank.objective.SlicedGaussianity.Pooling;
import org.fullrank.objective.SlicedGaussianity.Weighting;
import org.fullrank.settings.Named;

/// LeJEPA. The loss of LeJEPA is `(1 - lambda) prediction + lambda sigreg`. The prediction term compares each
/// view with the mean of the views. The SIGReg term makes the embeddings of each view similar to an isotropic
/// standard Gaussian. In a step, all views use the same random directions.
///
/// Source: Balestriero, LeCun, "LeJEPA: provable and scalable self-supervised learning without the
/// heuristics" (2025), and the complete example of the official code.
///
/// @param lambda the balance, 0 to 1
/// @param directions of [SlicedGaussianity]
/// @param points of [SlicedGaussianity]
/// @param range of [SlicedGaussianity]
/// @param weighting of [SlicedGaussianity]
/// @param pooling of [SlicedGaussianity]
@Named("lejepa")
public record LeJepa(double lambda, int directions, int points, double range, Weighting weighting, Pooling pooling)
        implements Objective {
    /// From the complete example of the official code.
    public static final double DEFAULT_LAMBDA = 0.02;

    public LeJepa {
        InputException.unless(lambda >= 0 && lambda <= 1, "lambda: found %s, expected 0 to 1", lambda);
        new SlicedGaussianity(directions, points, range, weighting, pooling);
    }

    public static LeJepa defaults() {
        SlicedGaussianity sigreg = SlicedGaussianity.defaults();
        return new LeJepa(
                DEFAULT_LAMBDA,
                sigreg.directions(),
                sigreg.points(),
                sigreg.range(),
                sigreg.weighting(),
                sigreg.pooling());
    }

    @Override
    public Terms evaluate(Views views) {
        return sum().evaluate(views);
    }

    private Regularized sum() {
        var distance = new MeanSquared(MeanSquared.Per.ENTRY, MeanSquared.Between.CENTER);
        var sigreg = new SlicedGaussianity(directions, points, range, weighting, pooling);
        return new Regularized(
                new Pull("prediction", distance, 1 - lambda, null),
                List.of(new Penalty(sigreg, lambda, OverViews.MEAN, null)));
    }

    @Override
    public Card card() {
        return sum().card(
                        "views predict their mean, embeddings are a standard Gaussian",
                        Papers.LEJEPA,
                        "0 upwards: falls");
    }

    @Override
    public Need need(long rows, long width) {
        return Need.met(
                rows,
                "N %d, D %d: single directions are compared with a normal distribution; no covariance is used"
                        .formatted(rows, width));
    }
}
