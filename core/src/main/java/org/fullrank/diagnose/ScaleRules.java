package org.fullrank.diagnose;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.fullrank.diagnose.Verdict.Kind;

/// Rules for faults of the position and the length of rows.
final class ScaleRules {
    /// If [Figures#directions] is below this value, all rows have the same direction. Any two rows have a
    /// cosine above 0.999, which bfloat16 can hardly distinguish from 1 (its step is 0.004). For embeddings
    /// of perceptrons without stop-gradient or predictor, it was 0.002 to 0.025. For embeddings of healthy
    /// trainings, it was 0.4 or more.
    static final double SAME_DIRECTION = 0.03;

    /// If [Figures#offset] is above this value, the mean is a separate fault. A random pair of rows has a
    /// cosine of 0.95, and a search by cosine depends on the last digits. For healthy ReLU representations,
    /// it was 0.3 to 0.8.
    static final double MOSTLY_MEAN = 0.95;

    /// Smallest [Figures#offset] of a constant embedding. If rows have two opposite directions, they have no
    /// offset.
    static final double SOME_MEAN = 0.5;

    /// If the root mean square of the entries is above this value, half precision overflows (at 65504, about
    /// six standard deviations).
    static final double LARGE_ENTRY = 1e4;

    /// If the length of a row is below this value, the row is too small compared with the constants in
    /// losses. For a standard deviation of 1e-3, the variance is a hundredth of VICReg's epsilon. The
    /// gradient of a cosine grows with the inverse of the length.
    static final double SMALL_NORM = 1e-3;

    private ScaleRules() {}

    static Finding constant(Figures f) {
        boolean nothing = f.spectrum().effectiveRank() == 0;
        double degree = nothing
                ? 1
                : Math.min(
                        Confidence.below(
                                f.directions(), SAME_DIRECTION, f.errors().directions()),
                        Confidence.below(
                                1 - f.offset(), 1 - SOME_MEAN, f.errors().rest()));
        return new Finding(
                Kind.CONSTANT,
                degree,
                nothing
                        ? text("all %d rows are the same", f.rows())
                        : text(
                                "directions of rows spread over %.2g of an even spread (constant: below %s)",
                                f.directions(), SAME_DIRECTION),
                "give the loss a term that keeps the variance of each dimension: method.objective.variance=25, or"
                        + " method.regularizer.type=log-det-entropy for self-distillation",
                butSize());
    }

    private static Set<Kind> butSize() {
        return EnumSet.complementOf(EnumSet.of(Kind.HEALTHY, Kind.CONSTANT, Kind.NORM_BLOW_UP, Kind.UNDER_SAMPLED));
    }

    static Finding blowUp(Figures f) {
        double entry = f.norm() / Math.sqrt(f.width());
        return new Finding(
                Kind.NORM_BLOW_UP,
                Confidence.above(entry, LARGE_ENTRY, f.errors().plain()),
                text("median length %.3g, so entries of %.2g (too large: above %.0e)", f.norm(), entry, LARGE_ENTRY),
                "lower the rate, optimizer.learningRate, to a tenth");
    }

    static Finding vanishing(Figures f) {
        return new Finding(
                Kind.NORM_VANISHING,
                Confidence.below(f.norm(), SMALL_NORM, f.errors().plain()),
                text("median length %.3g (too small: below %.0e)", f.norm(), SMALL_NORM),
                "lower the decay, optimizer.weightDecay, to a tenth");
    }

    static Finding offset(Figures f) {
        // Compared by 1 minus the offset, which changes most near an offset of 1.
        return new Finding(
                Kind.COMMON_OFFSET,
                Confidence.below(1 - f.offset(), 1 - MOSTLY_MEAN, f.errors().rest()),
                text(
                        "the mean of all rows is %.1f %% of their squared length (too much: above %.0f %%)",
                        100 * f.offset(), 100 * MOSTLY_MEAN),
                "center the embedding: method.projector.lastNorm=plain in training; for finished embeddings subtract the"
                        + " mean");
    }

    static String text(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
