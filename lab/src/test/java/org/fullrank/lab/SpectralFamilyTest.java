package org.fullrank.lab;

import java.util.Arrays;
import java.util.Map;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.objective.BarlowTwins;
import org.fullrank.objective.Objective;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.Relation;
import org.fullrank.spectral.SpectralEmbedding;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.spectral.SpectralObjective.Vicreg;
import org.junit.jupiter.api.Test;

class SpectralFamilyTest {
    private static Experiment withFree(ClosedFits.Free free) {
        return new SpectralFamily(free, ClosedFits::map, SpectralFamily.published());
    }

    private static Experiment withBarlow(Objective barlow) {
        return new SpectralFamily(ClosedForm::fit, ClosedFits::map, barlow);
    }

    static ClosedForm withTwiceGamma(ClosedForm form) {
        return scaled(form, 2);
    }

    static ClosedForm withHalfGamma(ClosedForm form) {
        return scaled(form, 0.5);
    }

    static ClosedForm withoutGamma(ClosedForm form) {
        return scaled(form, 0);
    }

    private static ClosedForm scaled(ClosedForm form, double factor) {
        return form.objective() instanceof Vicreg(double beta, boolean normalized)
                ? with(form, new Vicreg(factor * beta, normalized))
                : form;
    }

    static ClosedForm with(ClosedForm form, SpectralObjective objective) {
        return new ClosedForm(objective, form.width(), form.centered(), form.rankCut(), form.seed());
    }

    /// One dimension more, of which the first one is left out.
    private static SpectralEmbedding withoutTheFirst(ClosedForm form, Relation relation) {
        SpectralEmbedding fit = form.withWidth(form.width() + 1).fit(relation);
        SimpleMatrix z = ClosedFits.embeddings(fit);
        return new SpectralEmbedding(
                z.cols(1, z.getNumCols()).getDDRM().getData().clone(), fit.rows(), fit.report());
    }

    /// Tells the first half of the nodes from the second if there is one dimension.
    private static SpectralEmbedding halves(ClosedForm form, Relation relation) {
        SpectralEmbedding fit = form.fit(relation);
        if (form.width() > 1) {
            return fit;
        }
        double[] values = new double[relation.size()];
        Arrays.setAll(values, i -> i < values.length / 2 ? 1 : -1);
        return new SpectralEmbedding(values, values.length, fit.report());
    }

    @Test
    void everyClaimCanFail() {
        PlantedErrors.assertThatEveryClaimCanFail(
                Map.of(
                        "half the gamma",
                                withFree((form, relation) -> withHalfGamma(form).fit(relation)),
                        "a dimension that knows the moons", withFree(SpectralFamilyTest::halves),
                        "first eigenvector left out", withFree(SpectralFamilyTest::withoutTheFirst),
                        "always centered",
                                withFree((form, relation) ->
                                        form.withCentered(true).fit(relation)),
                        "never centered",
                                withFree((form, relation) ->
                                        form.withCentered(false).fit(relation)),
                        "no whitening",
                                new SpectralFamily(
                                        ClosedForm::fit,
                                        (form, relation, inputs, kernel) -> ClosedFits.map(
                                                with(form, new SpectralObjective.BarlowTwins(false)),
                                                relation,
                                                inputs,
                                                kernel),
                                        SpectralFamily.published()),
                        "half the weight of other dimensions", withBarlow(new BarlowTwins(0.5, 1, 1e-12)),
                        "twice the loss", withBarlow(new BarlowTwins(1, 2, 1e-12))),
                new Setting(Setting.SEED, true, null));
    }
}
