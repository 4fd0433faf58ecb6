package org.fullrank.spectral;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The median distance between samples. This distance is the usual width of a kernel if nothing else is
/// known.
final class MedianDistance {
    /// Half a million pairs give the median to about one percent.
    private static final int ROWS = 1000;

    private MedianDistance() {}

    /// @param power of the norm: 2 for Euclidean distances, 1 for sums of absolute differences
    static double of(SampleRows samples, int power) {
        try (var scope = Scope.withoutGradients()) {
            int count = Math.min(ROWS, samples.size());
            int[] some = IntStream.range(0, count)
                    .map(i -> (int) ((long) i * samples.size() / count))
                    .toArray();
            Tensor rows = samples.checked(new Kernel.Linear()).at(some);
            double[] distances = Tensors.doubles(torch.cdist(rows, rows, power, new LongOptional())); // [n, n]
            double median = IntStream.range(0, distances.length)
                    .filter(i -> i / count < i % count)
                    .mapToDouble(i -> distances[i])
                    .sorted()
                    .skip((count - 1L) * count / 4)
                    .findFirst()
                    .orElse(0);
            InputException.unless(
                    median > 0,
                    "kernel: found a median distance of %s, expected a positive one; give the width, as in rbf:1",
                    median);
            return median;
        }
    }
}
