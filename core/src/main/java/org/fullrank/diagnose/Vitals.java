package org.fullrank.diagnose;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Spectrum;

/// What a check while training measures of embeddings `[N, D]`: few and quick figures, without intervals.
///
/// @param rankMe RankMe of the rows as they are; see [Spectrum#rankMe]
/// @param rankShare RankMe of the centered rows as a share of what isotropic Gaussian rows of the same N and D
///     show: 1 = all dimensions alike, near 0 = few of them vary
/// @param participation participation ratio of the centered rows
/// @param std standard deviation of a dimension after rows are scaled to length 1, mean over dimensions, times
///     `sqrt(D)`: 0 = all rows point the same way, 1 = directions are spread over the whole sphere
/// @param norm mean length of a row
/// @param offset share of the mean vector, `|mean|^2 / E|z|^2`: 0 = centered, 1 = all rows are their mean
/// @param dead dimensions with a deviation below [Spread#DEAD_SHARE] of the root mean square one
/// @param spectrum [#POINTS] singular values of the centered rows from the largest to the smallest, at ranks evenly
///     spaced on a logarithmic scale (repeated where there are fewer), divided by the root of the total variance
public record Vitals(
        double rankMe,
        double rankShare,
        double participation,
        double std,
        double norm,
        double offset,
        int dead,
        double[] spectrum) {
    /// Enough for a picture of a spectrum of thousands.
    public static final int POINTS = 32;

    private static final double SMALLEST_NORM = 1e-12;

    /// The figures of `z`, shape `[N, D]` with `N >= 2`, on any device; `z` stays the caller's.
    ///
    /// @throws InputException when `z` is not such a matrix or holds a value that is not finite
    public static Vitals of(Tensor z) {
        if (z.dim() != 2 || z.size(0) < 2) {
            throw new InputException(
                    "check: found embeddings of shape %s, expected [N, D] with at least 2 rows; use more items"
                            .formatted(Tensors.describe(z)));
        }
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor wide = z.to(ScalarType.Double); // [N, D]
            Tensor mean = wide.mean(new long[] {0}, true, new ScalarTypeOptional()); // [1, D]
            Tensor squares = wide.mul(wide).sum(new long[] {1}, true, new ScalarTypeOptional()); // [N, 1]
            Tensor norms = squares.sqrt(); // [N, 1]
            Tensor unit = wide.div(norms.clamp_min(Tensors.scalar(SMALLEST_NORM))); // [N, D]
            Spectrum centered = Spectrum.of(wide.sub(mean));
            Tensor deviations = deviations(wide); // [D]
            double total = Tensors.value(squares.mean());
            return new Vitals(
                    Spectrum.of(wide).rankMe(),
                    share(centered.rankMe(), z),
                    centered.participationRatio(),
                    Tensors.value(deviations(unit).mean()) * Math.sqrt(z.size(1)),
                    Tensors.value(norms.mean()),
                    total == 0 ? 0 : Tensors.value(mean.square().sum()) / total,
                    dead(deviations),
                    points(centered.singularValues()));
        }
    }

    private static double share(double rankMe, Tensor z) {
        double isotropic =
                IsotropicNull.of(z.size(0), Math.toIntExact(z.size(1))).rankMe();
        return isotropic == 0 ? 0 : rankMe / isotropic;
    }

    private static int dead(Tensor deviations) {
        Tensor least = deviations.square().mean().sqrt().mul(Tensors.scalar(Spread.DEAD_SHARE));
        return (int) Tensors.value(deviations.le(least).sum());
    }

    private static Tensor deviations(Tensor z) {
        return z.std(new long[] {0}, true, false);
    }

    private static double[] points(double[] singularValues) {
        double sum = 0;
        for (double s : singularValues) {
            sum += s * s;
        }
        double[] points = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            double rank = Math.pow(singularValues.length, i / (POINTS - 1.0)); // from 1 to all of them
            points[i] = sum == 0 ? 0 : singularValues[(int) Math.round(rank) - 1] / Math.sqrt(sum);
        }
        return points;
    }

    /// By the names of the log, each after the place, as `embedding.rank.share`.
    public SequencedMap<String, Double> values(String place) {
        var values = new LinkedHashMap<String, Double>();
        values.put(place + ".rankme", rankMe);
        values.put(place + ".rank.share", rankShare);
        values.put(place + ".participation", participation);
        values.put(place + ".std", std);
        values.put(place + ".norm", norm);
        values.put(place + ".offset", offset);
        values.put(place + ".dead", (double) dead);
        return values;
    }
}
