package org.fullrank.objective;

import java.util.LinkedHashMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// SVMax. SVMax maximizes the mean singular value `s_mu = 1/D sum_i s_i` of the embeddings `[N, D]`, without
/// centering. For embeddings with Frobenius norm F, the mean has two known bounds. The lower bound `lower = F
/// / D` is reached at rank one. The upper bound `upper = F sqrt(min(N, D)) / D` is reached if all singular
/// values are equal. Healthy values are nearer to `upper`.
///
/// If a batch has N < D rows, there are only N singular values. The mean still divides by D, and `upper`
/// assumes N equal values. So both bounds of the mean hold for every shape, and embeddings can reach them.
///
/// The gradient of `s_mu` is `1/D P Q'` with the thin decomposition `Z = P S Q'`. No singular vector is
/// differentiated. If a singular value is 0, the gradient is not unique. Then the factor of this singular
/// value is taken as 0. So this term alone does not move embeddings into a direction in which all of them are
/// exactly 0.
///
/// Source: Taha et al., "SVMax: a feature embedding regularizer" (2021), equations 1 to 4.
///
/// @param form the function of the mean that is used
@Named("mean-singular-value")
public record MeanSingularValue(Form form) implements Regularizer {
    /// The forms of the regularizer.
    public enum Form {
        /// `-s_mu` of the rows as they are, equation 1. It has no lower limit, because embeddings can grow.
        PLAIN,
        /// `exp((upper - s_mu) / (upper - lower))` of rows of norm 1, equation 4: from 1 (all singular values
        /// equal) to e (rank one).
        BOUNDED
    }

    public static MeanSingularValue defaults() {
        return new MeanSingularValue(Form.BOUNDED);
    }

    @Override
    public Terms evaluate(Tensor z, long draw) {
        long d = z.size(1);
        if (form == Form.BOUNDED && d < 2) {
            throw new InputException("mean-singular-value: found embeddings %s, expected at least 2 columns for two"
                            .formatted(Tensors.describe(z))
                    + " bounds that differ; widen the embedding or choose the plain form");
        }
        UnitRows rows = UnitRows.of(z);
        Tensor fixed = form == Form.BOUNDED ? rows.values() : z.detach(); // [N, D]
        Polar polar = Polar.of(fixed, z.requires_grad());
        Tensor mean = polar.sum().div(Tensors.scalar(d)).to(z.scalar_type());
        Tensor length = switch (form) {
            case PLAIN -> fixed.norm();
            // Rows have norm 1, except rows of zeros, which are treated as if they had norm 1. So the bounds are never
            // equal.
            case BOUNDED -> torch.full_like(mean, Tensors.scalar(Math.sqrt(z.size(0))));
        };
        Tensor lower = length.div(Tensors.scalar(d));
        Tensor upper = lower.mul(Tensors.scalar(Math.sqrt(Math.min(z.size(0), d))));
        var figures = new LinkedHashMap<String, Tensor>();
        figures.put(part(), mean);
        figures.put("lower", lower);
        figures.put("upper", upper);
        Tensor range = upper.sub(lower);
        Tensor value = switch (form) {
            case PLAIN -> mean.neg();
            case BOUNDED -> upper.sub(mean).div(range).exp();
        };
        Tensor factor = polar.factor(); // [N, D]
        if (factor == null) {
            return Terms.of(part(), value).withFigures(figures);
        }
        Tensor slope = switch (form) { // of the value in s_mu; rows of norm 1 have fixed bounds
            case PLAIN -> torch.full_like(mean, Tensors.scalar(-1));
            case BOUNDED -> value.div(range).neg();
        };
        Tensor gradient = factor.mul(slope.div(Tensors.scalar(d))); // [N, D]
        Tensor total = Surrogate.of(value, z, form == Form.BOUNDED ? rows.gradient(gradient) : gradient);
        return Terms.of(part(), total).withFigures(figures);
    }

    @Override
    public String part() {
        return "mean_singular_value";
    }

    @Override
    public Card card() {
        return new Card("a large mean singular value, between two known bounds", Papers.SVMAX)
                .with(part(), "from lower to upper: rises towards upper")
                .with("lower", "the mean singular value at rank one")
                .with("upper", "the mean singular value where all are equal");
    }
}
