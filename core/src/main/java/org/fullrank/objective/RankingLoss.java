package org.fullrank.objective;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Regularized.Penalty;

/// A loss of metric learning: rows of one class should be nearer to each other than to rows of other classes.
/// All of them act on rows of length 1. [MeanSingularValue] can be added, which is SVMax as published.
///
/// Source of the defaults: Taha et al., "SVMax: a feature embedding regularizer" (2021), section 4.
public sealed interface RankingLoss permits Contrastive, Triplet, NPair, Angular {
    /// The name of the ranking term in logs.
    String PART = "ranking";

    /// The loss without the regularizer, a differentiable scalar.
    ///
    /// @param unit rows of length 1, `[N, D]`
    /// @throws org.fullrank.engine.InputException when the classes of the rows do not suffice
    Tensor ranking(Tensor unit, RowClasses classes);

    /// The weight of the bounded form of [MeanSingularValue], lambda of the SVMax paper; 0 leaves it out.
    double meanSingularValue();

    /// Rows of each class in a batch, as published.
    int perClass();

    /// Idea, paper and healthy ranges.
    Card card();

    /// The terms for one batch. The caller's scope owns the tensors.
    ///
    /// @param z embeddings `[N, D]` of any length
    /// @param classes class of each row, `[N]`
    /// @throws org.fullrank.engine.InputException when a row has no class, when all rows are of one class, or
    ///     when no class has two rows
    default Terms evaluate(Tensor z, int[] classes) {
        RowClasses rows = RowClasses.of(z, classes);
        Tensor unit = z.div(UnitRows.norm(z)); // [N, D]
        var terms = new ArrayList<Term>();
        terms.add(Term.of(PART, ranking(unit, rows)));
        var figures = new LinkedHashMap<String, Tensor>();
        if (meanSingularValue() > 0) {
            Terms svmax = svmax(meanSingularValue()).evaluate(List.of(z), 0);
            terms.addAll(svmax.list());
            figures.putAll(svmax.figures());
        }
        return Terms.sum(terms).withFigures(figures);
    }

    /// Whether `rows` rows are enough for `width` columns.
    default Need need(long rows, long width) {
        return meanSingularValue() > 0
                ? Need.singularValues(rows, width)
                : Need.met(rows, "N %d: pairs are compared; no covariance is used".formatted(rows));
    }

    /// The card of a loss with this regularizer.
    static Card card(String idea, String paper, String range) {
        return new Card(idea, paper)
                .with(PART, range)
                .with(MeanSingularValue.defaults().card());
    }

    /// The regularizer with its weight.
    ///
    /// @throws org.fullrank.engine.InputException unless the weight is 0 or a positive number
    static Penalty svmax(double weight) {
        return new Penalty(MeanSingularValue.defaults(), weight, OverViews.MEAN, "meanSingularValue");
    }

    /// Squared distances of rows of length 1, `[N, D]` to `[N, N]`.
    static Tensor squaredDistances(Tensor unit) {
        // Rounding gives small negative numbers for equal rows.
        return unit.mm(unit.t()).mul(Tensors.scalar(-2)).add(Tensors.scalar(2)).clamp_min(Tensors.scalar(0)); // [N, N]
    }
}
