package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.linalg.PowerLaw;
import org.fullrank.rows.Batch;
import org.fullrank.stats.Interval;
import org.jspecify.annotations.Nullable;

/// The number of dimensions that embeddings `[N, D]` use, by several measures. Each measure also has a share:
/// it is divided by its value for isotropic Gaussian rows with the same N and D. If all rows are equal, the
/// centered ranks are 0. A single row has centered ranks of 0 and shares of NaN.
///
/// @param vitals the ranks and their shares
/// @param powerLaw decay of the eigenvalues of the centered rows
/// @param meanSingular the mean singular value between its bounds; null if rows were not given
/// @param isotropic the values of isotropic rows
/// @param intervals 95 % intervals; empty if rows were not given, or if there are fewer than 8
public record Ranks(
        Vitals vitals,
        PowerLaw powerLaw,
        @Nullable MeanSingular meanSingular,
        IsotropicNull isotropic,
        Map<Measure, Interval> intervals) {
    /// RankMe as published comes first. The centered RankMe follows.
    private static final List<Measure> RANKS = List.of(
            Measure.RANKME,
            Measure.RANKME_CENTERED,
            Measure.EFFECTIVE_RANK,
            Measure.PARTICIPATION,
            Measure.STABLE_RANK);

    private static final List<Measure> SHARES = List.of(
            Measure.RANKME_SHARE,
            Measure.RANKME_CENTERED_SHARE,
            Measure.EFFECTIVE_RANK_SHARE,
            Measure.PARTICIPATION_SHARE,
            Measure.STABLE_RANK_SHARE);

    /// Measures for which intervals are computed. The intervals of shares follow from the intervals of the
    /// ranks.
    private static final List<Measure> RESAMPLED =
            Stream.concat(RANKS.stream(), Stream.of(Measure.ALPHA)).toList();

    private static final List<Measure> ALL = Stream.concat(
                    Stream.concat(RESAMPLED.stream(), SHARES.stream()),
                    Stream.of(Measure.EFFECTIVE_RANK_MARGIN, Measure.KNEE, Measure.KNEE_REST))
            .toList();

    /// The ranks, without intervals and without the mean singular value, for checks during training.
    public static Ranks of(Moments moments) {
        return of(moments, null, Map.of());
    }

    /// The ranks, with intervals from a sample of the same rows. The mean singular value is computed on the
    /// sample.
    public static Ranks of(Moments moments, Batch sample) {
        try (var scope = Scope.withoutGradients()) {
            Tensor rows = Resampling.rows(Tensors.to(sample.first(), Device.CPU)); // [m, D]
            double[] errors = Resampling.errors(rows, moments.rows(), Ranks::resampled);
            return of(
                    moments,
                    MeanSingular.of(rows.to(ScalarType.Double)),
                    errors.length == 0 ? Map.of() : intervals(of(moments), errors));
        }
    }

    private static Ranks of(Moments moments, @Nullable MeanSingular meanSingular, Map<Measure, Interval> intervals) {
        return new Ranks(
                Vitals.of(moments, ALL),
                moments.centered().powerLaw(),
                meanSingular,
                IsotropicNull.of(moments.rows(), moments.width()),
                intervals);
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
        var readings = new ArrayList<Reading>();
        for (int i = 0; i < RANKS.size(); i++) {
            Measure rank = RANKS.get(i);
            Measure share = SHARES.get(i);
            double isotropic = isotropic(rank);
            double all = isotropic == 0 ? Double.NaN : isotropic;
            Interval interval = interval(rank);
            readings.add(Reading.of(rank, get(rank), interval));
            readings.add(Reading.of(share, get(share), new Interval(interval.lower() / all, interval.upper() / all))
                    .noting("isotropic rows show %.1f".formatted(isotropic)));
            if (rank == Measure.EFFECTIVE_RANK) {
                readings.add(Reading.of(Measure.EFFECTIVE_RANK_MARGIN, get(Measure.EFFECTIVE_RANK_MARGIN)));
                readings.addAll(knee());
            }
        }
        readings.add(Reading.of(Measure.ALPHA, get(Measure.ALPHA), interval(Measure.ALPHA))
                .noting("fitted to j = %d to %d, isotropic rows show %.2f"
                        .formatted(powerLaw.from(), powerLaw.to(), isotropic.alpha())));
        if (meanSingular != null) {
            readings.add(Reading.of(Measure.MEAN_SINGULAR, meanSingular.value())
                    .healthy("nearer to %.4g than to %.4g".formatted(meanSingular.upper(), meanSingular.lower())));
            readings.add(Reading.of(Measure.MEAN_SINGULAR_SHARE, meanSingular.share()));
        }
        return new Section("ranks", readings);
    }

    /// The knee with the variance after it. The limit of each of the two holds only if the other one is beyond
    /// its limit, see [DimensionRules].
    private List<Reading> knee() {
        double knee = get(Measure.KNEE);
        double rest = get(Measure.KNEE_REST);
        return List.of(
                Reading.of(Measure.KNEE, knee)
                        .healthy(
                                knee > DimensionRules.KNEE && rest >= DimensionRules.BEHIND
                                        ? HealthyRange.ANY
                                        : "below %.0f".formatted(DimensionRules.KNEE)),
                Reading.of(Measure.KNEE_REST, rest)
                        .healthy(
                                knee > DimensionRules.KNEE
                                        ? "above %s".formatted(DimensionRules.BEHIND)
                                        : HealthyRange.ANY));
    }

    private double isotropic(Measure rank) {
        return switch (rank) {
            case RANKME -> isotropic.rankMe();
            case RANKME_CENTERED -> isotropic.centeredRankMe();
            case EFFECTIVE_RANK -> isotropic.effectiveRank();
            case PARTICIPATION -> isotropic.participation();
            case STABLE_RANK -> isotropic.stableRank();
            default -> throw new IllegalArgumentException(rank + " is no rank");
        };
    }

    private static double[] resampled(Moments half) {
        Vitals vitals = Vitals.of(half, RESAMPLED);
        double[] values = new double[RESAMPLED.size()];
        for (int i = 0; i < values.length; i++) {
            double value = vitals.get(RESAMPLED.get(i));
            values[i] = i < RANKS.size() ? Math.log(value) : value;
        }
        return values;
    }

    private static Map<Measure, Interval> intervals(Ranks ranks, double[] errors) {
        var intervals = new EnumMap<Measure, Interval>(Measure.class);
        long rows = ranks.vitals.rows();
        for (int i = 0; i < RANKS.size(); i++) {
            Measure rank = RANKS.get(i);
            double most = Math.min(rank == Measure.RANKME ? rows : rows - 1, ranks.vitals.width());
            intervals.put(rank, Interval.ofLogarithm(ranks.get(rank), errors[i], most));
        }
        intervals.put(Measure.ALPHA, Interval.around(ranks.get(Measure.ALPHA), errors[RANKS.size()]));
        return intervals;
    }
}
