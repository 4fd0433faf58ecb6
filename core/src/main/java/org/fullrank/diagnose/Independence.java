package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.stats.Quantiles;

/// Measures the dependence between pairs of dimensions beyond correlation. The measure is the Hilbert-Schmidt
/// independence criterion (HSIC), approximated by random Fourier features.
///
/// The m random features of a value x are `phi(x) = sqrt(2/m) cos(w x / s + b)`, with `w ~ N(0, 1)` and `b ~
/// U(0, 2 pi)`. The inner product `phi(x) phi(y)` approximates the Gaussian kernel `exp(-(x - y)^2 / (2
/// s^2))`. Then `|Cov(Phi_i, Phi_j)|_F^2` with divisor `N - 1` is the biased HSIC, `Tr(K_i H K_j H) / (N -
/// 1)^2`.
///
/// The bandwidth `s` is the median distance between two values of a column. The pairs of values come from a
/// shuffle. If this median distance is 0, the bandwidth is 1 standard deviation. Each HSIC is divided by
/// `sqrt(HSIC(i, i) HSIC(j, j))`. So the value of a column with itself is 1. All values are biased upwards.
/// For comparison, HSIC is also computed after each column has been shuffled separately.
///
/// @param mean over the pairs, from 0 to 1
/// @param shuffled the same after shuffling
/// @param dependent share of pairs above the 99th percentile of shuffled pairs; 0.01 by chance
/// @param pairs number of pairs
record Independence(double mean, double shuffled, double dependent, int pairs) {
    /// Largest number of columns that are compared: 496 pairs.
    static final int COLUMNS = 32;

    /// Number of features of a column. With this number, the normalized value of a pair differs from the
    /// value of the exact kernel by a few hundredths. For shuffled columns, it differs by the same amount.
    static final int FEATURES = 32;

    private static final int SHUFFLED_PAIRS = 256;
    private static final int MOST_SHUFFLES = 64;
    private static final double CHANCE = 0.01;
    private static final long KEY = Keyed.name("independence");

    /// The independence of standardized columns `[N, D]` without constant columns. If there are more than
    /// [#COLUMNS] columns, this number of columns is drawn by key. It is not defined for fewer than 3 rows or
    /// 2 columns.
    static Independence of(Tensor columns) {
        int rows = Math.toIntExact(columns.size(0));
        int width = Math.toIntExact(columns.size(1));
        if (rows < 3 || width < 2) {
            return new Independence(Double.NaN, Double.NaN, Double.NaN, 0);
        }
        int[] chosen = IntStream.of(Matrices.shuffled(Keyed.of(KEY, 0), width))
                .limit(COLUMNS)
                .sorted()
                .toArray();
        double[][] x = columns(columns.index_select(1, Tensors.of(chosen)));
        double[] bandwidths =
                Arrays.stream(x).mapToDouble(Independence::bandwidth).toArray();
        double[] found = pairwise(x, bandwidths);
        int shuffles = Math.clamp(SHUFFLED_PAIRS / found.length, 1, MOST_SHUFFLES);
        double[] chance = IntStream.range(0, shuffles)
                .mapToObj(round -> pairwise(shuffle(x, round), bandwidths))
                .flatMapToDouble(Arrays::stream)
                .toArray();
        double bound = Quantiles.of(chance, 1 - CHANCE);
        long above = Arrays.stream(found).filter(h -> h > bound).count();
        return new Independence(mean(found), mean(chance), (double) above / found.length, found.length);
    }

    /// Dependence above chance: 0 for independent columns, 1 for equal ones.
    double excess() {
        return (mean - shuffled) / (1 - shuffled);
    }

    /// Random features of one column each, centered: `[N, columns * features]`.
    static Tensor features(double[][] x, double[] bandwidths, int features) {
        int rows = x[0].length;
        var random = Keyed.of(KEY, 1);
        double[] frequencies = new double[features];
        double[] phases = new double[features];
        for (int k = 0; k < features; k++) {
            frequencies[k] = random.nextGaussian();
            phases[k] = 2 * Math.PI * random.nextDouble();
        }
        Tensor scaled = Tensors.of(x).div(Tensors.of(bandwidths, x.length, 1)); // [d, N]
        Tensor angles = scaled.t().unsqueeze(2).mul(Tensors.of(frequencies, 1, 1, features)); // [N, d, m]
        Tensor phi =
                angles.add_(Tensors.of(phases, 1, 1, features)).cos_().mul_(Tensors.scalar(Math.sqrt(2.0 / features)));
        Tensor flat = phi.reshape(rows, (long) x.length * features); // [N, d m]
        return flat.sub_(Reductions.means(flat));
    }

    /// HSIC of all pairs of columns `[d, d]`, including the diagonal.
    static Tensor hsic(double[][] x, double[] bandwidths, int features) {
        long width = x.length;
        Tensor phi = features(x, bandwidths, features); // [N, d m]
        Tensor covariance = phi.t().matmul(phi).div_(Tensors.scalar(x[0].length - 1.0)); // [d m, d m]
        return covariance
                .mul_(covariance)
                .reshape(width, features, width, features)
                .sum(new long[] {1, 3}, false, new ScalarTypeOptional());
    }

    private static double[] pairwise(double[][] x, double[] bandwidths) {
        return Matrices.guarded("independence", () -> {
            double[] values = Tensors.doubles(hsic(x, bandwidths, FEATURES));
            int width = x.length;
            double[] pairs = new double[width * (width - 1) / 2];
            int at = 0;
            for (int i = 0; i < width; i++) {
                for (int j = i + 1; j < width; j++) {
                    double own = values[i * width + i] * values[j * width + j];
                    pairs[at++] = own > 0 ? values[i * width + j] / Math.sqrt(own) : 0;
                }
            }
            return pairs;
        });
    }

    /// Median distance of the rows from those of a shuffle.
    static double bandwidth(double[] x) {
        int[] order = Matrices.shuffled(Keyed.of(KEY, 2), x.length);
        double[] distances = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            distances[i] = Math.abs(x[order[i]] - x[order[(i + 1) % x.length]]);
        }
        double median = Quantiles.median(distances);
        return median > 0 ? median : 1;
    }

    private static double[][] shuffle(double[][] x, int round) {
        double[][] shuffled = new double[x.length][];
        for (int j = 0; j < x.length; j++) {
            int[] order = Matrices.shuffled(Keyed.of(KEY, 3, round, j), x[j].length);
            double[] column = x[j];
            shuffled[j] = Arrays.stream(order).mapToDouble(i -> column[i]).toArray();
        }
        return shuffled;
    }

    private static double[][] columns(Tensor matrix) {
        double[] flat = Tensors.doubles(
                Tensors.to(matrix, Device.CPU).to(ScalarType.Double).t()); // [d, N]
        int rows = Math.toIntExact(matrix.size(0));
        double[][] columns = new double[flat.length / rows][];
        for (int j = 0; j < columns.length; j++) {
            columns[j] = Arrays.copyOfRange(flat, j * rows, (j + 1) * rows);
        }
        return columns;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}
