package org.fullrank.optim;

import org.fullrank.engine.InputException;
import org.fullrank.net.ParameterBuffer.Segment;

/// How the optimizer treats two groups of parameters: the predictor of self-distillation, and vectors (biases
/// and norms). By default all parameters are treated alike.
///
/// @param predictorRate multiplies the learning rate of the predictor
/// @param predictorDecays whether the predictor's rate follows the cosine of the schedule; if not it stays
///     at the base rate after the warm-up, as in the official SimSiam code
/// @param weightDecay which matrices decay; none do at a weight decay of 0
/// @param vectorRate multiplies the learning rate of biases and norms; the official Barlow Twins code uses
///     0.024, the quotient of the rates 0.0048 and 0.2
public record GroupSpec(double predictorRate, boolean predictorDecays, Decaying weightDecay, double vectorRate) {
    /// All parameters have the same rate.
    public static final double DEFAULT_RATE = 1;
    /// The first part of the names of a predictor's parameters.
    public static final String PREDICTOR = "predictor";

    /// What weight decay applies to. Biases and norms never decay.
    public enum Decaying {
        /// Every matrix and filter.
        ALL,
        /// The matrices of the predictor alone (Tian, Chen, Ganguli 2021, table 5).
        PREDICTOR
    }

    public GroupSpec {
        requireRate("predictorRate", predictorRate);
        requireRate("vectorRate", vectorRate);
    }

    private static void requireRate(String name, double rate) {
        if (!(rate >= 0 && rate < 1e6)) {
            throw new InputException("%s: found %s, expected 0 or a positive number".formatted(name, rate));
        }
    }

    public static GroupSpec defaults() {
        return new GroupSpec(DEFAULT_RATE, true, Decaying.ALL, DEFAULT_RATE);
    }

    /// Whether any setting here needs a predictor.
    public boolean needsPredictor() {
        return predictorRate != DEFAULT_RATE || !predictorDecays || weightDecay == Decaying.PREDICTOR;
    }

    /// The schedule of the predictor if all other parameters use `schedule`.
    public ScheduleSpec predictor(ScheduleSpec schedule) {
        return predictorDecays ? schedule : new ScheduleSpec(schedule.warmupEpochs(), 1, schedule.scaleWithBatch());
    }

    static boolean isPredictor(Segment segment) {
        return segment.name().startsWith(PREDICTOR + ".");
    }

    boolean decays(Segment segment) {
        return segment.isMatrix()
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
