package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.linalg.Moments;

/// The vital signs of an inner layer, from its pooled outputs `[N, C]`.
///
/// @param rankMe number of dimensions in use, not centered; see [org.fullrank.linalg.Spectrum#rankMe]
/// @param participation `(sum l)^2 / sum l^2` of the eigenvalues of the covariance: the measure that the authors of
///     Latent Predictive Learning report for each layer; 1 = one direction varies, `min(N - 1, C)` = all alike, 0 =
/// none
/// @param activity mean of all entries; 0 = silent behind a ReLU
/// @param std standard deviation of a column (divisor N - 1), mean over columns
public record LayerHealth(double rankMe, double participation, double activity, double std) {
    /// The signs of `y`, shape `[N, C]` with `N >= 2`, on any device; `y` stays the caller's.
    public static LayerHealth of(Tensor y) {
        try (var moments = Moments.of(y)) {
            return new LayerHealth(
                    moments.raw().rankMe(),
                    moments.centered().participationRatio(),
                    Arrays.stream(moments.mean()).average().orElseThrow(),
                    Arrays.stream(moments.deviations()).average().orElseThrow());
        }
    }

    /// By the names of the log, each after `prefix`.
    public SequencedMap<String, Double> values(String prefix) {
        var values = new LinkedHashMap<String, Double>();
        values.put(prefix + "rankme", rankMe);
        values.put(prefix + "participation", participation);
        values.put(prefix + "activity", activity);
        values.put(prefix + "std", std);
        return values;
    }
}
