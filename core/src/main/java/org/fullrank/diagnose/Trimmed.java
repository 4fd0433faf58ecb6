package org.fullrank.diagnose;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// Rows without the weight of far ones: distances from the center, the median of each dimension, are cut to [#FAR]
/// times the median distance of those that are not there. A handful of far rows can hold nearly all the variance;
/// that looks like a rank of a handful, like dimensions that repeat one another, and like classes that are points.
/// Cut rows keep their directions. (Close to the spatial sign covariance, which cuts all rows to the same length:
/// Locantore et al. 1999, unverified against the paper.)
final class Trimmed {
    /// Distances that are cut, in medians: one Gaussian row of 23 in one dimension, and none in many, so that tails
    /// that are not heavy keep their spectrum.
    static final double FAR = 3;

    private Trimmed() {}

    /// Rows `[N, D]` about the median of each dimension, float64; those of no distance at all stay. The caller's
    /// scope owns the result.
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
