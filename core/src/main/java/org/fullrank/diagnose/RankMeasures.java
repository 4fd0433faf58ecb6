package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.List;
import org.fullrank.stats.Interval;

/// [Ranks] in words.
final class RankMeasures {
    /// Of RankMe, and of ranks that weigh the strong directions more: what 40 trainings by the small recipes showed.
    private static final String SHARE = "0.05 to 1";

    private static final String STRONG_SHARE = "0.01 to 1";

    private RankMeasures() {}

    static Section section(Ranks ranks) {
        var measures = new ArrayList<Measure>();
        add(
                measures,
                ranks,
                Ranks.RANK_ME,
                ranks.rankMe(),
                ranks.isotropic().rankMe(),
                "dimensions in use: exp of the entropy of the singular values' shares, centered rows");
        add(
                measures,
                ranks,
                Ranks.EFFECTIVE,
                ranks.effectiveRank(),
                ranks.isotropic().effectiveRank(),
                "dimensions in use: exp of the entropy of the variance's shares");
        add(
                measures,
                ranks,
                Ranks.PARTICIPATION,
                ranks.participation(),
                ranks.isotropic().participation(),
                "dimensions in use, the strong ones counting most: (sum l)^2 / sum l^2 of the eigenvalues l");
        add(
                measures,
                ranks,
                Ranks.STABLE,
                ranks.stableRank(),
                ranks.isotropic().stableRank(),
                "total variance over that of the strongest direction");
        add(
                measures,
                ranks,
                Ranks.RANK_ME_UNCENTERED,
                ranks.rankMeUncentered(),
                ranks.isotropic().rankMeUncentered(),
                "RankMe as published, of rows that are not centered: a common offset lowers it");
        Interval alpha = ranks.interval(Ranks.ALPHA);
        measures.add(new Measure(
                Ranks.ALPHA,
                ranks.alpha(),
                alpha.lower(),
                alpha.upper(),
                "0 to 3.5",
                ("decay of the eigenvalues l_j ~ j^-alpha, fitted to j = %d to %d (alpha-ReQ); isotropic rows show"
                                + " %.2f")
                        .formatted(
                                ranks.powerLaw().from(),
                                ranks.powerLaw().to(),
                                ranks.isotropic().alpha())));
        addMeanSingular(measures, ranks);
        return new Section("ranks", measures);
    }

    private static void add(
            List<Measure> measures, Ranks ranks, String name, double value, double isotropic, String meaning) {
        Interval interval = ranks.interval(name);
        measures.add(new Measure(name, value, interval.lower(), interval.upper(), "", meaning));
        double all = isotropic == 0 ? Double.NaN : isotropic;
        measures.add(new Measure(
                name + "-share",
                value / all,
                interval.lower() / all,
                interval.upper() / all,
                name.startsWith(Ranks.RANK_ME) ? SHARE : STRONG_SHARE,
                "the same over what isotropic rows show, %.1f".formatted(isotropic)));
    }

    private static void addMeanSingular(List<Measure> measures, Ranks ranks) {
        MeanSingular mean = ranks.meanSingular();
        if (mean == null) {
            return;
        }
        measures.add(Measure.of(
                "mean-singular-value",
                mean.value(),
                "nearer to %.4g than to %.4g".formatted(mean.upper(), mean.lower()),
                "mean singular value of rows of length 1 (SVMax); the bounds are %.4g (one direction) and %.4g (all alike)"
                        .formatted(mean.lower(), mean.upper())));
        measures.add(Measure.of(
                "mean-singular-value-share",
                mean.share(),
                SHARE,
                "where it lies between its bounds: 0 = one direction"));
    }
}
