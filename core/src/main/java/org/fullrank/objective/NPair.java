package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.linalg.Reductions;
import org.fullrank.settings.Named;

/// The N-pair loss, the mean of `log(1 + sum_n exp(a . n - a . p))` over pairs (a, p) of one class. The
/// negatives n are the positives of the pairs of other classes. The first two rows of each class in a batch are
/// one pair, the next two another.
///
/// The source is Sohn, "Improved deep metric learning with multi-class N-pair loss objective" (2016), equation
/// 7. There, rows have any length and a penalty keeps them short. Here, they have length 1, because the bounds
/// of SVMax need it. So the value cannot fall below `log(1 + (M - 1) exp(-2))` with M pairs of M classes.
///
/// @param meanSingularValue weight of [MeanSingularValue]
@Named("n-pair")
public record NPair(double meanSingularValue) implements RankingLoss {
    /// The weight of the SVMax paper.
    public static final double DEFAULT_MEAN_SINGULAR_VALUE = 1;
    /// The paper's batches have 72 classes of 2.
    public static final int PER_CLASS = 2;

    public NPair {
        RankingLoss.svmax(meanSingularValue);
    }

    public static NPair defaults() {
        return new NPair(DEFAULT_MEAN_SINGULAR_VALUE);
    }

    @Override
    public Tensor ranking(Tensor unit, RowClasses classes) {
        ClassPairs pairs = ClassPairs.of(unit, classes);
        Tensor positive = Reductions.sum(pairs.anchors().mul(pairs.positives()), 1); // [M, 1]
        return pairs.softmax(positive, pairs.anchors().mm(pairs.positives().t()));
    }

    @Override
    public int perClass() {
        return PER_CLASS;
    }

    @Override
    public Card card() {
        return RankingLoss.card(
                "an anchor finds its positive among those of all other classes",
                "Sohn: N-pair loss, NeurIPS 2016; SVMax, arXiv 2103.02770",
                "log M at collapse, with M pairs: falls");
    }
}
