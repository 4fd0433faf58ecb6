package org.fullrank.diagnose;

import java.util.Arrays;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The spectrum without the weight of far rows: distances from the centre, the median of each dimension, are cut to
/// [#FAR] times the median distance. A handful of far rows can hold nearly all the variance, and then look like a rank of a handful; cut
/// rows keep their directions. (Close to the spatial sign covariance, which cuts all rows to the same length: Locantore et
/// al. 1999, unverified against the paper.)
final class Trimmed {
    /// Rows that suffice: for rank deficient rows the answer is the same from any number above the rank in question.
    static final int ROWS = 1024;

    /// Distances that are cut, in medians: one Gaussian row of 23 in one dimension, and none in many, so that tails that
    /// are not heavy keep their spectrum.
    static final double FAR = 3;

    private Trimmed() {}

    /// How the spectrum of at most [#ROWS] of the rows `[N, D]` falls off.
    static Slope slope(Tensor rows) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor some = rows.narrow(0, 0, Math.min(ROWS, rows.size(0))).to(ScalarType.Double); // [M, D]
            Tensor apart = some.sub(some.median(0, true).get0()); // [M, D]
            Tensor distances = apart.mul(apart).sum(new long[] {1}, true, new ScalarTypeOptional()).sqrt(); // [M, 1]
            double median = median(Tensors.doubles(distances));
            if (median == 0) {
                return Slope.of(new Spectrum(new double[1]), some.size(0), Math.toIntExact(some.size(1)));
            }
            Tensor cut = distances.reciprocal().mul(Tensors.scalar(FAR * median)).clamp_max(Tensors.scalar(1)); // [M, 1]
            try (Moments moments = Moments.of(apart.mul(cut))) {
                return Slope.of(moments.centred(), moments.rows(), moments.width());
            }
        }
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }
}
