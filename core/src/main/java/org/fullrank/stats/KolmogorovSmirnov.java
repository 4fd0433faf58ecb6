package org.fullrank.stats;

import java.util.Arrays;
import org.fullrank.engine.InputException;

/// The test of Kolmogorov and Smirnov: does a sample come from one given normal distribution? The mean and the
/// standard deviation are given, and not estimated from the sample; otherwise p would be too large. The p value
/// is exact for every size of the sample.
///
/// Sources: Marsaglia, Tsang and Wang 2003, "Evaluating Kolmogorov's distribution"; Birnbaum and Tingey 1951
/// for one side. Unverified against the papers; the values equal those of `kstest` in SciPy.
///
/// @param n size of the sample
/// @param distance largest distance between the share of the sample below a value and the expected share
/// @param p how often a sample of the distribution gives a distance that is at least as large
public record KolmogorovSmirnov(int n, double distance, double p) {
    /// From this value of `n distance^2` on, both sides are too rare together to matter: the probability that
    /// both distances are this large is below 1e-10 of p.
    private static final double ONE_SIDE = 4;

    /// Largest sample: above it, the exact distribution takes seconds.
    public static final int MOST = 20_000;

    /// Tests a sample against the normal distribution with this mean and standard deviation.
    ///
    /// @throws InputException when there are no values or more than [#MOST], when a value or the mean is not
    ///     finite, or when the deviation is not positive
    public static KolmogorovSmirnov normal(double[] sample, double mean, double deviation) {
        int n = sample.length;
        InputException.when(
                n < 1 || n > MOST,
                "Kolmogorov-Smirnov test: found %d values, expected 1 to %d; draw another number",
                n,
                MOST);
        InputException.unless(
                Double.isFinite(mean) && deviation > 0 && Double.isFinite(deviation),
                "Kolmogorov-Smirnov test: found mean %s and deviation %s, expected finite numbers and a deviation above"
                        + " 0; leave out what is constant",
                mean,
                deviation);
        double[] sorted = sample.clone();
        Arrays.sort(sorted);
        double distance = 0;
        for (int i = 0; i < n; i++) {
            InputException.unless(
                    Double.isFinite(sorted[i]),
                    "Kolmogorov-Smirnov test: found %s, expected finite values; leave it out",
                    sorted[i]);
            double share = Normal.below((sorted[i] - mean) / deviation);
            distance = Math.max(distance, Math.max((i + 1.0) / n - share, share - (double) i / n));
        }
        return new KolmogorovSmirnov(n, distance, beyond(n, distance));
    }

    /// The probability that the distance of `n` values is at least `d`.
    static double beyond(int n, double d) {
        if (n * d * d >= ONE_SIDE) {
            return Math.min(1, 2 * oneSide(n, d));
        }
        return Math.clamp(1 - within(n, d), 0, 1);
    }

    /// The probability that the share of the sample is above the expected one by at least `d` somewhere.
    private static double oneSide(int n, double d) {
        if (d >= 1) {
            return 0;
        }
        double sum = 0;
        double logChoose = 0; // of n over j
        for (int j = 0; j <= n * (1 - d); j++) {
            double at = d + (double) j / n;
            double rest = 1 - at;
            if (rest > 0 || n == j) {
                sum += Math.exp(logChoose + (n - j) * Math.log(rest) + (j - 1) * Math.log(at));
            }
            logChoose += Math.log((double) (n - j) / (j + 1));
        }
        return d * sum;
    }

    /// The probability that the distance of `n` values is below `d`: an entry of the n-th power of a matrix,
    /// with powers of 1e140 kept apart.
    private static double within(int n, double d) {
        int k = (int) (n * d) + 1;
        int size = 2 * k - 1;
        double h = k - n * d;
        double[][] step = steps(size, h);
        var power = new Scaled(identity(size), 0);
        var square = new Scaled(step, 0);
        for (int rest = n; rest > 0; rest >>= 1) {
            if ((rest & 1) == 1) {
                power = power.times(square);
            }
            if (rest > 1) {
                square = square.times(square);
            }
        }
        double value = power.matrix[k - 1][k - 1];
        int exponent = power.exponent;
        for (int i = 1; i <= n; i++) {
            value *= (double) i / n;
            if (value < 1 / Scaled.LARGE) {
                value *= Scaled.LARGE;
                exponent--;
            }
        }
        return value * Math.pow(Scaled.LARGE, exponent);
    }

    private static double[][] steps(int size, double h) {
        double[][] m = new double[size][size];
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < Math.min(size, i + 2); j++) {
                m[i][j] = 1;
            }
        }
        for (int i = 0; i < size; i++) {
            m[i][0] -= Math.pow(h, i + 1);
            m[size - 1][i] -= Math.pow(h, size - i);
        }
        m[size - 1][0] += 2 * h - 1 > 0 ? Math.pow(2 * h - 1, size) : 0;
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < Math.min(size, i + 1); j++) {
                for (int g = 1; g <= i - j + 1; g++) {
                    m[i][j] /= g;
                }
            }
        }
        return m;
    }

    private static double[][] identity(int size) {
        double[][] matrix = new double[size][size];
        for (int i = 0; i < size; i++) {
            matrix[i][i] = 1;
        }
        return matrix;
    }

    /// A matrix times a power of [#LARGE].
    private record Scaled(double[][] matrix, int exponent) {
        private static final double LARGE = 1e140;

        Scaled times(Scaled other) {
            int size = matrix.length;
            double[][] product = new double[size][size];
            for (int i = 0; i < size; i++) {
                for (int l = 0; l < size; l++) {
                    double factor = matrix[i][l];
                    for (int j = 0; factor != 0 && j < size; j++) {
                        product[i][j] += factor * other.matrix[l][j];
                    }
                }
            }
            int power = exponent + other.exponent;
            if (product[size / 2][size / 2] > LARGE) {
                for (double[] row : product) {
                    Arrays.setAll(row, j -> row[j] / LARGE);
                }
                power++;
            }
            return new Scaled(product, power);
        }
    }
}
