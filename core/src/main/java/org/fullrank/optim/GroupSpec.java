package org.fullrank.optim;

import org.fullrank.engine.InputException;
import org.fullrank.net.ParameterBuffer.Segment;

/// How the optimizer treats two groups of parameters: the predictor of self-distillation, and vectors
/// (biases, norms, class tokens and positions). By default, all parameters have one learning rate, and
/// vectors have no weight decay.
///
/// @param predictorRate multiplies the learning rate of the predictor
/// @param predictorDecays whether the predictor's rate follows the cosine of the schedule. If not, it stays
///     at the base rate after the warm-up, as in the official SimSiam code
/// @param predictorWarmsUp whether the predictor's rate follows the warm-up. If not, it has the rate after
///     the warm-up from the first step on, as in solo-learn's SimSiam
/// @param weightDecay which parameters have weight decay; none if the weight decay is 0
/// @param decayVectors whether weight decay applies to vectors too, as in PyTorch's optimizers without
///     parameter groups
/// @param vectorRate multiplies the learning rate of vectors. The official Barlow Twins code uses 0.024,
///     which is 0.0048 / 0.2
public record GroupSpec(
        double predictorRate,
        boolean predictorDecays,
        boolean predictorWarmsUp,
        Decaying weightDecay,
        boolean decayVectors,
        double vectorRate) {
    /// All parameters have the same rate.
    public static final double DEFAULT_RATE = 1;
    /// The prefix of the names of a predictor's parameters.
    public static final String PREDICTOR = "predictor";

    /// Where weight decay applies.
    public enum Decaying {
        /// Everywhere.
        ALL,
        /// In the predictor alone (Tian, Chen, Ganguli 2021, table 5).
        PREDICTOR
    }

    public GroupSpec {
        requireRate("predictorRate", predictorRate);
        requireRate("vectorRate", vectorRate);
    }

    /// The predictor warms up, and vectors do not decay.
    public GroupSpec(double predictorRate, boolean predictorDecays, Decaying weightDecay, double vectorRate) {
        this(predictorRate, predictorDecays, true, weightDecay, false, vectorRate);
    }

    private static void requireRate(String name, double rate) {
        if (!(rate >= 0 && rate < 1e6)) {
            throw new InputException("%s: found %s, expected 0 or a positive number below 1e6".formatted(name, rate));
        }
    }

    public static GroupSpec defaults() {
        return new GroupSpec(DEFAULT_RATE, true, Decaying.ALL, DEFAULT_RATE);
    }

    /// Whether any of these settings needs a predictor.
    public boolean needsPredictor() {
        return predictorRate != DEFAULT_RATE
                || !predictorDecays
                || !predictorWarmsUp
                || weightDecay == Decaying.PREDICTOR;
    }

    /// The schedule of the predictor, if all other parameters use `schedule`.
    public ScheduleSpec predictor(ScheduleSpec schedule) {
        ScheduleSpec falling = predictorDecays ? schedule : schedule.withoutDecay();
        return predictorWarmsUp ? falling : falling.withoutWarmup();
    }

    static boolean isPredictor(Segment segment) {
        return segment.name().startsWith(PREDICTOR + ".");
    }

    boolean decays(Segment segment) {
        return (decayVectors || segment.isMatrix())
                && switch (weightDecay) {
                    case ALL -> true;
                    case PREDICTOR -> isPredictor(segment);
                };
    }

    /// The factor of the learning rate of a segment.
    double factor(Segment segment) {
        return (isPredictor(segment) ? predictorRate : 1) * (segment.isMatrix() ? 1 : vectorRate);
    }
}
