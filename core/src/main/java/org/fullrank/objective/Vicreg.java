package org.fullrank.objective;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.engine.InputException;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularized.Penalty;
import org.fullrank.objective.Regularized.Pull;
import org.fullrank.settings.Named;
import org.fullrank.spectral.SpectralObjective;

/// VICReg: the views should agree, each dimension should vary, and no two dimensions should correlate. Papers
/// and codes use three normalizations of VICReg ([Form]). In all three, the covariance term is the sum over
/// the two branches.
///
/// Source: Bardes, Ponce, LeCun, "VICReg: variance-invariance-covariance regularization for self-supervised
/// learning" (2022), equations 1 to 6, and the official code.
///
/// @param form what the terms are divided by
/// @param invariance weight of [MeanSquared]
/// @param variance weight of [VarianceHinge]
/// @param covariance weight of [Covariance]
/// @param gamma of [VarianceHinge]
/// @param epsilon of [VarianceHinge]
@Named("vicreg")
public record Vicreg(Form form, double invariance, double variance, double covariance, double gamma, double epsilon)
        implements Objective {
    /// The normalizations.
    public enum Form {
        /// The official code: invariance averaged over all N D entries, variance averaged over the two
        /// branches.
        OFFICIAL("as the official code", MeanSquared.Per.ENTRY, OverViews.MEAN),
        /// The paper, as public notes report it (unverified against the paper itself): invariance summed
        /// over the D entries, variance summed over the two branches.
        PAPER("as the paper prints it", MeanSquared.Per.SAMPLE, OverViews.PAIR),
        /// solo-learn, `solo/losses/vicreg.py`: invariance as in the official code, variance summed over the
        /// two branches, so it counts twice.
        SOLO("as solo-learn", MeanSquared.Per.ENTRY, OverViews.PAIR);

        private final String words;
        private final MeanSquared.Per per;
        private final OverViews variances;

        Form(String words, MeanSquared.Per per, OverViews variances) {
            this.words = words;
            this.per = per;
            this.variances = variances;
        }
    }

    /// The weight of invariance and variance in paper and code.
    public static final double DEFAULT_WEIGHT = 25;
    /// The weight of the covariance term in paper and code.
    public static final double DEFAULT_COVARIANCE = 1;

    public Vicreg {
        sum(form, invariance, variance, covariance, gamma, epsilon);
    }

    /// Creates the form of the official code.
    public Vicreg(double invariance, double variance, double covariance, double gamma, double epsilon) {
        this(Form.OFFICIAL, invariance, variance, covariance, gamma, epsilon);
    }

    public static Vicreg defaults() {
        return of(Form.OFFICIAL);
    }

    /// A form with the published weights.
    public static Vicreg of(Form form) {
        return new Vicreg(
                form,
                DEFAULT_WEIGHT,
                DEFAULT_WEIGHT,
                DEFAULT_COVARIANCE,
                VarianceHinge.DEFAULT_GAMMA,
                VarianceHinge.DEFAULT_EPSILON);
    }

    @Override
    public SequencedMap<String, Objective> forms() {
        var forms = new LinkedHashMap<String, Objective>();
        forms.put("vicreg-paper", of(Form.PAPER));
        forms.put("vicreg-solo", of(Form.SOLO));
        return forms;
    }

    @Override
    public Terms evaluate(Views views) {
        return sum(form, invariance, variance, covariance, gamma, epsilon).evaluate(views);
    }

    @Override
    public Card card() {
        Card card = sum(form, invariance, variance, covariance, gamma, epsilon)
                .card(
                        "views agree, each dimension varies, no two correlate; normalized " + form.words,
                        Papers.VICREG,
                        "0 upwards: falls as views agree");
        return form.variances == OverViews.MEAN
                ? card
                : card.with(
                        "variance", "0 to 2 (gamma - sqrt(epsilon)): falls towards 0; its largest value is collapse");
    }

    /// The squared distance of the covariance to the identity stands for variance and covariance. Its weight
    /// is that of the variance term, so losing a whole dimension costs the same in both.
    @Override
    public Relaxation relaxation(int views, int width) {
        InputException.unless(
                variance > 0 && gamma > 0,
                "objective vicreg: found no variance term, expected a positive variance and gamma, because without"
                        + " them the optimum is a collapse; compare another run");
        double pull = form.per == MeanSquared.Per.SAMPLE ? invariance * width : invariance;
        double spread = variance * form.variances.scale();
        return new Relaxation(
                SpectralObjective.Vicreg.ofGamma(pull * gamma / (spread * (views - 1))),
                1 / gamma,
                false,
                false,
                "the weight of the invariance relative to that of the variance",
                "as trained, because the variance term fixes it");
    }

    @Override
    public Need need(long rows, long width) {
        return Need.sumsOfProducts(rows, width);
    }

    private static Regularized sum(
            Form form, double invariance, double variance, double covariance, double gamma, double epsilon) {
        return new Regularized(
                new Pull("invariance", new MeanSquared(form.per), invariance, "invariance"),
                List.of(
                        new Penalty(new VarianceHinge(gamma, epsilon), variance, form.variances, "variance"),
                        new Penalty(new Covariance(), covariance, OverViews.PAIR, "covariance")));
    }
}
