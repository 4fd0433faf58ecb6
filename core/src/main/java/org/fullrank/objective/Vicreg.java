package org.fullrank.objective;

import java.util.List;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularized.Penalty;
import org.fullrank.objective.Regularized.Pull;

/// VICReg as the official code computes it: invariance averaged over all N D entries, the variance term halved, the
/// covariance term summed over the two branches.
///
/// @param invariance weight of [MeanSquared]
/// @param variance weight of [VarianceHinge]
/// @param covariance weight of [Covariance]
/// @param gamma of [VarianceHinge]
/// @param epsilon of [VarianceHinge]
public record Vicreg(double invariance, double variance, double covariance, double gamma, double epsilon)
        implements ObjectiveSpec {
    /// The weight of invariance and variance in paper and code.
    public static final double DEFAULT_WEIGHT = 25;
    /// The weight of the covariance term in paper and code.
    public static final double DEFAULT_COVARIANCE = 1;

    public Vicreg {
        form(MeanSquared.Per.ENTRY, OverViews.MEAN, invariance, variance, covariance, gamma, epsilon);
    }

    public static Vicreg defaults() {
        return new Vicreg(
                DEFAULT_WEIGHT,
                DEFAULT_WEIGHT,
                DEFAULT_COVARIANCE,
                VarianceHinge.DEFAULT_GAMMA,
                VarianceHinge.DEFAULT_EPSILON);
    }

    @Override
    public Objective objective() {
        return form(MeanSquared.Per.ENTRY, OverViews.MEAN, invariance, variance, covariance, gamma, epsilon);
    }

    /// The three terms of VICReg; the forms in use differ in what they are divided by. Constructing it validates.
    static Regularized form(
            MeanSquared.Per per,
            OverViews variances,
            double invariance,
            double variance,
            double covariance,
            double gamma,
            double epsilon) {
        return new Regularized(
                new Pull("invariance", new MeanSquared(per), invariance),
                List.of(
                        new Penalty(new VarianceHinge(gamma, epsilon), variance, variances),
                        new Penalty(new Covariance(), covariance, OverViews.PAIR)));
    }
}
