package org.fullrank.optim;

import java.util.HashSet;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.net.ParameterBuffer.Segment;

/// How the optimizer treats three groups of parameters: the predictor of self-distillation, vectors (biases,
/// norms, class tokens and positions), and matrices that stay orthogonal. By default, all parameters have one
/// learning rate, vectors have no weight decay, and no matrix stays orthogonal.
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
/// @param orthogonal names of square matrices that stay orthogonal, such as `predictor.weight`. Weight decay
///     does not apply to them. See [OrthogonalGroup]
/// @param orthogonalStep how the optimizer moves these matrices, and those of orthogonal convolutions
public record GroupSpec(
        double predictorRate,
        boolean predictorDecays,
        boolean predictorWarmsUp,
        Decaying weightDecay,
        boolean decayVectors,
        double vectorRate,
        List<String> orthogonal,
        OrthogonalStep orthogonalStep) {
    /// All parameters have the same rate.
    public static final double DEFAULT_RATE = 1;
    /// The prefix of the names of a predictor's parameters.
    public static final String PREDICTOR = "predictor";

    /// The name of a predictor that is one matrix.
    public static final String PREDICTOR_MATRIX = PREDICTOR + ".weight";

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
        orthogonal = List.copyOf(orthogonal);
        InputException.unless(
                new HashSet<>(orthogonal).size() == orthogonal.size(),
                "orthogonal: found %s, expected each name once",
                String.join(", ", orthogonal));
    }

    /// No matrix stays orthogonal.
    public GroupSpec(
            double predictorRate,
            boolean predictorDecays,
            boolean predictorWarmsUp,
            Decaying weightDecay,
            boolean decayVectors,
            double vectorRate) {
        this(
                predictorRate,
                predictorDecays,
                predictorWarmsUp,
                weightDecay,
                decayVectors,
                vectorRate,
                List.of(),
                OrthogonalStep.defaults());
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

    /// The same with matrices that stay orthogonal.
    public GroupSpec withOrthogonal(List<String> names, OrthogonalStep step) {
        return new GroupSpec(
                predictorRate, predictorDecays, predictorWarmsUp, weightDecay, decayVectors, vectorRate, names, step);
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
                && !orthogonal.contains(segment.name())
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
