package org.fullrank.spectral;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.linalg.Reductions;
import org.jspecify.annotations.Nullable;

/// Coordinates of the features, `[n, m]`. The inner product of two rows of coordinates is the kernel.
///
/// @param turn `[p, m]`, from features to coordinates; null if features and coordinates are equal
record Coordinates(FeatureMap map, @Nullable Tensor turn) {
    /// The coordinates of a map. The caller's scope owns their memory.
    static Coordinates of(FeatureMap map) {
        return new Coordinates(map, map.coordinates());
    }

    Kernel kernel() {
        return map.kernel();
    }

    int features() {
        return map.width();
    }

    /// Number of coordinates m.
    int width() {
        return turn == null ? map.width() : Math.toIntExact(turn.size(1));
    }

    /// The coordinates of rows, `[n, D]` to `[n, m]`, in new memory.
    Tensor of(Tensor rows) {
        Tensor features = map.of(rows);
        return turn == null ? features.clone() : features.matmul(turn);
    }

    /// Weights of the features that equal these weights of the coordinates: `[m, K]` to `[p, K]`.
    Tensor back(Tensor weights) {
        return turn == null ? weights : turn.matmul(weights);
    }

    /// The mean `[1, m]` of at most `count` samples, which are evenly spaced.
    Tensor mean(SampleRows samples, int count) {
        int used = Math.min(count, samples.size());
        int[] rows = IntStream.range(0, used)
                .map(i -> (int) ((long) i * samples.size() / used))
                .toArray();
        return Reductions.means(of(samples.at(rows)));
    }
}
