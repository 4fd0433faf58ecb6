package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// The contrastive loss `1/2 (mean over pairs of one class of d^2 + mean over pairs of two classes of max(0,
/// margin - d)^2)`, with the distance d of two rows of length 1. The value is between 0 and 2, or
/// `margin^2 / 2` if this is larger.
///
/// Source: Hadsell, Chopra, LeCun, "Dimensionality reduction by learning an invariant mapping" (2006), equation
/// 4. The official SVMax code draws as many pairs of two classes as pairs of one class. This is the mean over
/// these draws, which uses all pairs of the batch.
///
/// @param margin distance from which on two classes are far enough
/// @param meanSingularValue weight of [MeanSingularValue]
@Named("contrastive")
public record Contrastive(double margin, double meanSingularValue) implements RankingLoss {
    /// The margin of the SVMax paper.
    public static final double DEFAULT_MARGIN = 1;
    /// The weight of the SVMax paper.
    public static final double DEFAULT_MEAN_SINGULAR_VALUE = 1;
    /// The paper's batches have 36 classes of 4.
    public static final int PER_CLASS = 4;
    /// Added to squared distances before the root, as in the official code. So the slope is finite for equal
    /// rows.
    static final double DISTANCE_FLOOR = 1e-5;

    public Contrastive {
        InputException.unless(
                margin > 0 && margin <= 2, "margin: found %s, expected a number above 0 and at most 2", margin);
        RankingLoss.svmax(meanSingularValue);
    }

    public static Contrastive defaults() {
        return new Contrastive(DEFAULT_MARGIN, DEFAULT_MEAN_SINGULAR_VALUE);
    }

    @Override
    public Tensor ranking(Tensor unit, RowClasses classes) {
        Tensor squares = RankingLoss.squaredDistances(unit); // [N, N]
        Tensor same = classes.same(unit); // [N, N]
        Tensor other = torch.ones_like(same).sub(same); // [N, N]
        Tensor pairs = same.sub(torch.eye(unit.size(0), same.options())); // [N, N], 0 on the diagonal
        Tensor pull = squares.mul(pairs).sum().div(pairs.sum());
        Tensor distances = squares.add(Tensors.scalar(DISTANCE_FLOOR)).sqrt(); // [N, N]
        Tensor lacking = distances.neg().add(Tensors.scalar(margin)).clamp_min(Tensors.scalar(0)); // [N, N]
        Tensor push = lacking.square().mul(other).sum().div(other.sum());
        return pull.add(push).mul(Tensors.scalar(0.5));
    }

    @Override
    public int perClass() {
        return PER_CLASS;
    }

    @Override
    public Card card() {
        return RankingLoss.card(
                "rows of one class meet, rows of two classes keep a margin",
                "Hadsell, Chopra, LeCun: contrastive loss, CVPR 2006; SVMax, arXiv 2103.02770",
                "0 to 2 + margin^2 / 2: falls");
    }
}
