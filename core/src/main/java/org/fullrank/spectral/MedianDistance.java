package org.fullrank.spectral;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The median distance between samples: the usual width of a kernel when nothing is known.
final class MedianDistance {
    /// Half a million pairs give the median to a percent.
    private static final int ROWS = 1000;

    private MedianDistance() {}

    /// @param power of the norm: 2 for Euclidean distances, 1 for sums of absolute differences
    static double of(SampleRows samples, int power) {
        try (var scope = Scope.withoutGradients()) {
            int count = Math.min(ROWS, samples.size());
            int[] some = IntStream.range(0, count)
                    .map(i -> (int) ((long) i * samples.size() / count))
                    .toArray();
            Tensor rows = samples.at(some);
            SampleCheck.requireFinite(rows);
            Tensor distances = torch.cdist(rows, rows, power, new LongOptional());
            Tensor pairs = torch.triu_indices(count, count, 1, new org.bytedeco.pytorch.TensorOptions(torch.ScalarType.Long));
            Tensor flat = pairs.select(0, 0).mul(new org.bytedeco.pytorch.Scalar((long) count)).add_(pairs.select(0, 1));
            double median = count < 2 ? 0 : Tensors.value(distances.view(-1).index_select(0, flat).median());
            InputException.unless(
                    median > 0,
                    "kernel: found a median distance of %s, expected a positive one; give the width, as in rbf:1",
                    median);
            return median;
        }
    }
}
