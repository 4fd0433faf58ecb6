package org.fullrank.diagnose;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// Limits the effect of outlying rows. The class reduces large distances from the center to [#FAR] times the
/// median distance. The center is the median of each dimension. Rows at the center do not count in the median
/// distance. A row keeps its direction.
///
/// A few outlying rows can contain nearly all the variance. Such data look like data with other faults: a low
/// rank, dimensions that repeat others, or classes whose rows are all equal.
///
/// This method is similar to the spatial sign covariance, which scales all rows to the same length (Locantore
/// et al. 1999, unverified against the paper).
final class Trimmed {
    /// Larger distances, in multiples of the median, are reduced to this value. This affects one of 23
    /// Gaussian rows in one dimension, and no rows in many dimensions. So data without heavy tails keep their
    /// spectrum.
    static final double FAR = 3;

    private Trimmed() {}

    /// Rows `[N, D]` relative to the median of each dimension, float64. Rows at the median remain zero. The
    /// caller's scope owns the result.
    static Tensor of(Tensor rows) {
        Tensor wide = rows.to(ScalarType.Double); // [N, D]
        Tensor apart = wide.sub(wide.median(0, true).get0()); // [N, D]
        Tensor distances = Reductions.sum(apart.mul(apart), 1).sqrt(); // [N, 1]
        double[] sorted = Arrays.stream(Tensors.doubles(distances))
                .filter(distance -> distance > 0)
                .sorted()
                .toArray();
        double most = sorted.length == 0 ? 0 : FAR * sorted[sorted.length / 2];
        return apart.mul(distances
                .reciprocal()
                .mul(Tensors.scalar(most))
                .clamp_max(Tensors.scalar(1))
                .nan_to_num());
    }
}
