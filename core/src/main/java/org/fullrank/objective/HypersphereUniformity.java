package org.fullrank.objective;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Gram;
import org.fullrank.settings.Named;

/// Measures how unevenly embeddings cover the unit sphere, `log mean_{i != j} exp(-t |x_i - x_j|^2)`. Here,
/// `x_i` are the rows divided by their norms. The value is 0 if all rows have one direction, and -4t for two
/// opposite rows. For many rows that are spread evenly in many dimensions, the value is near -2t. A row of
/// zeros is treated as the center of the sphere.
///
/// The source is Wang, Isola, "Understanding contrastive representation learning through alignment and
/// uniformity on the hypersphere" (2020), and the official code. The official code expects rows of norm 1 and
/// takes the mean over the pairs of a batch.
///
/// @param t the sharpness of the kernel
@Named("hypersphere-uniformity")
public record HypersphereUniformity(double t) implements Regularizer {
    /// From the paper and the official code.
    public static final double DEFAULT_T = 2;

    public HypersphereUniformity {
        InputException.unless(t > 0 && t <= 1e3, "t: found %s, expected a positive number", t);
    }

    public static HypersphereUniformity defaults() {
        return new HypersphereUniformity(DEFAULT_T);
    }

    @Override
    public Terms evaluate(Tensor z, long draw) {
        double n = z.size(0);
        UnitRows rows = UnitRows.of(z);
        Tensor x = rows.values(); // [N, D]
        // On the sphere -t |x - y|^2 = 2t (x . y - 1). A row of zeros is at the squared distance 1 from the sphere and
        // 0 from another such row, where this has 2: each row that is shorter than 1 gets back what it lacks.
        Tensor kernel = Gram.ofRows(x)
                .sub_(Tensors.scalar(1))
                .mul_(Tensors.scalar(2 * t))
                .exp_(); // [N, N]
        Tensor missing = rows.norms().le(Tensors.scalar(UnitRows.NORM_FLOOR)).to(x.scalar_type()); // [N, 1]
        Tensor nearer = missing.mul_(Tensors.scalar(t)).exp_(); // [N, 1], 1 for a row of norm 1
        kernel.mul_(nearer).mul_(nearer.t());
        kernel.fill_diagonal_(Tensors.scalar(0));
        Tensor sum = kernel.sum();
        Tensor value = sum.div(Tensors.scalar(n * (n - 1))).log();
        if (!z.requires_grad()) {
            return Terms.of(part(), value);
        }
        Tensor gradient = kernel.mm(x).mul_(sum.reciprocal().mul_(Tensors.scalar(4 * t))); // [N, D]
        return Terms.of(part(), Surrogate.of(value, z, rows.gradient(gradient)));
    }

    @Override
    public String part() {
        return "uniformity";
    }

    @Override
    public Card card() {
        return new Card("directions spread over the sphere", Papers.UNIFORMITY)
                .with(part(), "0 (one direction) to -4t: falls towards -2t, evenly spread rows in many dimensions");
    }
}
