package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.settings.Named;

/// The angular loss, the mean of `log(1 + sum_n exp(4 t (a + p) . n - 2 (1 + t) a . p))` over pairs (a, p) of one
/// class, with `t = tan(degrees)^2`. The angle at a negative n in the triangle (a, p, n) should be below
/// `degrees`. Pairs and negatives are those of [NPair].
///
/// Source: Wang et al., "Deep metric learning with angular loss" (2017), equations 5 and 8, on rows of length 1.
///
/// @param degrees upper bound of the angle at the negative, alpha in the paper
/// @param meanSingularValue weight of [MeanSingularValue]
@Named("angular")
public record Angular(double degrees, double meanSingularValue) implements RankingLoss {
    /// The angle of both papers.
    public static final double DEFAULT_DEGREES = 45;
    /// The weight of the SVMax paper for this loss.
    public static final double DEFAULT_MEAN_SINGULAR_VALUE = 2;
    /// The paper's batches have 72 classes of 2.
    public static final int PER_CLASS = 2;
    /// tan(80 degrees)^2 is 32. Larger angles make exponents that no training uses.
    private static final double MOST_DEGREES = 80;

    public Angular {
        InputException.unless(
                degrees > 0 && degrees <= MOST_DEGREES,
                "degrees: found %s, expected a number above 0 and at most 80",
                degrees);
        RankingLoss.svmax(meanSingularValue);
    }

    public static Angular defaults() {
        return new Angular(DEFAULT_DEGREES, DEFAULT_MEAN_SINGULAR_VALUE);
    }

    @Override
    public Tensor ranking(Tensor unit, RowClasses classes) {
        double t = Math.pow(Math.tan(Math.toRadians(degrees)), 2);
        ClassPairs pairs = ClassPairs.of(unit, classes);
        Tensor positive =
                Reductions.sum(pairs.anchors().mul(pairs.positives()), 1).mul(Tensors.scalar(2 * (1 + t))); // [M, 1]
        Tensor crossed =
                pairs.anchors().add(pairs.positives()).mm(pairs.positives().t()).mul(Tensors.scalar(4 * t)); // [M, M]
        return pairs.softmax(positive, crossed);
    }

    @Override
    public int perClass() {
        return PER_CLASS;
    }

    @Override
    public Card card() {
        return RankingLoss.card(
                "the angle at a negative, between anchor and positive, stays small",
                "Wang et al.: angular loss, ICCV 2017, arXiv 1708.01682; SVMax, arXiv 2103.02770",
                "0 upwards: falls");
    }
}
