package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Labels;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Magnitude;
import org.fullrank.linalg.Moments;
import org.fullrank.rows.Batch;
import org.fullrank.stats.Interval;
import org.fullrank.stats.Normal;
import org.jspecify.annotations.Nullable;

/// All measures of an embedding. The [Diagnosis] of the embedding is made from these measures.
///
/// @param moments of all rows
/// @param sample of the rows
/// @param pairing null if there is only one view
/// @param classes null if there are no labels
/// @param neighbors null in a quick examination
/// @param dependence null in a quick examination, or if it cannot be tested
/// @param quantizability null in a quick examination
record Examination(
        Moments moments,
        Batch sample,
        List<String> classNames,
        Spread spread,
        Ranks ranks,
        Redundancy redundancy,
        @Nullable Pairing pairing,
        @Nullable ClassGeometry classes,
        @Nullable Neighbors neighbors,
        @Nullable Dependence dependence,
        @Nullable Quantizability quantizability) {
    /// Number of rows that [#quick] compares with one another. The cost grows with the square of this number.
    static final int QUICK_ROWS = 512;

    /// The examination of a stream, with intervals.
    ///
    /// @param classNames empty if classes have numbers only
    static Examination full(Moments moments, Batch sample, List<String> classNames) {
        Batch units = inUnits(sample);
        Tensor first = units.first();
        Tensor second = units.second();
        var redundancy = Redundancy.of(first);
        return new Examination(
                moments,
                sample,
                classNames,
                Spread.of(moments, sample),
                Ranks.of(moments, sample),
                redundancy,
                second == null ? null : Pairing.of(first, second),
                classes(units),
                Neighbors.of(first, sample.numbers()),
                Dependence.of(first, redundancy),
                Quantizability.of(first));
    }

    /// An examination without intervals and neighbors. It compares dimensions and views on a part of the
    /// rows.
    static Examination quick(Moments moments, Batch sample) {
        Batch units = inUnits(sample);
        Tensor first = Matrices.evenly(units.first(), QUICK_ROWS);
        Tensor second = units.second();
        return new Examination(
                moments,
                sample,
                List.of(),
                Spread.withoutIntervals(moments, sample),
                Ranks.of(moments),
                Redundancy.of(first),
                second == null ? null : Pairing.of(first, Matrices.evenly(second, QUICK_ROWS)),
                classes(units),
                null,
                null,
                null);
    }

    /// The sample in units in which squares fit into float64. The measures that compare rows do not depend on
    /// the scale of the embedding.
    private static Batch inUnits(Batch sample) {
        Tensor first = sample.first();
        Tensor second = sample.second();
        double factor = Magnitude.factor(first);
        if (second != null && factor == 1) {
            factor = Magnitude.factor(second);
        }
        if (factor == 1) {
            return sample;
        }
        return new Batch(
                Magnitude.times(first, factor),
                second == null ? null : Magnitude.times(second, factor),
                sample.labels(),
                sample.numbers());
    }

    private static @Nullable ClassGeometry classes(Batch sample) {
        int[] labels = sample.labels();
        if (labels == null) {
            return null;
        }
        int[] labeled = IntStream.range(0, labels.length)
                .filter(i -> labels[i] != Labels.UNLABELED)
                .toArray();
        if (labeled.length == labels.length) {
            return ClassGeometry.of(sample.first(), labels);
        }
        return labeled.length == 0
                ? null
                : ClassGeometry.of(
                        sample.first().index_select(0, Tensors.of(labeled)),
                        Arrays.stream(labeled).map(i -> labels[i]).toArray());
    }

    Diagnosis diagnosis(String subject, List<String> warnings) {
        return diagnosis(subject, warnings, Set.of());
    }

    /// @param harmless faults that do not count here
    Diagnosis diagnosis(String subject, List<String> warnings, Set<Verdict.Kind> harmless) {
        var told = new ArrayList<>(warnings);
        told.addAll(Remarks.of(this));
        return new Diagnosis(
                subject,
                moments.rows(),
                moments.width(),
                Verdicts.of(figures(), this::trimmed, harmless),
                sections(),
                Diagnosis.Plots.of(moments, spread),
                told,
                notes());
    }

    private List<String> notes() {
        var notes = new ArrayList<String>();
        if (dependence != null && dependence.found()) {
            notes.add(dependence.note());
        }
        if (quantizability != null && quantizability.isUnequal()) {
            notes.add(quantizability.note());
        }
        return notes;
    }

    private List<Section> sections() {
        var sections = new ArrayList<>(List.of(spread.section(), ranks.section(), redundancy.section()));
        if (pairing != null) {
            sections.add(pairing.section());
        }
        if (classes != null) {
            sections.add(classes.section());
        }
        if (neighbors != null) {
            sections.add(neighbors.section());
        }
        if (quantizability != null) {
            sections.add(quantizability.section());
        }
        return sections;
    }

    private Figures figures() {
        return new Figures(
                moments.rows(),
                moments.width(),
                spread.medianNorm(),
                spread.get(Measure.STD),
                spread.get(Measure.OFFSET),
                SpectrumShape.of(moments),
                new Figures.Dimensions(
                        (int) spread.get(Measure.CONSTANT),
                        Double.isNaN(redundancy.duplicateDimensions()) ? 0 : (int) redundancy.duplicateDimensions(),
                        redundancy.squaredCorrelation()),
                spreads(),
                pairing == null
                        ? null
                        : new Figures.Pairs(1 - pairing.invariance(), pairing.matchRate(), pairing.rows()),
                errors());
    }

    private List<Figures.ClassSpread> spreads() {
        return classes == null
                ? List.of()
                : classes.classes().stream()
                        .map(shape -> new Figures.ClassSpread(
                                name(shape.label()), shape.rows(), Math.sqrt(shape.totalShare())))
                        .toList();
    }

    private String name(int label) {
        return label < classNames.size() ? classNames.get(label) : "class " + label;
    }

    private Figures trimmed() {
        try (var scope = Scope.open()) {
            Tensor rows = Trimmed.of(inUnits(sample).first());
            try (Moments some = Moments.of(Resampling.rows(rows))) {
                return quick(some, new Batch(rows, null, sample.labels(), sample.numbers()))
                        .figures();
            }
        }
    }

    private Figures.Errors errors() {
        Figures.Errors plain = Figures.Errors.plain(moments.rows());
        Interval offset = spread.interval(Measure.OFFSET);
        return new Figures.Errors(
                error(spread.interval(Measure.STD), plain),
                error(new Interval(1 - offset.upper(), 1 - offset.lower()), plain),
                error(ranks.interval(Measure.EFFECTIVE_RANK), plain),
                plain.plain());
    }

    /// The relative standard error that corresponds to a 95 % interval of a logarithm.
    private static double error(Interval interval, Figures.Errors plain) {
        double width = Math.log(interval.upper() / interval.lower()) / (2 * Normal.TWO_SIDED_95);
        return Double.isFinite(width) && width >= 0 ? width : plain.plain();
    }
}
