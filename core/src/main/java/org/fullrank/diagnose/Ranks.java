package org.fullrank.diagnose;

import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Moments;
import org.fullrank.linalg.PowerLaw;
import org.fullrank.linalg.Spectrum;
import org.fullrank.rows.Batch;
import org.fullrank.stats.Interval;
import org.jspecify.annotations.Nullable;

/// How many dimensions embeddings `[N, D]` use, by several measures, each also as a share of what isotropic
/// Gaussian rows of the same N and D would show.
///
/// Centered, except for [#rankMeUncentered] and the mean singular value. Rows that are all equal have rank 0; a
/// single row has ranks 0, and shares that are NaN.
///
/// @param rows N
/// @param width D
/// @param rankMe `exp` of the entropy of the shares of singular values: [Spectrum#rankMe]
/// @param participation [Spectrum#participationRatio]
/// @param effectiveRank `exp` of the entropy of the shares of eigenvalues: [Spectrum#effectiveRank]
/// @param stableRank [Spectrum#stableRank]
/// @param powerLaw decay of the eigenvalues
/// @param rankMeUncentered RankMe as in its paper, of rows that are not centered
/// @param meanSingular the mean singular value between its bounds; null where rows were not given
/// @param isotropic what isotropic rows show
/// @param intervals 95 % intervals by the name of the measure; empty where rows were not given, or fewer than 8
public record Ranks(
        long rows,
        int width,
        double rankMe,
        double participation,
        double effectiveRank,
        double stableRank,
        PowerLaw powerLaw,
        double rankMeUncentered,
        @Nullable MeanSingular meanSingular,
        IsotropicNull isotropic,
        Map<String, Interval> intervals) {
    /// Names of the measures.
    public static final String RANK_ME = "rank-me";

    public static final String PARTICIPATION = "participation-ratio";
    public static final String EFFECTIVE = "effective-rank";
    public static final String STABLE = "stable-rank";
    public static final String ALPHA = "alpha";
    public static final String RANK_ME_UNCENTERED = "rank-me-uncentered";

    /// The ranks, without intervals and without the mean singular value: what a check during training takes.
    public static Ranks of(Moments moments) {
        return of(moments, null, Map.of());
    }

    /// The ranks, with intervals from a sample of the same rows. The mean singular value is that of the sample.
    public static Ranks of(Moments moments, Batch sample) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor rows = Resampling.rows(Tensors.to(sample.first(), Device.CPU)); // [m, D]
            double[] errors = Resampling.errors(rows, moments.rows(), Ranks::resampled);
            return of(
                    moments,
                    MeanSingular.of(rows.to(ScalarType.Double)),
                    errors.length == 0 ? Map.of() : intervals(of(moments), errors));
        }
    }

    private static Ranks of(Moments moments, @Nullable MeanSingular meanSingular, Map<String, Interval> intervals) {
        Spectrum centered = moments.centered();
        return new Ranks(
                moments.rows(),
                moments.width(),
                centered.rankMe(),
                centered.participationRatio(),
                centered.effectiveRank(),
                centered.stableRank(),
                centered.powerLaw(),
                moments.raw().rankMe(),
                meanSingular,
                IsotropicNull.of(moments.rows(), moments.width()),
                intervals);
    }

    /// Exponent of the decay; NaN with fewer than 3 directions.
    public double alpha() {
        return powerLaw.alpha();
    }

    /// RankMe as a share of the isotropic one: 1 = as many dimensions as N rows can show.
    public double rankMeShare() {
        return share(rankMe, isotropic.rankMe());
    }

    public double participationShare() {
        return share(participation, isotropic.participation());
    }

    public double effectiveRankShare() {
        return share(effectiveRank, isotropic.effectiveRank());
    }

    public double stableRankShare() {
        return share(stableRank, isotropic.stableRank());
    }

    public double rankMeUncenteredShare() {
        return share(rankMeUncentered, isotropic.rankMeUncentered());
    }

    /// The measures with their meaning.
    public Section section() {
        return RankMeasures.section(this);
    }

    /// The interval of a measure by its name; [Interval#NONE] where there is none.
    public Interval interval(String measure) {
        return intervals.getOrDefault(measure, Interval.NONE);
    }

    private static double[] resampled(Moments half) {
        Spectrum centered = half.centered();
        return new double[] {
            Math.log(centered.rankMe()),
            Math.log(centered.participationRatio()),
            Math.log(centered.effectiveRank()),
            Math.log(centered.stableRank()),
            Math.log(half.raw().rankMe()),
            centered.powerLaw().alpha()
        };
    }

    private static Map<String, Interval> intervals(Ranks ranks, double[] errors) {
        double most = Math.min(ranks.rows - 1, ranks.width);
        double mostUncentered = Math.min(ranks.rows, ranks.width);
        return Map.of(
                RANK_ME, Interval.ofLogarithm(ranks.rankMe, errors[0], most),
                PARTICIPATION, Interval.ofLogarithm(ranks.participation, errors[1], most),
                EFFECTIVE, Interval.ofLogarithm(ranks.effectiveRank, errors[2], most),
                STABLE, Interval.ofLogarithm(ranks.stableRank, errors[3], most),
                RANK_ME_UNCENTERED, Interval.ofLogarithm(ranks.rankMeUncentered, errors[4], mostUncentered),
                ALPHA, Interval.around(ranks.alpha(), errors[5]));
    }

    private static double share(double value, double isotropic) {
        return isotropic == 0 ? Double.NaN : value / isotropic;
    }
}
