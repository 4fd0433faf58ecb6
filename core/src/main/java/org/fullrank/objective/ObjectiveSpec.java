package org.fullrank.objective;

import java.util.List;
import org.fullrank.engine.Named;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularized.Penalty;

/// An objective by its published name, with the settings that its paper has.
public sealed interface ObjectiveSpec permits ObjectiveSpec.Vicreg, ObjectiveSpec.VicregPaper, NtXent {
    /// The weight of invariance and variance in paper and code.
    double VICREG_WEIGHT = 25;
    /// The weight of the covariance term in paper and code.
    double VICREG_COVARIANCE = 1;

    /// The objective itself.
    Objective objective();

    /// VICReg as the official code computes it: invariance averaged over all N D entries, the variance term halved,
    /// the covariance term summed over the two branches.
    record Vicreg(double invariance, double variance, double covariance, double gamma, double epsilon)
            implements ObjectiveSpec {
        public Vicreg {
            form(MeanSquared.Per.ENTRY, OverViews.MEAN, invariance, variance, covariance, gamma, epsilon);
        }

        public static Vicreg defaults() {
            return new Vicreg(
                    VICREG_WEIGHT,
                    VICREG_WEIGHT,
                    VICREG_COVARIANCE,
                    VarianceHinge.DEFAULT_GAMMA,
                    VarianceHinge.DEFAULT_EPSILON);
        }

        @Override
        public Objective objective() {
            return form(MeanSquared.Per.ENTRY, OverViews.MEAN, invariance, variance, covariance, gamma, epsilon);
        }
    }

    /// VICReg as the paper prints it (as reported in public notes, not read in the paper itself): invariance summed
    /// over
    /// the D entries, variance and covariance summed over the two branches.
    @Named("vicreg-paper")
    record VicregPaper(double invariance, double variance, double covariance, double gamma, double epsilon)
            implements ObjectiveSpec {
        public VicregPaper {
            form(MeanSquared.Per.SAMPLE, OverViews.PAIR, invariance, variance, covariance, gamma, epsilon);
        }

        public static VicregPaper defaults() {
            return new VicregPaper(
                    VICREG_WEIGHT,
                    VICREG_WEIGHT,
                    VICREG_COVARIANCE,
                    VarianceHinge.DEFAULT_GAMMA,
                    VarianceHinge.DEFAULT_EPSILON);
        }

        @Override
        public Objective objective() {
            return form(MeanSquared.Per.SAMPLE, OverViews.PAIR, invariance, variance, covariance, gamma, epsilon);
        }
    }

    /// The three terms of VICReg; the two forms differ in what they are divided by. Constructing it validates.
    private static Regularized form(
            MeanSquared.Per per,
            OverViews variances,
            double invariance,
            double variance,
            double covariance,
            double gamma,
            double epsilon) {
        return new Regularized(
                new MeanSquared(per),
                invariance,
                List.of(
                        new Penalty(new VarianceHinge(gamma, epsilon), variance, variances),
                        new Penalty(new Covariance(), covariance, OverViews.PAIR)));
    }
}
