package org.fullrank.diagnose;

import static org.fullrank.diagnose.ScaleRules.text;

import java.util.Set;
import org.fullrank.diagnose.Verdict.Kind;

/// Rules for two faults: too few dimensions in use, and dimensions that repeat other dimensions.
final class DimensionRules {
    /// If the ratio of two neighboring singular values is above this value, there is a knee. A smooth decay
    /// has smaller ratios. For a power law of variances with exponent 3, the ratio is at most 2.8. For
    /// isotropic rows, it is nearly 1 within the first half of the directions. The largest ratio in 120
    /// healthy small trainings was 4. In the training of the collapse study without a fault, it was 5.4. In
    /// the collapsed variants of this training, it was 9 to 1e6.
    static final double KNEE = 8;

    /// Largest share of the variance after the knee. With a larger share, the directions before the knee
    /// separate clusters and do not show a low rank.
    static final double BEHIND = 0.05;

    /// A spectrum without a knee is collapsed if its effective rank is below `sqrt(min(N - 1, D))` divided by
    /// this value. The threshold contains a square root, because healthy trainings with more dimensions use a
    /// smaller share of them. Their smallest effective ranks were 3.5 of 64, 3.3 of 128, 3.9 of 256 and 11.5
    /// of 512, which is 1.2 to 2.6 times this threshold. Collapsed trainings had 1.0 to 1.6 of 64. A power
    /// law of variances with exponent 1 is above the threshold for any width. With exponent 3, it is below
    /// the threshold from width 90 on.
    static final double ROOT = 5;

    /// If the share of dimensions that repeat other dimensions is above this value, there is a fault. None of
    /// 240 healthy embeddings had more than 1 %.
    static final double COPIES = 0.1;

    /// If the mean squared correlation is above this value, dimensions are redundant even if they are not
    /// copies. In healthy embeddings, it was at most 0.28.
    static final double CORRELATED = 0.5;

    /// If the share of dimensions that are not copies is below this value, the fault is a lost rank and not
    /// redundancy.
    static final double ORIGINALS = 0.125;

    /// If the rank divided by the number of dimensions that are not copies is at least this, the copies
    /// explain the lost rank.
    private static final double EXPLAINED = 0.9;

    /// Shares of the variance below this value are not printed.
    private static final double NEARLY_NONE = 1e-3;

    private DimensionRules() {}

    static Finding dimensional(Figures f) {
        double error = f.errors().spectrum();
        double degree = Math.max(kneeDegree(f.spectrum(), error), rankDegree(f.spectrum(), error));
        return new Finding(
                Kind.DIMENSIONAL, degree, evidence(f), next(f), copied(f) ? Set.of() : Set.of(Kind.REDUNDANT));
    }

    /// Whether copies of dimensions explain the lost rank. If not, the low rank explains the copies, because
    /// some dimensions are necessarily similar if there are few directions.
    private static boolean copied(Figures f) {
        return left(f) >= EXPLAINED * originals(f);
    }

    private static int originals(Figures f) {
        return f.width() - f.dimensions().dead() - f.dimensions().copies();
    }

    private static double kneeDegree(SpectrumShape slope, double error) {
        return Math.min(
                Confidence.above(slope.knee(), KNEE, error),
                Confidence.below(slope.varianceAfterKnee(), BEHIND, error));
    }

    private static double rankDegree(SpectrumShape slope, double error) {
        return slope.effectiveRank() == 0 ? 0 : Confidence.below(slope.effectiveRank(), fewest(slope), error);
    }

    private static double fewest(SpectrumShape slope) {
        return fewest(slope.available());
    }

    /// The smallest effective rank that counts as sound.
    ///
    /// @param available number of directions in which the rows can vary, at least 1
    static double fewest(long available) {
        return Math.sqrt(available) / ROOT;
    }

    /// Number of dimensions that remain.
    static int left(Figures f) {
        SpectrumShape slope = f.spectrum();
        return kneeDegree(slope, f.errors().spectrum()) > Finding.VERDICT ? slope.kneeAt() : slope.directions99();
    }

    private static String evidence(Figures f) {
        SpectrumShape slope = f.spectrum();
        String dead = f.dimensions().dead() == 0
                ? ""
                : text("; %d dimensions never vary", f.dimensions().dead());
        String to = text("%d of %d dimensions are left: ", left(f), f.width());
        if (kneeDegree(slope, f.errors().spectrum()) > Finding.VERDICT) {
            return to
                    + text("the next singular value is %.3g times smaller, and ", slope.knee())
                    + afterKnee(slope)
                    + rule()
                    + dead;
        }
        return to
                + text(
                        "they hold 99 %% of the variance, effective rank %.2f (collapsed: below %.2f)%s",
                        slope.effectiveRank(), fewest(slope), dead);
    }

    /// The figures of the spectrum on which the rule depends.
    static String shape(SpectrumShape slope) {
        return text(
                        "effective rank %.1f of %d; in the first half, the next singular value is at most %.3g times smaller, and ",
                        slope.effectiveRank(), slope.available(), slope.knee())
                + afterKnee(slope);
    }

    private static String afterKnee(SpectrumShape slope) {
        double rest = slope.varianceAfterKnee();
        String share = rest < NEARLY_NONE ? "less than 0.1 %" : text(rest < 0.1 ? "%.1f %%" : "%.0f %%", 100 * rest);
        return text("the directions after this drop have %s of the variance", share);
    }

    /// The limits of a knee.
    static String rule() {
        return text(" (a knee is a drop of more than %.0f times with less than %.0f %% after it)", KNEE, 100 * BEHIND);
    }

    private static String next(Figures f) {
        return 2 * f.dimensions().dead() >= f.width()
                ? "wake the dead units: put batch norms before the ReLUs, encoder.batchNorm=true or"
                        + " method.projector.batchNorm=true"
                : "make dimensions differ: raise method.objective.covariance, or set"
                        + " method.regularizer.type=log-det-entropy for self-distillation";
    }

    static Finding redundant(Figures f) {
        Figures.Dimensions d = f.dimensions();
        double share = (double) d.copies() / Math.max(1, f.width() - d.dead());
        double degree = originals(f) < ORIGINALS * f.width()
                ? 0
                : Math.max(
                        Confidence.above(share, COPIES, 0),
                        Confidence.above(d.correlation(), CORRELATED, f.errors().plain()));
        return new Finding(
                Kind.REDUNDANT,
                degree,
                text("%d of %d dimensions repeat another", d.copies(), f.width())
                        + (share > COPIES ? text(" (too many: above %.0f %%)", 100 * COPIES) : "")
                        + text("; mean squared correlation %.2g", d.correlation())
                        + (d.correlation() > CORRELATED ? text(" (too high: above %s)", CORRELATED) : ""),
                "use fewer dimensions, method.projector.widths, or decorrelate them, method=barlow-twins",
                copied(f) ? Set.of(Kind.DIMENSIONAL) : Set.of());
    }
}
