package org.fullrank.independence;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;

/// Independent component analysis: mixtures `x = A s` of independent sources are separated by `y = W x`. The
/// mixtures are whitened, and [PairSweeps] rotates them until the [FeatureCovariance] of the components is
/// smallest. If the result of a start is above the level of independent components, the search starts again
/// from another rotation.
///
/// The order, sign and scale of sources are not determined. Here each source has variance 1. The sources are
/// ordered by their share of the mixtures' variance, largest first. The largest weight of each source in a
/// mixture is positive.
///
/// @param matrix W, `[D][D]`; it is applied to the mixtures without whitening them
/// @param criterion mean over the pairs of components
/// @param independent the value of the criterion for independent components
/// @param starts the criterion of each start, computed on few samples
/// @param unresolved pairs of components that cannot be separated, because every rotation of the pair looks
///     independent. Two Gaussian sources are an example
/// @param fastIca the result of FastICA on the same mixtures
public record Unmixing(
        double[][] matrix,
        double criterion,
        Level independent,
        List<Double> starts,
        List<Pair> unresolved,
        FastIcaResult fastIca) {
    /// Default limit of starts. With four sources, about every third start ends in a local minimum.
    public static final int STARTS = 10;

    /// Most channels: the features of the samples that are compared take 128 MiB, and the time grows with the
    /// cube of the number of channels.
    public static final int MOST_CHANNELS = 64;

    /// The criterion of the same components, shifted in time.
    ///
    /// @param mean over the shifts
    /// @param largest over the shifts
    public record Level(double mean, double largest) {}

    /// Two components, from 0.
    public record Pair(int first, int second) {}

    /// @param criterion the same as in [Unmixing]
    /// @param distance Amari distance between FastICA's unmixing and this unmixing
    public record FastIcaResult(double criterion, double distance) {}

    /// Separates mixtures.
    ///
    /// @param starts largest number of starts, at least 1
    /// @param seed of the random features and the starts
    /// @throws InputException when there are more than [#MOST_CHANNELS] channels, when the number of samples is
    ///     not above the number of channels, or when a channel is constant, equal to another channel, or a sum
    ///     of other channels
    public static Unmixing fit(Columns mixtures, int starts, long seed) {
        InputException.when(starts < 1, "starts: found %d, expected at least 1", starts);
        InputException.when(
                mixtures.width() > MOST_CHANNELS,
                "%s: found %d channels, expected at most %d; leave some out, or transpose it if its rows are channels",
                mixtures.name(),
                mixtures.width(),
                MOST_CHANNELS);
        return NativeErrors.guard("unmixing " + mixtures.name(), () -> {
            try (var scope = Scope.withoutGradients()) {
                return fit(mixtures, Whitening.of(mixtures), starts, seed);
            }
        });
    }

    private static Unmixing fit(Columns mixtures, Whitening white, int starts, long seed) {
        var search = new RotationSearch(white.rows(), seed);
        RotationSearch.Start best = search.run(starts);
        FeatureCovariance covariance = FeatureCovariance.fine(seed);
        Tensor fast = FastIca.of(white.rows());
        var rival = new FastIcaResult(
                covariance.criterion(search.rows().matmul(fast.t())),
                AmariDistance.of(KernelSums.matrix(best.rotation()), KernelSums.matrix(fast.t())));
        Tensor matrix = best.rotation().matmul(white.matrix()); // [D, D]
        double[][] mixing = KernelSums.matrix(torch.linalg_inv(matrix));
        int[] order = order(mixing);
        return new Unmixing(
                ordered(KernelSums.matrix(matrix), mixing, order),
                best.criterion(),
                new Level(best.level().mean(), best.level().largest()),
                search.criteria(),
                renamed(best.unresolved(), order),
                rival);
    }

    /// The same pairs when component `order[k]` becomes source k.
    private static List<Pair> renamed(List<Pair> pairs, int[] order) {
        int[] place = new int[order.length];
        IntStream.range(0, order.length).forEach(k -> place[order[k]] = k);
        return pairs.stream()
                .map(pair -> new Pair(
                        Math.min(place[pair.first], place[pair.second]),
                        Math.max(place[pair.first], place[pair.second])))
                .sorted(Comparator.comparing(Pair::first).thenComparing(Pair::second))
                .toList();
    }

    /// The sources ordered by their share of the mixtures' variance, largest first.
    private static int[] order(double[][] mixing) {
        return IntStream.range(0, mixing.length)
                .boxed()
                .sorted(Comparator.comparingDouble(j -> -Arrays.stream(mixing)
                        .mapToDouble(row -> row[j] * row[j])
                        .sum()))
                .mapToInt(Integer::intValue)
                .toArray();
    }

    private static double[][] ordered(double[][] matrix, double[][] mixing, int[] order) {
        return Arrays.stream(order)
                .mapToObj(j -> {
                    double largest = Arrays.stream(mixing)
                            .mapToDouble(row -> row[j])
                            .reduce(0, (a, b) -> Math.abs(b) > Math.abs(a) ? b : a);
                    return Arrays.stream(matrix[j])
                            .map(w -> Math.signum(largest) * w)
                            .toArray();
                })
                .toArray(double[][]::new);
    }

    /// Whether the components can be separated from one another.
    public boolean identifiable() {
        return unresolved.isEmpty();
    }

    /// The same with another scale: the largest absolute value of each source is `peak`.
    public Unmixing withPeak(Columns mixtures, double peak) {
        double[][] sources = sources(mixtures);
        double[][] scaled = new double[matrix.length][];
        Arrays.setAll(scaled, j -> {
            double largest = Arrays.stream(sources[j]).map(Math::abs).max().orElseThrow();
            return Arrays.stream(matrix[j]).map(w -> w * peak / largest).toArray();
        });
        return new Unmixing(scaled, criterion, independent, starts, unresolved, fastIca);
    }

    /// Whether no component can be separated from any other.
    public boolean hopeless() {
        return unresolved.size() == matrix.length * (matrix.length - 1) / 2;
    }

    /// The sources `W x`, `[D][N]`.
    public double[][] sources(Columns mixtures) {
        return Arrays.stream(matrix)
                .map(weights -> {
                    double[] source = new double[mixtures.rows()];
                    for (int k = 0; k < weights.length; k++) {
                        double[] channel = mixtures.values()[k];
                        for (int i = 0; i < source.length; i++) {
                            source[i] += weights[k] * channel[i];
                        }
                    }
                    return source;
                })
                .toArray(double[][]::new);
    }
}
