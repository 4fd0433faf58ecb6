package org.fullrank.stats;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;

/// The distribution of the statistic of [NormalityTest] for normal samples of one size, by drawing such
/// samples. The p-value of the test itself is an approximation that is too small in the far tail, which
/// matters if the smallest of many p-values decides.
///
/// @param n size of a sample
/// @param statistics those of the drawn samples, ascending
public record NormalityNull(int n, double[] statistics) {
    private static final long DRAWS = Keyed.name("normal samples");

    /// Draws samples.
    ///
    /// @param n size of a sample, at least [NormalityTest#LEAST]
    /// @param draws number of samples; no p-value is below `1 / (draws + 1)`
    /// @param seed equal seeds give equal samples
    public static NormalityNull of(int n, int draws, long seed) {
        InputException.when(draws < 1, "normality test: found %d draws, expected at least 1; draw more", draws);
        double[] statistics = IntStream.range(0, draws)
                .parallel()
                .mapToDouble(draw -> {
                    var random = Keyed.of(seed, DRAWS, draw);
                    double[] sample = new double[n];
                    Arrays.setAll(sample, i -> random.nextGaussian());
                    return NormalityTest.of(sample).statistic();
                })
                .sorted()
                .toArray();
        return new NormalityNull(n, statistics);
    }

    /// How often a normal sample gives a statistic that is at least as large; exact on average over the draws.
    public double p(NormalityTest test) {
        InputException.when(
                test.n() != n,
                "normality test: found %d values, expected %d as in the draws; draw others",
                test.n(),
                n);
        int below = 0;
        int end = statistics.length; // of the first statistic that is not below
        while (below < end) {
            int middle = (below + end) >>> 1;
            if (statistics[middle] < test.statistic()) {
                below = middle + 1;
            } else {
                end = middle;
            }
        }
        return (1.0 + statistics.length - below) / (1.0 + statistics.length);
    }
}
