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
    static Examination full(Moments moments, Batch sample, List<String> classNames) {
        return new Examination(
                moments, sample, classNames, Spread.of(moments, sample), Ranks.of(moments, sample));
    }

    static Examination quick(Moments moments, Batch sample) {
        return new Examination(moments, sample, List.of(), Spread.of(moments), Ranks.of(moments));
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
                spread.norms().length == 0 ? spread.normMean() : spread.percentile(50),
                spread.normalizedStd(),
                spread.offsetShare(),
                Slope.of(moments.centred(), moments.rows(), moments.width()),
                null,
                new Figures.Dimensions(spread.constantDimensions(), 0, 0),
                List.of(),
                null);
    }
}
