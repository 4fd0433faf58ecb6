package org.fullrank.independence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

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

    /// Largest number of samples that a sweep uses, evenly spaced. More samples hardly improve the angles.
    static final int SAMPLES = 8192;

    /// Number of samples of the sweeps that try all angles.
    static final int FEW_SAMPLES = 1024;

    private static final long KEY = Keyed.name("unmixing");

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
    /// @throws InputException when the number of samples is not above the number of channels, or when a
    ///     channel is constant, equal to another channel, or a sum of other channels
    public static Unmixing fit(Columns mixtures, int starts, long seed) {
        InputException.when(starts < 1, "starts: found %d, expected at least 1", starts);
        return NativeErrors.guard("unmixing " + mixtures.name(), () -> {
            try (var scope = Scope.withoutGradients()) {
                return fit(mixtures, Whitening.of(mixtures), starts, seed);
            }
        });
    }

    private static Unmixing fit(Columns mixtures, Whitening white, int starts, long seed) {
        FeatureCovariance covariance = FeatureCovariance.of(seed, FeatureCovariance.FEATURES);
        Tensor rows = sample(white.rows(), SAMPLES);
        var criteria = new ArrayList<Double>();
        Start best = null;
        while (best == null || criteria.size() < starts && !best.separates()) {
            Start next =
                    search(sample(rows, FEW_SAMPLES), starts, seed, criteria).refined(covariance, rows, seed);
            best = next.better(best);
        }
        Tensor fast = FastIca.of(white.rows());
        var rival = new FastIcaResult(
                FeatureCovariance.criterion(covariance.pairwise(covariance.of(rows.matmul(fast.t())))),
                AmariDistance.of(KernelSums.matrix(best.sweeps.rotation()), KernelSums.matrix(fast.t())));
        Tensor matrix = best.sweeps.rotation().matmul(white.matrix()); // [D, D]
        double[][] mixing = KernelSums.matrix(torch.linalg_inv(matrix));
        int[] order = order(mixing);
        return new Unmixing(
                ordered(KernelSums.matrix(matrix), mixing, order),
                best.criterion,
                new Level(best.level.mean(), best.level.largest()),
                List.copyOf(criteria),
                renamed(best.unresolved, order),
                rival);
    }

    /// Tries new starts with few samples and features until a start separates all components.
    ///
    /// @param criteria the criterion of each start is added to it
    /// @return the best of these starts
    private static Start search(Tensor rows, int starts, long seed, List<Double> criteria) {
        Start best = null;
        while (best == null || criteria.size() < starts && !best.separates()) {
            int number = criteria.size();
            long draw = Keyed.of(seed, KEY, number).nextLong();
            FeatureCovariance covariance = FeatureCovariance.of(draw, FeatureCovariance.FEW_FEATURES);
            var sweeps = new PairSweeps(covariance, rows, rotation(rows.size(1), draw, number));
            Start next = Start.of(sweeps, PairSweeps.Search.GLOBAL, seed);
            criteria.add(next.criterion);
            best = next.better(best);
        }
        return best;
    }

    /// Where a start ended.
    ///
    /// @param level criterion of independent components
    /// @param unresolved pairs for which every angle is at the level of independent components
    private record Start(PairSweeps sweeps, double criterion, ShiftNull level, List<Pair> unresolved) {
        /// Mixtures of many sources look Gaussian, and so they look independent. So a start with fewer such
        /// pairs is better than a start with a smaller criterion.
        private static final Comparator<Start> BEST_FIRST = Comparator.comparing((Start start) -> !start.independent())
                .thenComparing(start -> start.independent() ? start.unresolved.size() : 0)
                .thenComparing(Start::criterion);

        static Start of(PairSweeps sweeps, PairSweeps.Search search, long seed) {
            sweeps.run(search);
            ShiftNull level = sweeps.shifted(seed);
            var unresolved = new ArrayList<Pair>();
            for (int i = 0; i < level.largestPairwise().length; i++) {
                for (int j = i + 1; j < level.largestPairwise().length; j++) {
                    double most = Arrays.stream(sweeps.scan(i, j)).max().orElseThrow();
                    if (most <= level.largestPairwise()[i][j]) {
                        unresolved.add(new Pair(i, j));
                    }
                }
            }
            return new Start(sweeps, sweeps.criterion(), level, unresolved);
        }

        Start refined(FeatureCovariance covariance, Tensor rows, long seed) {
            return of(new PairSweeps(covariance, rows, sweeps.rotation()), PairSweeps.Search.LOCAL, seed);
        }

        Start better(@Nullable Start other) {
            return other == null || BEST_FIRST.compare(this, other) < 0 ? this : other;
        }

        boolean independent() {
            return criterion <= level.largest();
        }

        boolean separates() {
            return independent() && unresolved.isEmpty();
        }
    }

    /// The first start is the identity. The others are random rotations.
    private static Tensor rotation(long width, long draw, int number) {
        if (number == 0) {
            return torch.eye(width).to(ScalarType.Double);
        }
        var random = Keyed.of(draw, KEY);
        double[] values = new double[Math.toIntExact(width * width)];
        Arrays.setAll(values, _ -> random.nextGaussian());
        return FastIca.orthogonal(Tensors.of(values, width, width));
    }

    /// At most this many rows, evenly spaced.
    private static Tensor sample(Tensor rows, int most) {
        int count = Math.toIntExact(rows.size(0));
        if (count <= most) {
            return rows;
        }
        int[] chosen = IntStream.range(0, most)
                .map(i -> Math.toIntExact((long) i * count / most))
                .toArray();
        return rows.index_select(0, Tensors.of(chosen));
    }

    /// The same pairs after component `order[k]` became source k.
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
