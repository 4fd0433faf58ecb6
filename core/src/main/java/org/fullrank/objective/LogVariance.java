package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// LPL's push `h(Z) = -1/D sum_i log(Var(z_i) + epsilon)`, where the variance has the divisor N - 1. The push
/// is -log(epsilon) if all rows are equal. It has no lower limit. Unlike VICReg's hinge, this term never
/// stops pushing. The push gets weaker as the variance grows, because its gradient contains the factor 1 /
/// variance. The slope of the push with respect to the standard deviation is largest at sqrt(epsilon).
///
/// Source: Halvagal, Zenke, "The combination of Hebbian and predictive plasticity learns invariant object
/// representations in deep sensory networks" (2023), official code.
///
/// @param epsilon added to the variance inside the logarithm
@Named("log-variance")
public record LogVariance(double epsilon) implements Regularizer {
    /// From the official code for deep networks (its two-dimensional toy example uses 1e-8).
    public static final double DEFAULT_EPSILON = 1e-4;

    public LogVariance {
        if (!(epsilon > 0 && epsilon < 1e9)) {
            throw new InputException(
                    "epsilon: found %s, expected a positive number below 1e9 (the logarithm has no value at 0)"
                            .formatted(epsilon));
        }
    }

    public static LogVariance defaults() {
        return new LogVariance(DEFAULT_EPSILON);
    }

    @Override
    public Terms evaluate(Tensor z, long draw) {
        Tensor variance = z.var(new long[] {0}, true, false); // [D]
        return Terms.of(
                part(), variance.add(Tensors.scalar(epsilon)).log().mean().neg());
    }

    @Override
    public String part() {
        return "push";
    }

    @Override
    public Card card() {
        return new Card("large variances, ever less the larger they are", Papers.LPL)
                .with(part(), "-log(epsilon) (collapse) downwards: negative and slowly falling");
    }
}
