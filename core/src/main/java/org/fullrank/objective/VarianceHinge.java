package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.settings.Named;

/// VICReg's variance term `v(Z) = 1/D sum_j max(0, gamma - sqrt(Var(z_j) + epsilon))`, where the variance has
/// the divisor N - 1. The variance term is 0 if every dimension has a standard deviation of at least gamma.
/// The variance term is gamma - sqrt(epsilon) if all rows are equal. Without the square root, the gradient
/// would vanish for a collapsed embedding.
///
/// Source: VICReg (2022), equations 1 and 2.
///
/// @param gamma the required standard deviation
/// @param epsilon added to the variance inside the root
@Named("variance-hinge")
public record VarianceHinge(double gamma, double epsilon) implements Regularizer {
    /// Paper and official code.
    public static final double DEFAULT_GAMMA = 1;
    /// Paper and official code.
    public static final double DEFAULT_EPSILON = 1e-4;

    public VarianceHinge {
        InputException.unless(gamma > 0, "gamma: found %s, expected a positive standard deviation", gamma);
        if (!(epsilon > 0)) {
            throw new InputException(
                    "epsilon: found %s, expected a positive number (the root has no gradient at 0)".formatted(epsilon));
        }
    }

    public static VarianceHinge defaults() {
        return new VarianceHinge(DEFAULT_GAMMA, DEFAULT_EPSILON);
    }

    @Override
    public Terms evaluate(Tensor z, long draw) {
        Tensor std = z.var(new long[] {0}, true, false) // [D]
                .add(Tensors.scalar(epsilon))
                .sqrt();
        return Terms.of(part(), torch.relu(std.neg().add(Tensors.scalar(gamma))).mean());
    }

    @Override
    public String part() {
        return "variance";
    }

    @Override
    public Card card() {
        return new Card("standard deviations of at least gamma", Papers.VICREG)
                .with(part(), "0 to gamma - sqrt(epsilon): falls towards 0; its largest value is collapse");
    }
}
