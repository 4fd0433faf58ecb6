package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.fullrank.independence.Columns;
import org.fullrank.independence.Estimator;
import org.fullrank.independence.FeatureKernel;
import org.fullrank.independence.Hsic;
import org.fullrank.independence.ScalarFeatures;
import org.fullrank.stats.Quantiles;

/// Measures the dependence between pairs of dimensions beyond correlation, by the biased [Hsic] with random
/// Fourier features.
///
/// The bandwidth is the median distance between two values of a column. The pairs of values come from a
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
    /// [#COLUMNS] columns, this number of columns is drawn by key. It is not defined for fewer than
    /// [Columns#LEAST_ROWS] rows or 2 columns.
    static Independence of(Tensor columns) {
        if (columns.size(0) < Columns.LEAST_ROWS || columns.size(1) < 2) {
            return new Independence(Double.NaN, Double.NaN, Double.NaN, 0);
        }
        Columns x = some(columns, COLUMNS);
        var features = ScalarFeatures.fourier(FEATURES, Keyed.of(KEY, 1));
        double[] bandwidths =
                Arrays.stream(x.values()).mapToDouble(Independence::bandwidth).toArray();
        var kernel = new FeatureKernel(features, new double[x.width()], bandwidths);
        var hsic = new Hsic(kernel, Estimator.BIASED);
        double[] found = normalized(hsic.of(x));
        int shuffles = Math.clamp(SHUFFLED_PAIRS / found.length, 1, MOST_SHUFFLES);
        double[] chance = IntStream.range(0, shuffles)
                .mapToObj(round -> normalized(hsic.of(shuffle(x, round))))
                .flatMapToDouble(Arrays::stream)
                .toArray();
        double bound = Quantiles.of(chance, 1 - CHANCE);
        long above = Arrays.stream(found).filter(h -> h > bound).count();
        return new Independence(mean(found), mean(chance), (double) above / found.length, found.length);
    }

    /// At most so many columns of a matrix `[N, D]`, drawn by key, in their order.
    static Columns some(Tensor columns, int most) {
        int[] chosen = IntStream.of(Matrices.shuffled(Keyed.of(KEY, 0), Math.toIntExact(columns.size(1))))
                .limit(most)
                .sorted()
                .toArray();
        return Columns.of("independence", columns.index_select(1, Tensors.of(chosen)));
    }

    /// Dependence above chance: 0 for independent columns, 1 for equal ones.
    double excess() {
        return (mean - shuffled) / (1 - shuffled);
    }

    /// The normalized values of the pairs of different columns.
    private static double[] normalized(Hsic.Values values) {
        double[][] hsic = values.pairwise();
        double[] pairs = new double[hsic.length * (hsic.length - 1) / 2];
        int at = 0;
        for (int i = 0; i < hsic.length; i++) {
            for (int j = i + 1; j < hsic.length; j++) {
                double own = hsic[i][i] * hsic[j][j];
                pairs[at++] = own > 0 ? hsic[i][j] / Math.sqrt(own) : 0;
            }
        }
        return pairs;
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

    private static Columns shuffle(Columns x, int round) {
        double[][] shuffled = new double[x.width()][];
        Arrays.setAll(shuffled, j -> {
            double[] column = x.values()[j];
            return Arrays.stream(Matrices.shuffled(Keyed.of(KEY, 3, round, j), column.length))
                    .mapToDouble(i -> column[i])
                    .toArray();
        });
        return new Columns(x.name(), shuffled);
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElse(Double.NaN);
    }
}
