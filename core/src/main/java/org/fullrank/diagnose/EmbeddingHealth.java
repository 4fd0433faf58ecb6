package org.fullrank.diagnose;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The vital signs of an embedding `[N, D]`.
///
/// @param rows N
/// @param width D
/// @param rankMe number of dimensions in use, 1 (or 0) = collapsed, `min(N, D)` = all alike; see [Spectrum#rankMe]
/// @param stdMean standard deviation of a dimension over the rows (divisor N - 1), mean over dimensions; 0 = complete
///     collapse, no upper limit
/// @param normalizedStd the same after each row is scaled to length 1; 0 = complete collapse, near [#isotropicStd] =
///     spread over the whole sphere
public record EmbeddingHealth(int rows, int width, double rankMe, double stdMean, double normalizedStd) {
    private static final double SMALLEST_NORM = 1e-12;

    /// The signs of `z`, shape `[N, D]` with `N >= 2`, on any device; `z` stays the caller's. A thousand rows are
    /// enough for a steady reading, and quick.
    ///
    /// @throws InputException when `z` is not a matrix of at least two rows, or holds a value that is not finite
    public static EmbeddingHealth of(Tensor z) {
        if (z.dim() != 2 || z.size(0) < 2) {
            throw new InputException(
                    "embedding health: found shape %s, expected [N, D] with at least 2 rows; embed more"
                                    .formatted(Tensors.describe(z))
                            + " items");
        }
        double rankMe = Spectrum.of(z).rankMe();
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor wide = z.to(ScalarType.Double); // [N, D]
            Tensor norms = wide.mul(wide).sum(new long[] {1}, true, none()).sqrt(); // [N, 1]
            Tensor unit = wide.div(norms.clamp_min(Tensors.scalar(SMALLEST_NORM))); // [N, D]
            return new EmbeddingHealth(
                    Math.toIntExact(z.size(0)), Math.toIntExact(z.size(1)), rankMe, stdMean(wide), stdMean(unit));
        }
    }

    /// The signs of `rows` embeddings in row-major order.
    public static EmbeddingHealth of(float[] values, int rows) {
        Spectrum.requireMatrix(values, rows);
        try (var scope = Scope.open()) {
            return of(Tensors.of(values, rows, values.length / rows));
        }
    }

    /// `1 / sqrt(D)`: the [#normalizedStd] of directions spread evenly over the sphere.
    public double isotropicStd() {
        return 1 / Math.sqrt(width);
    }

    private static double stdMean(Tensor z) {
        return Tensors.value(z.std(new long[] {0}, true, false).mean());
    }

    private static ScalarTypeOptional none() {
        return new ScalarTypeOptional();
    }
}
