package org.fullrank.objective;

import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.settings.Named;

/// VICReg as solo-learn computes it, the third normalisation in use: invariance averaged over all N D entries, variance
/// and covariance summed over the two branches. Against the official code the variance term counts twice. Settings as
/// in [Vicreg].
///
/// Source: solo-learn, `solo/losses/vicreg.py`.
@Named("vicreg-solo")
public record VicregSolo(double invariance, double variance, double covariance, double gamma, double epsilon)
        implements ObjectiveSpec {
    public VicregSolo {
        Vicreg.form(MeanSquared.Per.ENTRY, OverViews.PAIR, invariance, variance, covariance, gamma, epsilon);
    }

    public static VicregSolo defaults() {
        return new VicregSolo(
                Vicreg.DEFAULT_WEIGHT,
                Vicreg.DEFAULT_WEIGHT,
                Vicreg.DEFAULT_COVARIANCE,
                VarianceHinge.DEFAULT_GAMMA,
                VarianceHinge.DEFAULT_EPSILON);
    }

    @Override
    public Objective objective() {
        return Vicreg.form(MeanSquared.Per.ENTRY, OverViews.PAIR, invariance, variance, covariance, gamma, epsilon);
    }
}
