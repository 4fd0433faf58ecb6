package org.fullrank.method;

import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.KernelMap;
import org.fullrank.net.LinearMap;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Card;
import org.fullrank.objective.Contrastive;
import org.fullrank.objective.Lpl;
import org.fullrank.objective.Need;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Papers;
import org.fullrank.objective.RankingLoss;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularized.Penalty;
import org.fullrank.objective.Regularizer;
import org.fullrank.objective.Vicreg;
import org.fullrank.settings.Named;
import org.fullrank.spectral.LandmarkChoice;
import org.fullrank.spectral.RelationSpec;
import org.fullrank.spectral.SpectralObjective;
import org.fullrank.view.ViewSpec;
import org.jspecify.annotations.Nullable;

/// The settings of a method: how the views of a sample and the objective are connected.
public sealed interface MethodSpec {
    /// The method of this name, such as `byol`: see [MethodPresets].
    ///
    /// @throws InputException when there is none
    static MethodSpec named(String name) {
        return MethodPresets.named(name);
    }

    /// Idea and paper.
    Card card();

    /// Number of columns of the embeddings. If each block has its own embeddings, it is the number of the
    /// last block.
    ///
    /// @param features columns of the representation
    int width(int features);

    /// Whether `rows` rows are enough for embeddings of `width` columns.
    Need need(long rows, long width);

    /// Refuses an encoder that the method cannot train, before anything is built.
    ///
    /// @throws InputException with the reason
    default void requireTrains(EncoderSpec encoder) {
        InputException.unless(
                encoder.isTrainable(),
                "method: found a method that is trained with an encoder kernel-map, which is fitted; use fullrank spectral,"
                        + " or another encoder such as mlp");
    }

    /// Whether it is trained by steps.
    default boolean isTrained() {
        return true;
    }

    /// The smallest number of views of an item that the method can learn from.
    default int leastViews() {
        return ViewSpec.TWO;
    }

    /// Refuses a batch that the method cannot divide.
    ///
    /// @param batch items of a batch
    /// @throws InputException with the nearest number that fits
    default void requireBatch(int batch) {}

    /// The blocks of the encoder that the method refers to by name.
    default List<String> layers() {
        return List.of();
    }

    /// Whether the method has a predictor with parameters that an optimizer changes.
    default boolean trainsPredictor() {
        return false;
    }

    /// Whether something other than the optimizer changes the parameters of the predictor too.
    default boolean overwritesPredictor() {
        return false;
    }

    /// One network for all views, and an objective on the embeddings of its projector: VICReg, SimCLR and
    /// similar methods.
    ///
    /// @param inner regularizers on inner layers of the encoder
    @Named("joint-embedding")
    record Joint(ProjectorSpec projector, Objective objective, List<Inner> inner) implements MethodSpec {
        public Joint {
            inner = List.copyOf(inner);
        }

        @Override
        public Card card() {
            return new Card(
                    "one network for all views, an objective on what its projector makes of them",
                    "VICReg, SimCLR and their kin: see the objectives");
        }

        @Override
        public int width(int features) {
            return projector.outputs(features);
        }

        @Override
        public Need need(long rows, long width) {
            return objective.need(rows, width);
        }

        @Override
        public List<String> layers() {
            return inner.stream().map(Inner::layer).distinct().toList();
        }

        /// Without regularizers on inner layers.
        public Joint(ProjectorSpec projector, Objective objective) {
            this(projector, objective, List.of());
        }

        public static Joint defaults() {
            return new Joint(ProjectorSpec.defaults(), Vicreg.defaults());
        }
    }

    /// A regularizer on the pooled output `[N, C]` of a block of the encoder, averaged over the views.
    ///
    /// @param layer name of the block
    /// @param weight weight relative to the objective; if it is 0, the value is only logged and has no effect
    ///     on training
    record Inner(String layer, Regularizer regularizer, double weight) {
        public Inner {
            InputException.unless(
                    weight >= 0 && weight < 1e9, "weight: found %s, expected 0 or a positive number below 1e9", weight);
        }

        /// The regularizer over the views.
        Penalty penalty() {
            return new Penalty(regularizer, weight, OverViews.MEAN, "weight");
        }
    }

    /// One network, and a ranking loss on its projector's embeddings and on the classes of the items. A batch has
    /// the same number of items of each of its classes.
    ///
    /// @param perClass items of each class in a batch; 0 means the number that was published for the loss
    @Named("metric")
    record Metric(ProjectorSpec projector, RankingLoss loss, int perClass) implements MethodSpec {
        /// One linear layer of the width in the SVMax paper.
        public static final ProjectorSpec PROJECTOR = new ProjectorSpec(List.of(128), true);

        public Metric {
            InputException.unless(
                    perClass == 0 || perClass >= 2 && perClass <= 1 << 16,
                    "perClass: found %d, expected 0 (the loss's own number) or at least 2",
                    perClass);
        }

        /// Contrastive loss with SVMax.
        public static Metric defaults() {
            return new Metric(PROJECTOR, Contrastive.defaults(), 0);
        }

        /// Items of each class in a batch.
        public int ofEachClass() {
            return perClass == 0 ? loss.perClass() : perClass;
        }

        @Override
        public Card card() {
            return new Card(
                    "learns from labels: items of one class meet, classes stay apart, with SVMax against collapse",
                    Papers.SVMAX);
        }

        @Override
        public int width(int features) {
            return projector.outputs(features);
        }

        @Override
        public Need need(long rows, long width) {
            return loss.need(rows, width);
        }

        @Override
        public int leastViews() {
            return 1;
        }

        @Override
        public void requireBatch(int batch) {
            int each = ofEachClass();
            InputException.unless(
                    batch % each == 0 && batch / each >= 2,
                    "train.batch: found %d, expected 2 or more classes of %d items, as method metric needs; use %d or set"
                            + " method.perClass",
                    batch,
                    each,
                    Math.max(2, batch / each) * each);
        }
    }

    /// Every block of the encoder is trained separately, by an objective on its own pooled output. No
    /// gradient passes from a block to the block before. With its objective, this method is Latent Predictive
    /// Learning (Halvagal and Zenke 2023).
    ///
    /// @param projector widths of the head between the pooled output of each block and its objective, with a
    ///     ReLU after each layer; empty means no head. The published option is `[2048, 256]`
    /// @param objective the same for each block
    @Named("layer-local")
    record Local(List<Integer> projector, Objective objective) implements MethodSpec {
        public Local {
            projector = List.copyOf(projector);
            if (projector.stream().anyMatch(w -> w < 1 || w > 1 << 16)) {
                throw new InputException("projector: found %s, expected entries from 1 to 65536".formatted(projector));
            }
        }

        /// Latent Predictive Learning as published, without heads: the preset `lpl-local`.
        public static Local defaults() {
            return new Local(List.of(), Lpl.defaults());
        }

        @Override
        public Card card() {
            return new Card(
                    "each block learns by itself, no gradient flows from one to the one before; not for resnet",
                    Papers.LPL);
        }

        @Override
        public int width(int features) {
            return projector.isEmpty() ? features : projector.getLast();
        }

        @Override
        public Need need(long rows, long width) {
            return objective.need(rows, width);
        }

        @Override
        public void requireTrains(EncoderSpec encoder) {
            MethodSpec.super.requireTrains(encoder);
            InputException.when(
                    encoder.hasSkips(),
                    "method: found layer-local with an encoder that has skip connections, expected an encoder"
                            + " without them, because each block is trained separately; use --set"
                            + " encoder.type=vgg, convnet or mlp");
        }
    }

    /// The prediction from the embedding of one view is compared with the target from another view: BYOL,
    /// SimSiam and similar methods.
    ///
    /// @param over how the regressions of all ordered pairs of views are combined. `pair` is BYOL's sum over
    ///     the two directions. With more than two views, it is twice the mean, which has the same size.
    ///     `mean` is SimSiam's mean
    /// @param regularizer acts on the online embedding of each view, averaged over views; null for none
    /// @param weight of the regularizer
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
            InputException.when(
                    trained && iso,
                    "predictor: found one that is trained, expected direct-set, optimal or identity,"
                            + " because the regressions iso-cosine and iso-euclidean give a predictor no gradient");
            if (!(weight >= 0 && weight < 1e9)) {
                throw new InputException(
                        "weight: found %s, expected 0 or a positive number below 1e9".formatted(weight));
            }
        }

        @Override
        public Card card() {
            return new Card(
                    "a predictor on one view meets the target that another view gives",
                    "BYOL, SimSiam and their kin: see the presets");
        }

        @Override
        public int width(int features) {
            return projector.outputs(features);
        }

        @Override
        public Need need(long rows, long width) {
            return predictor.need(rows, width);
        }

        @Override
        public boolean trainsPredictor() {
            return predictor.hasWeights();
        }

        @Override
        public boolean overwritesPredictor() {
            return predictor.overwritesWeights();
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

    /// The minimum of an objective by eigenvectors, without training: see
    /// [org.fullrank.spectral.ClosedForm]. `fullrank spectral` writes recipes with this method. It has no
    /// defaults, because no relation suits all data.
    ///
    /// @param relation which samples belong together
    /// @param centered whether features lose their mean
    /// @param landmarks how the landmarks of `kernel-map` are chosen
    /// @param rankCut directions below this share of the largest eigenvalue are left out
    @Named("closed-form")
    record ClosedForm(
            SpectralObjective objective,
            RelationSpec relation,
            boolean centered,
            LandmarkChoice landmarks,
            double rankCut)
            implements MethodSpec {
        public ClosedForm {
            form(objective, 1, centered, rankCut, 0);
        }

        /// The fit with K dimensions.
        public org.fullrank.spectral.ClosedForm form(int width, long seed) {
            return form(objective, width, centered, rankCut, seed);
        }

        private static org.fullrank.spectral.ClosedForm form(
                SpectralObjective objective, int width, boolean centered, double rankCut, long seed) {
            return new org.fullrank.spectral.ClosedForm(objective, width, centered, rankCut, seed);
        }

        @Override
        public Card card() {
            return new Card("the minimum of an objective by eigenvectors, without training", Papers.CLOSED_FORMS);
        }

        @Override
        public int width(int features) {
            return features;
        }

        @Override
        public Need need(long rows, long width) {
            return Need.met(rows, "all samples are used at once");
        }

        @Override
        public boolean isTrained() {
            return false;
        }

        @Override
        public void requireTrains(EncoderSpec encoder) {
            InputException.unless(
                    encoder instanceof KernelMap || encoder instanceof LinearMap,
                    "method: found closed-form with another encoder than kernel-map or linear, expected one of them; use"
                            + " fullrank spectral");
        }
    }
}
