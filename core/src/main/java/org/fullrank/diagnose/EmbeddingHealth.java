package org.fullrank.diagnose;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.linalg.Spectrum;

/// The vital signs of an embedding `[N, D]`.
///
/// @param rows N
/// @param width D
/// @param rankMe number of dimensions in use, 1 (or 0) = collapsed, `min(N, D)` = all alike; see [Spectrum#rankMe]
/// @param stdMean standard deviation of a dimension over the rows (divisor N - 1), mean over dimensions; 0 =
///     complete collapse, no upper limit
/// @param normalizedStd the same after each row is scaled to length 1; 0 = complete collapse, near [#isotropicStd]
///     = spread over the whole sphere
public record EmbeddingHealth(int rows, int width, double rankMe, double stdMean, double normalizedStd) {
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
        try (var moments = Moments.of(z)) {
            return new EmbeddingHealth(
                    Math.toIntExact(moments.rows()),
                    moments.width(),
                    moments.raw().rankMe(),
                    Arrays.stream(moments.deviations()).average().orElseThrow(),
                    Arrays.stream(moments.unitDeviations()).average().orElseThrow());
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
}
