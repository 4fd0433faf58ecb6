package org.fullrank.method;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.engine.InputException;
import org.fullrank.method.PredictorSpec.DirectSet;
import org.fullrank.method.TargetSpec.Ema;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.net.ProjectorSpec.LastNorm;
import org.fullrank.objective.Card;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Papers;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;

/// Published methods by name, with the heads and constants of their papers. A preset is a starting point,
/// because small encoders usually need smaller heads. The name of an objective is also accepted. Such a name
/// selects joint embedding with this objective.
public final class MethodPresets {
    /// The default weight of an additional regularizer.
    public static final double REGULARIZER_WEIGHT = 1;
    /// BYOL's heads; the same in the IsoLoss code.
    public static final List<Integer> BYOL_WIDTHS = List.of(4096, 256);
    /// SimSiam's heads for a ResNet-50: the width of its representation.
    public static final List<Integer> SIMSIAM_WIDTHS = List.of(2048, 2048, 2048);
    /// Width of the hidden layer of SimSiam's predictor.
    public static final int SIMSIAM_HIDDEN = 512;
    /// The heads of the official DirectPred code.
    public static final List<Integer> DIRECTPRED_WIDTHS = List.of(512, 128);
    /// Number of steps between two computations of the predictor in DirectPred's best long runs.
    public static final int DIRECTPRED_EVERY = 5;
    /// Target rate of the IsoLoss code, raised to 1 over training.
    public static final double ISOLOSS_RATE = 0.99;
    /// The share of the past in the correlation, as in the IsoLoss code with a slow target. Without a slow
    /// target, it is 0.5.
    public static final double ISOLOSS_RHO = 0.998;
    /// The number that the IsoLoss code adds to the normalized eigenvalues for DirectCopy (the original is
    /// unverified).
    public static final double DIRECTCOPY_EPSILON = 0.25;

    /// One preset.
    ///
    /// @param card idea and paper
    public record Preset(Card card, MethodSpec method) {}

    private static final SequencedMap<String, Preset> PRESETS = presets();

    private MethodPresets() {}

    /// All presets by name, in the order of listings.
    public static SequencedMap<String, Preset> all() {
        return PRESETS;
    }

    /// The method of this name, or the joint embedding with the objective of this name.
    ///
    /// @throws InputException when there is neither
    public static MethodSpec named(String name) {
        Preset preset = PRESETS.get(name);
        if (preset != null) {
            return preset.method();
        }
        SequencedMap<String, Objective> objectives = Objective.all();
        Objective objective = objectives.get(name);
        if (objective != null) {
            return new MethodSpec.Joint(ProjectorSpec.defaults(), objective);
        }
        throw new InputException(
                "no method '%s', expected one of joint-embedding, self-distillation, layer-local, %s, or an objective: %s"
                        .formatted(name, String.join(", ", PRESETS.keySet()), String.join(", ", objectives.keySet())));
    }

    private static SequencedMap<String, Preset> presets() {
        SequencedMap<String, Preset> presets = new LinkedHashMap<>();
        presets.put(
                "byol",
                new Preset(
                        new Card(
                                "an MLP predicts what a slow copy of the network makes of the other view", Papers.BYOL),
                        byol()));
        presets.put(
                "simsiam",
                new Preset(
                        new Card("the same network without gradient in place of the slow copy", Papers.SIMSIAM),
                        simsiam()));
        presets.put(
                "directpred",
                new Preset(
                        new Card("a linear predictor set from the correlation of its input", Papers.DIRECTPRED),
                        directpred(1)));
        presets.put(
                "directpred-freq5",
                new Preset(
                        new Card("the same, set every fifth step and trained in between", Papers.DIRECTPRED),
                        directpred(DIRECTPRED_EVERY)));
        presets.put(
                "directcopy",
                new Preset(
                        new Card(
                                "the predictor is the correlation itself; constants as in the IsoLoss code",
                                Papers.DIRECTCOPY),
                        isoloss(1, DIRECTCOPY_EPSILON, Regression.Cosine.defaults())));
        presets.put(
                "isoloss",
                new Preset(
                        new Card("no mode of the predictor learns slower than another; cosines", Papers.ISOLOSS),
                        isoloss(DirectSet.DEFAULT_ALPHA, 0, new Regression.IsoCosine())));
        presets.put(
                "isoloss-euclidean",
                new Preset(
                        new Card("the same on squared distances", Papers.ISOLOSS),
                        isoloss(DirectSet.DEFAULT_ALPHA, 0, new Regression.IsoEuclidean())));
        presets.put(
                "lpl-local",
                new Preset(
                        new Card("each block learns by itself with the three terms of LPL", Papers.LPL),
                        MethodSpec.Local.defaults()));
        return Collections.unmodifiableSequencedMap(presets);
    }

    private static MethodSpec.Distillation byol() {
        return distillation(
                new ProjectorSpec(BYOL_WIDTHS, true).withLastBias(true),
                PredictorSpec.Mlp.defaults(),
                Ema.defaults(),
                Regression.Cosine.defaults());
    }

    private static MethodSpec.Distillation simsiam() {
        return new MethodSpec.Distillation(
                new ProjectorSpec(SIMSIAM_WIDTHS, true).withLastNorm(LastNorm.PLAIN),
                new PredictorSpec.Mlp(SIMSIAM_HIDDEN, true),
                new TargetSpec.StopGradient(),
                new Regression.Cosine(Regression.Cosine.Form.NEGATIVE),
                OverViews.MEAN,
                null,
                REGULARIZER_WEIGHT);
    }

    private static MethodSpec.Distillation directpred(int every) {
        return distillation(
                new ProjectorSpec(DIRECTPRED_WIDTHS, true).withAffine(false).withLastBias(true),
                new DirectSet(
                        DirectSet.DEFAULT_ALPHA,
                        DirectSet.DEFAULT_EPSILON,
                        DirectSet.DEFAULT_RHO,
                        every,
                        DirectSet.Form.CODE,
                        true),
                new Ema(Ema.DEFAULT_RATE, Ema.Curve.CONSTANT, false),
                Regression.Cosine.defaults());
    }

    private static MethodSpec.Distillation isoloss(double alpha, double epsilon, Regression regression) {
        return distillation(
                new ProjectorSpec(BYOL_WIDTHS, true).withLastBias(true),
                new DirectSet(alpha, epsilon, ISOLOSS_RHO, 1, DirectSet.Form.ISO, true),
                new Ema(ISOLOSS_RATE, Ema.Curve.COSINE, true),
                regression);
    }

    static MethodSpec.Distillation distillation(
            ProjectorSpec projector, PredictorSpec predictor, TargetSpec target, Regression regression) {
        return new MethodSpec.Distillation(
                projector, predictor, target, regression, OverViews.PAIR, null, REGULARIZER_WEIGHT);
    }
}
