package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Magnitude;
import org.fullrank.linalg.Moments;

/// The vital signs of an embedding `[N, D]`: the measures that need only its [Moments]. They are computed
/// only here. Trainings, checks, comparisons and diagnoses request the measures that they show.
///
/// @param rows N
/// @param width D
/// @param values by measure, in the order in which they were requested
public record Vitals(long rows, int width, SequencedMap<Measure, Double> values) {
    /// Measures of the embedding of a training batch. They are quick enough for every log record.
    public static final List<Measure> BATCH = List.of(Measure.STD, Measure.STD_RAW, Measure.RANKME);

    /// Measures of the pooled output of a layer on a training batch. The authors of Latent Predictive
    /// Learning report the participation ratio of each layer.
    public static final List<Measure> LAYER =
            List.of(Measure.RANKME, Measure.PARTICIPATION, Measure.ACTIVITY, Measure.STD_RAW);

    /// Measures of each place at a check during training.
    public static final List<Measure> CHECK = List.of(
            Measure.RANKME,
            Measure.RANKME_CENTERED_SHARE,
            Measure.EFFECTIVE_RANK_MARGIN,
            Measure.PARTICIPATION,
            Measure.STD,
            Measure.STD_RAW,
            Measure.NORM,
            Measure.OFFSET,
            Measure.DEAD);

    /// Measures of each place after a training, in a comparison.
    public static final List<Measure> COMPARED = List.of(Measure.RANKME, Measure.STD, Measure.STD_RAW);

    /// A dimension below this share of the root mean square deviation contributes less than 1e-4 of an
    /// average dimension's variance.
    public static final double DEAD_SHARE = 0.01;

    /// Share of the singular values of about as many rows as dimensions that are not small by chance. Of an
    /// isotropic Gaussian, the value at this place is 8 % of the largest one, and the last value is 0.4 %.
    private static final double SAFE_SHARE = 0.9;

    /// Number of points of [#spectrum]: enough to draw a spectrum of thousands of values.
    public static final int POINTS = 32;

    private static final Map<Measure, ToDoubleFunction<Moments>> FORMULAS = formulas();

    private static Map<Measure, ToDoubleFunction<Moments>> formulas() {
        var formulas = new EnumMap<Measure, ToDoubleFunction<Moments>>(Measure.class);
        formulas.put(Measure.STD, z -> mean(z.unitDeviations()) * Math.sqrt(z.width()));
        formulas.put(Measure.STD_RAW, z -> mean(z.deviations()));
        formulas.put(
                Measure.STD_RAW_MIN, z -> Arrays.stream(z.deviations()).min().orElseThrow());
        formulas.put(
                Measure.STD_RAW_MAX, z -> Arrays.stream(z.deviations()).max().orElseThrow());
        formulas.put(Measure.CONSTANT, z -> still(z, 0));
        formulas.put(Measure.DEAD, z -> still(z, DEAD_SHARE));
        formulas.put(Measure.NORM, Moments::meanNorm);
        formulas.put(Measure.OFFSET, Moments::offsetShare);
        formulas.put(Measure.ACTIVITY, z -> mean(z.mean()));
        formulas.put(Measure.RANKME, z -> z.raw().rankMe());
        formulas.put(Measure.RANKME_CENTERED, z -> z.centered().rankMe());
        formulas.put(Measure.EFFECTIVE_RANK, z -> z.centered().effectiveRank());
        formulas.put(Measure.PARTICIPATION, z -> z.centered().participationRatio());
        formulas.put(Measure.STABLE_RANK, z -> z.centered().stableRank());
        formulas.put(Measure.ALPHA, z -> z.centered().powerLaw().alpha());
        formulas.put(
                Measure.EFFECTIVE_RANK_MARGIN,
                z -> z.centered().effectiveRank() / DimensionRules.fewest(Math.min(z.rows() - 1, z.width())));
        formulas.put(Measure.KNEE, z -> SpectrumShape.of(z).knee());
        formulas.put(Measure.KNEE_REST, z -> SpectrumShape.of(z).varianceAfterKnee());
        share(formulas, Measure.RANKME, Measure.RANKME_SHARE, IsotropicNull::rankMe);
        share(formulas, Measure.RANKME_CENTERED, Measure.RANKME_CENTERED_SHARE, IsotropicNull::centeredRankMe);
        share(formulas, Measure.EFFECTIVE_RANK, Measure.EFFECTIVE_RANK_SHARE, IsotropicNull::effectiveRank);
        share(formulas, Measure.PARTICIPATION, Measure.PARTICIPATION_SHARE, IsotropicNull::participation);
        share(formulas, Measure.STABLE_RANK, Measure.STABLE_RANK_SHARE, IsotropicNull::stableRank);
        return formulas;
    }

    private static void share(
            Map<Measure, ToDoubleFunction<Moments>> formulas,
            Measure rank,
            Measure share,
            ToDoubleFunction<IsotropicNull> isotropic) {
        ToDoubleFunction<Moments> formula = Objects.requireNonNull(formulas.get(rank));
        formulas.put(share, z -> {
            double all = isotropic.applyAsDouble(IsotropicNull.of(z.rows(), z.width()));
            return all == 0 ? Double.NaN : formula.applyAsDouble(z) / all;
        });
    }

    public Vitals {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
    }

    /// The requested measures of rows whose moments are known.
    ///
    /// @throws IllegalArgumentException when one of them needs more than the moments
    public static Vitals of(Moments moments, Collection<Measure> asked) {
        var values = new LinkedHashMap<Measure, Double>();
        for (Measure measure : asked) {
            ToDoubleFunction<Moments> formula = FORMULAS.get(measure);
            if (formula == null) {
                throw new IllegalArgumentException(measure + " needs more than moments");
            }
            values.put(measure, formula.applyAsDouble(moments));
        }
        return new Vitals(moments.rows(), moments.width(), values);
    }

    /// The requested measures of `z`, shape `[N, D]` with `N >= 2`, on any device. The caller still owns `z`.
    /// A thousand rows are quick and enough for stable values.
    ///
    /// @throws InputException when `z` is not such a matrix, or when a value is not finite
    public static Vitals of(Tensor z, Collection<Measure> asked) {
        try (Moments moments = moments(z)) {
            return of(moments, asked);
        }
    }

    /// Moments of `z`, shape `[N, D]` with `N >= 2`; the caller closes them.
    ///
    /// @throws InputException when `z` is not such a matrix, or when a value is not finite
    public static Moments moments(Tensor z) {
        if (z.dim() != 2 || z.size(0) < 2) {
            throw new InputException(
                    "vital signs: found embeddings of shape %s, expected [N, D] with at least 2 rows; use more items"
                            .formatted(Tensors.describe(z)));
        }
        return Moments.of(z);
    }

    /// [#POINTS] singular values of the centered rows, from the largest to the smallest, divided by the
    /// square root of the total variance. Their ranks are evenly spaced on a logarithmic scale. If there are
    /// fewer singular values, values repeat. Only the `min(N - 1, D)` values that centered rows can have are
    /// used. Otherwise, the last point of a healthy embedding with `N <= D` would always be 0. If N is between
    /// `D / 2` and `2 D`, the smallest tenth of the values is left out too: the smallest values of about as many
    /// rows as dimensions are close to 0 by chance, whatever the embedding.
    public static double[] spectrum(Moments moments) {
        double[] singularValues = moments.centered().normalized().singularValues();
        double sum = Arrays.stream(singularValues).map(s -> s * s).sum();
        double available = Math.min(moments.rows() - 1, singularValues.length);
        if (moments.rows() < 2L * moments.width() && moments.width() < 2 * moments.rows()) {
            available = Math.max(1, Math.floor(SAFE_SHARE * available));
        }
        double[] points = new double[POINTS];
        for (int i = 0; i < POINTS; i++) {
            double rank = Math.pow(available, i / (POINTS - 1.0)); // from 1 to all of them
            points[i] = sum == 0 ? 0 : singularValues[(int) Math.round(rank) - 1] / Math.sqrt(sum);
        }
        return points;
    }

    /// The value of a measure.
    ///
    /// @throws IllegalArgumentException when it was not requested
    public double get(Measure measure) {
        Double value = values.get(measure);
        if (value == null) {
            throw new IllegalArgumentException(measure + " was not measured");
        }
        return value;
    }

    /// The values by their keys in the log at a place, such as `embedding.rankme`.
    public SequencedMap<String, Double> at(String place) {
        var named = new LinkedHashMap<String, Double>();
        values.forEach((measure, value) -> named.put(measure.at(place), value));
        return named;
    }

    private static double mean(double[] values) {
        return Arrays.stream(values).average().orElseThrow();
    }

    /// Number of dimensions whose deviation is a rounding error, or is below `share` times the root mean
    /// square deviation.
    private static int still(Moments moments, double share) {
        double[] std = moments.deviations();
        double[] mean = moments.mean();
        double factor = Magnitude.factor(Arrays.stream(std).max().orElseThrow());
        double usual = Math.sqrt(Arrays.stream(std)
                .map(s -> s * factor)
                .map(s -> s * s)
                .average()
                .orElseThrow());
        int still = 0;
        for (int j = 0; j < std.length; j++) {
            boolean rounding = std[j] <= moments.rounding() * Math.abs(mean[j]);
            still += rounding || std[j] * factor < share * usual ? 1 : 0;
        }
        return still;
    }
}
