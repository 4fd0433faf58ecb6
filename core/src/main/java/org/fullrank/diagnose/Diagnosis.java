package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.fullrank.linalg.Magnitude;
import org.fullrank.linalg.Moments;
import org.jspecify.annotations.Nullable;

/// The result of examining one embedding.
///
/// @param subject what was examined, such as `z.npy` or `representation`
/// @param rows N, the number of rows without those that were left out
/// @param width D
/// @param verdicts verdicts, most severe first; a single verdict of the kind healthy if no fault was found
/// @param sections the figures
/// @param plots values that a page draws
/// @param warnings one line each, for example about rows that were left out
/// @param notes what healthy embeddings can have too, one line each
/// @param optimum distance to the optimum of a closed form; null if it was not asked for
/// @param noise embeddings of noisy copies of items; null if they were not asked for
public record Diagnosis(
        String subject,
        long rows,
        int width,
        List<Verdict> verdicts,
        List<Section> sections,
        Plots plots,
        List<String> warnings,
        List<String> notes,
        @Nullable OptimumReport optimum,
        @Nullable NoiseReport noise) {
    public Diagnosis {
        verdicts = List.copyOf(verdicts);
        sections = List.copyOf(sections);
        warnings = List.copyOf(warnings);
        notes = List.copyOf(notes);
    }

    /// A diagnosis of rows alone, without the network that made them.
    public Diagnosis(
            String subject,
            long rows,
            int width,
            List<Verdict> verdicts,
            List<Section> sections,
            Plots plots,
            List<String> warnings,
            List<String> notes) {
        this(subject, rows, width, verdicts, sections, plots, warnings, notes, null, null);
    }

    /// The same with next steps in the words of any library, for embeddings that Fullrank did not train.
    public Diagnosis inGeneralWords() {
        return withVerdicts(verdicts.stream().map(Verdict::inGeneralWords).toList());
    }

    /// The same diagnosis with other verdicts.
    public Diagnosis withVerdicts(List<Verdict> others) {
        return new Diagnosis(subject, rows, width, others, sections, plots, warnings, notes, optimum, noise);
    }

    /// Numbers for drawings.
    ///
    /// @param singularValues the `min(N, D)` singular values of the centered rows, descending
    /// @param isotropic singular values of isotropic Gaussian rows with the same N, D and total variance
    /// @param deviations standard deviation of each dimension, `[D]`
    /// @param norms lengths of rows at the 0th, 1st, ... 100th percentile, `[101]`
    public record Plots(double[] singularValues, double[] isotropic, double[] deviations, double[] norms) {
        /// The values to draw for `moments`, with the percentiles of `spread`.
        public static Plots of(Moments moments, Spread spread) {
            double[] values = moments.centered().singularValues();
            double[] isotropic =
                    IsotropicNull.of(moments.rows(), moments.width()).singularValues();
            double factor = Magnitude.factor(values[0]);
            double[] units = Arrays.stream(values).map(s -> s * factor).toArray();
            double scale = Math.sqrt(squares(units) / Math.max(squares(isotropic), Double.MIN_NORMAL)) / factor;
            return new Plots(
                    values.clone(),
                    Arrays.stream(isotropic).map(s -> s * scale).toArray(),
                    moments.deviations(),
                    spread.norms().clone());
        }

        private static double squares(double[] values) {
            return Arrays.stream(values).map(s -> s * s).sum();
        }

        /// For JSON.
        public SequencedMap<String, Object> toMap() {
            var map = new LinkedHashMap<String, Object>();
            map.put("singularValues", singularValues);
            map.put("isotropic", isotropic);
            map.put("deviations", deviations);
            map.put("norms", norms);
            return map;
        }
    }

    /// The same diagnosis with another subject.
    public Diagnosis withSubject(String name) {
        return new Diagnosis(name, rows, width, verdicts, sections, plots, warnings, notes, optimum, noise);
    }

    /// The same diagnosis with the distance to an optimum.
    public Diagnosis withOptimum(OptimumReport report) {
        return new Diagnosis(subject, rows, width, verdicts, sections, plots, warnings, notes, report, noise);
    }

    /// The same diagnosis with the embeddings of noisy copies.
    public Diagnosis withNoise(NoiseReport report) {
        return new Diagnosis(subject, rows, width, verdicts, sections, plots, warnings, notes, optimum, report);
    }

    /// The same diagnosis with one more verdict, unless it has a verdict of this kind. Then it is no longer
    /// healthy.
    public Diagnosis with(Verdict verdict) {
        if (verdicts.stream().anyMatch(known -> known.kind() == verdict.kind())) {
            return this;
        }
        List<Verdict> all = Stream.concat(verdicts.stream(), Stream.of(verdict))
                .filter(each -> each.kind() != Verdict.Kind.HEALTHY)
                .sorted(Comparator.comparing(Verdict::kind)) // the order of the kinds is that of their severity
                .toList();
        return new Diagnosis(subject, rows, width, all, sections, plots, warnings, notes, optimum, noise);
    }

    /// The most severe verdict.
    public Verdict verdict() {
        return verdicts.getFirst();
    }

    /// The value of a measure with its range; null if it was not measured.
    @Nullable
    Reading reading(Measure measure) {
        return sections.stream()
                .flatMap(section -> section.readings().stream())
                .filter(reading -> reading.measure() == measure)
                .findFirst()
                .orElse(null);
    }

    /// Whether any verdict is a collapse.
    public boolean isCollapse() {
        return verdicts.stream().anyMatch(verdict -> verdict.kind().collapse());
    }

    /// The diagnosis for JSON: the output of `fullrank diagnose --json`, and the content of `diagnosis.json`
    /// in a run folder.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("subject", subject);
        map.put("rows", rows);
        map.put("width", width);
        map.put("verdicts", verdicts.stream().map(Verdict::toMap).toList());
        map.put("sections", sections.stream().map(Section::toMap).toList());
        map.put("plots", plots.toMap());
        map.put("warnings", warnings);
        map.put("notes", notes);
        if (optimum != null) {
            map.put("optimum", optimum.toMap());
        }
        if (noise != null) {
            map.put("noise", noise.toMap());
        }
        return map;
    }
}
