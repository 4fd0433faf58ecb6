package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.spectral.SpectralObjective;

/// The closed form that stands for a trained objective. Both have the same idea, but the closed form is
/// quadratic in the Gram matrix of the embeddings, so eigenvectors minimize it.
///
/// @param form the closed form
/// @param factor of the embeddings before they are compared, above 0
/// @param unitRows whether each row is divided by its length first, because the objective does so
/// @param scaleIsFree whether the objective has no opinion on the scale. Then the scale that suits the closed
///     form best is used
/// @param settings how the settings of the objective enter, in words; empty if it has none
/// @param scale what happens to the scale of the embeddings, in words
public record Relaxation(
        SpectralObjective form, double factor, boolean unitRows, boolean scaleIsFree, String settings, String scale) {
    public Relaxation {
        InputException.unless(factor > 0, "factor: found %s, expected a positive number; give another one", factor);
    }

    /// A closed form that was fitted itself. The scale of a fit depends on the number of its samples.
    public static Relaxation fitted(SpectralObjective form) {
        return form instanceof SpectralObjective.BarlowTwins twins ? whitened(twins) : anyScale(form);
    }

    /// The closed form of whitened embeddings, which have no scale.
    static Relaxation whitened(SpectralObjective.BarlowTwins form) {
        return new Relaxation(
                form,
                1,
                false,
                false,
                "",
                "none, because the embedding is whitened first: only its column space counts");
    }

    private static Relaxation anyScale(SpectralObjective form) {
        return new Relaxation(form, 1, false, true, "", "the best one, because that of a fit depends on its samples");
    }

    /// The same with another remark on the settings.
    public Relaxation with(String remark) {
        String all = settings.isEmpty() ? remark : settings + ", " + remark;
        return new Relaxation(form, factor, unitRows, scaleIsFree, all, scale);
    }

    /// The embeddings `[N, K]` as the closed form is given them. The caller's scope owns them.
    public Tensor prepared(Tensor embeddings) {
        return unitRows ? Reductions.unit(embeddings) : embeddings.mul(Tensors.scalar(factor));
    }
}
