package org.fullrank.objective;

import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.settings.Named;

/// VICReg as the paper prints it (as reported in public notes, unverified against the paper itself): invariance summed
/// over the D entries, variance and covariance summed over the two branches. Settings as in [Vicreg].
@Named("vicreg-paper")
public record VicregPaper(double invariance, double variance, double covariance, double gamma, double epsilon)
        implements ObjectiveSpec {
    public VicregPaper {
        Vicreg.form(MeanSquared.Per.SAMPLE, OverViews.PAIR, invariance, variance, covariance, gamma, epsilon);
    }

    public static VicregPaper defaults() {
        return new VicregPaper(
                Vicreg.DEFAULT_WEIGHT,
                Vicreg.DEFAULT_WEIGHT,
                Vicreg.DEFAULT_COVARIANCE,
                VarianceHinge.DEFAULT_GAMMA,
                VarianceHinge.DEFAULT_EPSILON);
    }

    @Override
    public Objective objective() {
        return Vicreg.form(MeanSquared.Per.SAMPLE, OverViews.PAIR, invariance, variance, covariance, gamma, epsilon);
    }
}
