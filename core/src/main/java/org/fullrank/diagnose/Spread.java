package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.rows.Batch;
import org.fullrank.stats.Interval;

/// How far embeddings `[N, D]` spread: in each dimension, in length, on the sphere, and about their mean.
///
/// @param stdMean standard deviation of a dimension (divisor N - 1), mean over dimensions; min and max likewise
/// @param constantDimensions dimensions that do not vary beyond the rounding of their values
/// @param deadDimensions dimensions whose deviation is below 1 % of the root mean square one, constant ones
///     included
/// @param normMean mean length of a row
/// @param norms lengths of rows at the 0th, 1st, ... 100th percentile, `[101]`; empty where rows were not given
/// @param normalizedStd mean over dimensions of the deviation of rows scaled to length 1, times `sqrt(D)`: 1 =
///     spread over the whole sphere, 0 = all rows in one direction
/// @param offsetShare share of the mean vector in the mean squared length, `|E z|^2 / E|z|^2`, 0 to 1
/// @param intervals 95 % intervals by the name of the measure
public record Spread(
        double stdMean,
        double stdMin,
        double stdMax,
        int constantDimensions,
        int deadDimensions,
        double normMean,
        double[] norms,
        double normalizedStd,
        double offsetShare,
        Map<String, Interval> intervals) {
    /// A dimension below this share of the root mean square deviation adds less than 1e-4 of an average dimension's
    /// variance.
    public static final double DEAD_SHARE = 0.01;

    /// Names of the measures that have intervals.
    public static final String STD_MEAN = "std-mean";

    public static final String NORM_MEAN = "norm-mean";
    public static final String NORMALIZED_STD = "normalized-std";
    public static final String OFFSET_SHARE = "offset-share";

    private static final int MEDIAN = 50;
    private static final int LOW = 1;
    private static final int HIGH = 99;
    private static final int HIGHEST = 100;

    /// The spread, without percentiles of lengths and intervals.
    public static Spread of(Moments moments) {
        return of(moments, new double[0], Map.of());
    }

    /// The spread, with percentiles and intervals from a sample of the same rows.
    public static Spread of(Moments moments, Batch sample) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor rows = Tensors.to(sample.first(), Device.CPU); // [m, D]
            double[] errors = Resampling.errors(Resampling.rows(rows), moments.rows(), Spread::resampled);
            return of(
                    moments,
                    percentiles(rows.to(ScalarType.Double)),
                    errors.length == 0 ? Map.of() : intervals(of(moments), errors));
        }
    }

    /// The spread, with percentiles, but without intervals, which take most of the time.
    static Spread bare(Moments moments, Batch sample) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            return of(
                    moments, percentiles(Tensors.to(sample.first(), Device.CPU).to(ScalarType.Double)), Map.of());
        }
    }

    private static Spread of(Moments moments, double[] norms, Map<String, Interval> intervals) {
        double[] std = moments.deviations();
        double[] mean = moments.mean();
        double square = Arrays.stream(std).map(s -> s * s).average().orElseThrow();
        int constant = 0;
        int dead = 0;
        for (int j = 0; j < std.length; j++) {
            boolean still = std[j] <= moments.rounding() * Math.abs(mean[j]);
            constant += still ? 1 : 0;
            dead += still || std[j] < DEAD_SHARE * Math.sqrt(square) ? 1 : 0;
        }
        var summary = Arrays.stream(std).summaryStatistics();
        return new Spread(
                summary.getAverage(),
                summary.getMin(),
                summary.getMax(),
                constant,
                dead,
                moments.meanNorm(),
                norms,
                Arrays.stream(moments.unitDeviations()).average().orElseThrow() * Math.sqrt(std.length),
                moments.offsetShare(),
                intervals);
    }

    /// Lengths of the rows `[m, D]` at the 0th, 1st, ... 100th percentile, linear between order statistics.
    private static double[] percentiles(Tensor rows) {
        double[] lengths = Tensors.doubles(rows.square().sum(1).sqrt());
        Arrays.sort(lengths);
        double[] percentiles = new double[101];
        for (int i = 0; i < percentiles.length; i++) {
            double at = (lengths.length - 1) * i / 100.0;
            int below = (int) at;
            int above = Math.min(below + 1, lengths.length - 1);
            percentiles[i] = lengths[below] + (at - below) * (lengths[above] - lengths[below]);
        }
        return percentiles;
    }

    /// The interval of a measure by its name; [Interval#NONE] where there is none.
    public Interval interval(String measure) {
        return intervals.getOrDefault(measure, Interval.NONE);
    }

    /// The measures with their meaning.
    public Section section() {
        return new Section(
                "spread",
                List.of(
                        with(
                                STD_MEAN,
                                stdMean,
                                "above 0, no limit",
                                "standard deviation of a dimension, mean over all"),
                        Measure.of("std-min", stdMin, "", "that of the stillest dimension"),
                        Measure.of("std-max", stdMax, "", "that of the liveliest dimension"),
                        Measure.of(
                                "constant-dimensions",
                                constantDimensions,
                                "0",
                                "dimensions that never change, beyond the rounding of their values"),
                        Measure.of(
                                "dead-dimensions",
                                deadDimensions,
                                "0",
                                "dimensions with less than 1 % of the usual deviation, constant ones included"),
                        with(NORM_MEAN, normMean, "", "length of a row, mean"),
                        Measure.of("norm-p1", percentile(LOW), "", "length that 1 % of the rows do not reach"),
                        Measure.of("norm-median", percentile(MEDIAN), "", "length that half of the rows do not reach"),
                        Measure.of("norm-p99", percentile(HIGH), "", "length that 99 % of the rows do not reach"),
                        with(
                                NORMALIZED_STD,
                                normalizedStd,
                                "0.4 to 1",
                                "deviation of rows of length 1, times sqrt(D): 1 = over the whole sphere, 0 = one"
                                        + " direction"),
                        with(
                                OFFSET_SHARE,
                                offsetShare,
                                "0 to 0.8",
                                "share of the common mean vector in the mean squared length: 1 = nothing else")));
    }

    /// Length at a percentile of the rows; NaN where rows were not given.
    public double percentile(int percent) {
        return norms.length == 0 ? Double.NaN : norms[percent];
    }

    /// Median length of the rows that are not zero, to a percentile; 0 where all are, NaN where rows were not
    /// given.
    double medianNorm() {
        int first = Math.min(zeroPercentiles(), HIGHEST);
        return percentile((first + HIGHEST) / 2);
    }

    /// How many percentiles of the lengths are 0: of k, more than k - 1 percent of the rows are zero, of 101 all.
    int zeroPercentiles() {
        return (int) Arrays.stream(norms).filter(length -> length == 0).count();
    }

    private Measure with(String name, double value, String healthy, String meaning) {
        Interval interval = interval(name);
        return new Measure(name, value, interval.lower(), interval.upper(), healthy, meaning);
    }

    private static double[] resampled(Moments half) {
        Spread spread = of(half);
        return new double[] {
            Math.log(spread.stdMean),
            Math.log(spread.normMean),
            Math.log(spread.normalizedStd),
            Math.log(spread.offsetShare)
        };
    }

    private static Map<String, Interval> intervals(Spread spread, double[] errors) {
        double most = Double.MAX_VALUE;
        return Map.of(
                STD_MEAN, Interval.ofLogarithm(spread.stdMean, errors[0], most),
                NORM_MEAN, Interval.ofLogarithm(spread.normMean, errors[1], most),
                NORMALIZED_STD, Interval.ofLogarithm(spread.normalizedStd, errors[2], most),
                OFFSET_SHARE, Interval.ofLogarithm(spread.offsetShare, errors[3], 1));
    }
}
