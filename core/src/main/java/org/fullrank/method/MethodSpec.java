package org.fullrank.method;

import org.fullrank.engine.InputException;
import org.fullrank.engine.Named;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularizer;
import org.jspecify.annotations.Nullable;

/// How views meet an objective.
public sealed interface MethodSpec {
    /// The method of this name, such as `byol`: see [MethodPresets].
    ///
    /// @throws InputException when there is none
    static MethodSpec named(String name) {
        return MethodPresets.named(name);
    }

    /// The head between representation and objective.
    ProjectorSpec projector();

    /// One network for all views, an objective on the embeddings of its projector: VICReg, SimCLR and their kin.
    @Named("joint-embedding")
    record Joint(ProjectorSpec projector, ObjectiveSpec objective) implements MethodSpec {
        public static Joint defaults() {
            return new Joint(ProjectorSpec.defaults(), ObjectiveSpec.Vicreg.defaults());
        }
    }

    /// A predictor on the embedding of one view meets the target that another view gives: BYOL, SimSiam and their
    /// kin.
    ///
    /// @param over how the regressions of all ordered pairs of views become one number: `pair` is BYOL's sum over
    ///     the two directions (of more views twice the mean, so that the size stays that of two), `mean`
    ///     SimSiam's
    /// @param regularizer acts on the online embedding of each view, averaged over views; null for none
    /// @param weight of the regulariser
    @Named("self-distillation")
    record Distillation(
            ProjectorSpec projector,
            PredictorSpec predictor,
            TargetSpec target,
            Regression regression,
            OverViews over,
            @Nullable Regularizer regularizer,
            double weight)
            implements MethodSpec {
        public Distillation {
            boolean trained = predictor instanceof PredictorSpec.Mlp || predictor instanceof PredictorSpec.Linear;
            boolean iso = regression instanceof Regression.IsoCosine || regression instanceof Regression.IsoEuclidean;
            if (trained && iso) {
                throw new InputException(
                        "predictor: found one that is trained, expected direct-set, optimal or identity,"
                                + " because the regressions iso-cosine and iso-euclidean give a predictor no gradient");
            }
            if (!(weight >= 0 && weight < 1e9)) {
                throw new InputException("weight: found %s, expected 0 or a positive number".formatted(weight));
            }
        }

        /// BYOL with the default projector.
        public static Distillation defaults() {
            return MethodPresets.distillation(
                    ProjectorSpec.defaults(),
                    PredictorSpec.Mlp.defaults(),
                    TargetSpec.Ema.defaults(),
                    Regression.Cosine.defaults());
        }
    }
}
