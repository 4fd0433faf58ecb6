package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.diagnose.rows.Batch;

/// Everything that was measured of an embedding, from which its [Diagnosis] is made.
///
/// @param moments of all rows
/// @param sample of the rows
/// @param classNames empty where classes have numbers only
record Examination(Moments moments, Batch sample, List<String> classNames, Spread spread, Ranks ranks) {
    private static final double GAUSSIAN_95 = 1.96;

    static Examination full(Moments moments, Batch sample, List<String> classNames) {
        return new Examination(
                moments, sample, classNames, Spread.of(moments, sample), Ranks.of(moments, sample));
    }

    static Examination quick(Moments moments, Batch sample) {
        return new Examination(moments, sample, List.of(), Spread.bare(moments, sample), Ranks.of(moments));
    }

    Diagnosis diagnosis(String subject, List<String> warnings) {
        Figures figures = figures();
        if (DimensionRules.dimensional(figures).speaks()) {
            figures = figures.withTrimmed(Trimmed.slope(sample.first()));
        }
        var told = new ArrayList<>(warnings);
        return new Diagnosis(
                subject,
                moments.rows(),
                moments.width(),
                Verdicts.of(figures),
                sections(),
                Diagnosis.Plots.of(moments, spread),
                told);
    }

    private List<Section> sections() {
        return List.of(spread.section(), ranks.section());
    }

    private Figures figures() {
        return new Figures(
                moments.rows(),
                moments.width(),
                spread.percentile(50),
                spread.normalizedStd(),
                spread.offsetShare(),
                Slope.of(moments.centred(), moments.rows(), moments.width()),
                null,
                new Figures.Dimensions(spread.constantDimensions(), 0, 0),
                List.of(),
                null,
                errors());
    }

    private Figures.Errors errors() {
        Figures.Errors plain = Figures.Errors.plain(moments.rows());
        Interval offset = spread.interval(Spread.OFFSET_SHARE);
        return new Figures.Errors(
                error(spread.interval(Spread.NORMALIZED_STD), plain),
                error(new Interval(1 - offset.upper(), 1 - offset.lower()), plain),
                error(ranks.interval(Ranks.EFFECTIVE), plain),
                plain.plain());
    }

    /// The relative standard error that a 95 % interval of a logarithm stands for.
    private static double error(Interval interval, Figures.Errors plain) {
        double width = Math.log(interval.upper() / interval.lower()) / (2 * GAUSSIAN_95);
        return Double.isFinite(width) && width >= 0 ? width : plain.plain();
    }
}
