package org.fullrank.probe;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;
import org.fullrank.data.TrainTest;
import org.fullrank.engine.InputException;
import org.fullrank.method.Method;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.view.Crop;
import org.fullrank.view.ImagePipeline;
import org.fullrank.view.ImageViews;
import org.jspecify.annotations.Nullable;

/// Trains an encoder and a linear head with few labels. AdamW minimizes the mean cross-entropy over all
/// weights. The learning rate first warms up and then falls as a cosine. The learning rate is the same for
/// encoder and head.
///
/// @param fractions shares of the labels of the train split, each in (0, 1]
/// @param draws number of draws of labeled items for each fraction, at least 1
/// @param steps number of steps of one fit, at least 1
/// @param batch number of items of a step, at least 2. If fewer items are labeled, a step uses all of them
/// @param learningRate largest learning rate of AdamW
/// @param seed of the draws of items, heads and orders
public record FineTuneProtocol(List<Double> fractions, int draws, int steps, int batch, double learningRate, long seed)
        implements Evaluation {
    /// The version. It increases whenever the same settings would give other numbers.
    public static final int VERSION = 1;
    /// 1 %, 10 % and all: the columns of semi-supervised tables since SimCLR.
    public static final List<Double> FRACTIONS = List.of(0.01, 0.1, 1.0);
    /// Three draws, the smallest number that shows a spread.
    public static final int DRAWS = 3;
    /// 500 steps of [#BATCH] items. They make three passes over 10,000 items. All fits of a small encoder
    /// take minutes on two cores.
    public static final int STEPS = 500;
    /// 64, as in the small recipes.
    public static final int BATCH = 64;
    /// AdamW's own default.
    public static final double LEARNING_RATE = OptimizerSpec.AdamW.DEFAULT_LEARNING_RATE;
    /// Any fixed number is suitable.
    public static final long SEED = 0;
    /// The rate rises over this share of the steps. The head is new, so large first steps would damage the
    /// encoder.
    public static final double WARM_UP_SHARE = 0.1;
    /// Crops of views keep at least this share of the area, so that the label stays correct.
    public static final double CROP_FROM = 0.6;

    public FineTuneProtocol {
        fractions = List.copyOf(fractions);
        for (double fraction : fractions) {
            if (!(fraction > 0 && fraction <= 1)) {
                throw new InputException(
                        "finetune: found a fraction of %s, expected above 0 and at most 1; use 0.01 for one percent"
                                .formatted(fraction));
            }
        }
        if (fractions.isEmpty() || draws < 1 || steps < 1 || batch < 2 || !(learningRate > 0 && learningRate < 1e6)) {
            throw new InputException(
                    "finetune: found fractions %s, %d draws, %d steps, batch %d, rate %s, expected at least one fraction,"
                                    .formatted(fractions, draws, steps, batch, learningRate)
                            + " draw and step, two items in a batch and a positive rate below 1e6; use the defaults");
        }
    }

    /// [#FRACTIONS], [#DRAWS], [#STEPS], [#BATCH], [#LEARNING_RATE] and [#SEED].
    public static FineTuneProtocol defaults() {
        return new FineTuneProtocol(FRACTIONS, DRAWS, STEPS, BATCH, LEARNING_RATE, SEED);
    }

    /// The same with other fractions of the labels.
    public FineTuneProtocol withFractions(List<Double> fractions) {
        return new FineTuneProtocol(fractions, draws, steps, batch, learningRate, seed);
    }

    /// The same with another number of draws.
    public FineTuneProtocol withDraws(int draws) {
        return new FineTuneProtocol(fractions, draws, steps, batch, learningRate, seed);
    }

    /// The same with another number of steps.
    public FineTuneProtocol withSteps(int steps) {
        return new FineTuneProtocol(fractions, draws, steps, batch, learningRate, seed);
    }

    @Override
    public String name() {
        return "finetune";
    }

    @Override
    public List<Setting<?>> settings() {
        return List.of(
                Setting.many(
                        "fractions",
                        "SHARE",
                        "Shares of the labels for finetune, above 0 and at most 1. Default: %s."
                                .formatted(
                                        FRACTIONS.stream().map(String::valueOf).collect(Collectors.joining(","))),
                        Double.class,
                        this::withFractions),
                Setting.one(
                        "draws",
                        "N",
                        "Number of draws of labeled items for each share, for finetune. Default: %d.".formatted(DRAWS),
                        Integer.class,
                        this::withDraws),
                Setting.one(
                        "steps",
                        "N",
                        "Training steps of each fit, for finetune. Default: %d.".formatted(STEPS),
                        Integer.class,
                        this::withSteps));
    }

    @Override
    public boolean needsTraining() {
        return true;
    }

    @Override
    public FineTuning run(Subject subject) {
        InputException.unless(
                subject.isTrained(),
                "finetune: found a closed form, expected an encoder that is trained by gradients; use another protocol");
        TrainTest items = subject.items();
        ImageViews light = subject.viewSpec() instanceof ImageViews images ? light(images) : null;
        try (Method initial = subject.initial()) {
            var start = new FineTuning.Subject(
                    subject.encoder(),
                    subject.views().shape(),
                    subject.method().parameters(),
                    initial.parameters(),
                    subject.views().on(items.train()),
                    light == null ? null : subject.views(items.train(), light, seed),
                    words(light));
            return FineTuning.of(start, items, subject.source(), this, subject::note);
        }
    }

    /// Views with weak crops. Images are mirrored only if the recipe does so, because a mirror image may
    /// belong to another class.
    private static ImageViews light(ImageViews views) {
        double flip = views.pipeline(0).flip();
        return new ImageViews(
                views.size(),
                views.views(),
                views.normalize(),
                List.of(ImagePipeline.of(Crop.from(CROP_FROM)).withFlip(flip)));
    }

    private static String words(@Nullable ImageViews light) {
        return light == null
                ? EvaluatedData.Reading.VIEW
                : "crop of %s to 1 of the area, ratios %s to %s; mirrored with probability %s"
                        .formatted(
                                CROP_FROM,
                                Crop.RATIO_MIN,
                                Crop.RATIO_MAX,
                                light.pipeline(0).flip());
    }

    /// The optimizer. Its other settings are the defaults of AdamW.
    OptimizerSpec.AdamW optimizer() {
        var defaults = OptimizerSpec.AdamW.defaults();
        return new OptimizerSpec.AdamW(
                learningRate, defaults.beta1(), defaults.beta2(), defaults.epsilon(), defaults.weightDecay());
    }

    /// The full text.
    ///
    /// @param augmentation augmentation of the views during training, in words
    ProtocolText describe(EvaluatedData source, String augmentation) {
        OptimizerSpec.AdamW adam = optimizer();
        var settings = new LinkedHashMap<String, String>();
        settings.put(
                "labels",
                fractions.stream().map(String::valueOf).collect(Collectors.joining(", "))
                        + " of each class of train, rounded, at least 1 item; %d draws, seed %d, a smaller fraction within a larger"
                                .formatted(draws, seed));
        settings.put(
                "fine-tuning",
                "encoder and linear head end to end, cross-entropy, %d steps of %d items or all labeled ones, passes in drawn"
                                .formatted(steps, batch)
                        + " order; batch norm by statistics of the batch");
        settings.put(
                "optimizer",
                "AdamW, rate %s up over %s of the steps, cosine to 0, betas %s and %s, epsilon %s, weight decay %s on matrices"
                        .formatted(
                                learningRate,
                                WARM_UP_SHARE,
                                adam.beta1(),
                                adam.beta2(),
                                adam.epsilon(),
                                adam.weightDecay()));
        settings.put("training views", augmentation);
        settings.put("untrained", "the same from the encoder's initial weights, with the same items, head and order");
        return ProtocolText.fitting("fullrank-finetune", VERSION, source, settings);
    }
}
