package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Magnitude;
import org.fullrank.linalg.Moments;
import org.fullrank.rows.Batch;
import org.fullrank.stats.Interval;
import org.fullrank.stats.Quantiles;

/// Measures the spread of embeddings `[N, D]`: within each dimension, in length, on the sphere, and around
/// their mean.
///
/// @param vitals the measures that need all rows
/// @param norms lengths of rows at the 0th, 1st, ... 100th percentile, `[101]`; empty if rows were not given
/// @param intervals 95 % intervals; empty if rows were not given, or if there are fewer than 8
public record Spread(Vitals vitals, double[] norms, Map<Measure, Interval> intervals) {
    private static final List<Measure> RESAMPLED = List.of(Measure.STD, Measure.STD_RAW, Measure.NORM, Measure.OFFSET);

    private static final List<Measure> ALL = List.of(
            Measure.STD,
            Measure.STD_RAW,
            Measure.STD_RAW_MIN,
            Measure.STD_RAW_MAX,
            Measure.CONSTANT,
            Measure.DEAD,
            Measure.NORM,
            Measure.OFFSET);

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
        try (var scope = Scope.withoutGradients()) {
            Tensor rows = Tensors.to(sample.first(), Device.CPU); // [m, D]
            double[] errors = Resampling.errors(Resampling.rows(rows), moments.rows(), Spread::resampled);
            return of(
                    moments,
                    percentiles(rows.to(ScalarType.Double)),
                    errors.length == 0 ? Map.of() : intervals(of(moments), errors));
        }
    }

    /// The spread with percentiles, but without intervals. Intervals take most of the time.
    static Spread withoutIntervals(Moments moments, Batch sample) {
        try (var scope = Scope.withoutGradients()) {
            return of(
                    moments, percentiles(Tensors.to(sample.first(), Device.CPU).to(ScalarType.Double)), Map.of());
        }
    }

    private static Spread of(Moments moments, double[] norms, Map<Measure, Interval> intervals) {
        return new Spread(Vitals.of(moments, ALL), norms, intervals);
    }

    /// Lengths of the rows `[m, D]` at the 0th, 1st, ... 100th percentile, linear between order statistics.
    private static double[] percentiles(Tensor rows) {
        double factor = Magnitude.factor(rows);
        Tensor squares = Magnitude.times(rows, factor).square().sum(1); // [m]
        double[] lengths = Tensors.doubles(Magnitude.times(squares.sqrt(), 1 / factor));
        Arrays.sort(lengths);
        double[] percentiles = new double[101];
        Arrays.setAll(percentiles, i -> Quantiles.ofSorted(lengths, i / 100.0));
        return percentiles;
    }

    /// The value of a measure.
    public double get(Measure measure) {
        return vitals.get(measure);
    }

    /// The interval of a measure; [Interval#NONE] if there is none.
    public Interval interval(Measure measure) {
        return intervals.getOrDefault(measure, Interval.NONE);
    }

    /// The measures with their meaning.
    public Section section() {
        return new Section(
                "spread",
                List.of(
                        reading(Measure.STD),
                        reading(Measure.STD_RAW),
                        reading(Measure.STD_RAW_MIN),
                        reading(Measure.STD_RAW_MAX),
                        reading(Measure.CONSTANT),
                        reading(Measure.DEAD),
                        reading(Measure.NORM),
                        Reading.of(Measure.NORM_P1, percentile(LOW)),
                        Reading.of(Measure.NORM_MEDIAN, percentile(MEDIAN)),
                        Reading.of(Measure.NORM_P99, percentile(HIGH)),
                        reading(Measure.OFFSET)));
    }

    private Reading reading(Measure measure) {
        return Reading.of(measure, get(measure), interval(measure));
    }

    /// Length at a percentile of the rows; NaN if rows were not given.
    public double percentile(int percent) {
        return norms.length == 0 ? Double.NaN : norms[percent];
    }

    /// Median length of the rows that are not zero, exact to one percentile. It is 0 if all rows are zero,
    /// and NaN if rows were not given.
    double medianNorm() {
        int first = Math.min(zeroPercentiles(), HIGHEST);
        return percentile((first + HIGHEST) / 2);
    }

    /// Number of percentiles of the lengths that are 0. If k percentiles are 0, more than k - 1 percent of
    /// the rows are zero. If all 101 are 0, all rows are zero.
    int zeroPercentiles() {
        return (int) Arrays.stream(norms).filter(length -> length == 0).count();
    }

    private static double[] resampled(Moments half) {
        Vitals vitals = Vitals.of(half, RESAMPLED);
        return RESAMPLED.stream()
                .mapToDouble(measure -> Math.log(vitals.get(measure)))
                .toArray();
    }

    private static Map<Measure, Interval> intervals(Spread spread, double[] errors) {
        var intervals = new EnumMap<Measure, Interval>(Measure.class);
        for (int i = 0; i < RESAMPLED.size(); i++) {
            Measure measure = RESAMPLED.get(i);
            double most = measure == Measure.OFFSET ? 1 : Double.MAX_VALUE;
            intervals.put(measure, Interval.ofLogarithm(spread.get(measure), errors[i], most));
        }
        return intervals;
    }
}
