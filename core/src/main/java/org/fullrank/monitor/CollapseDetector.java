package org.fullrank.monitor;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fullrank.diagnose.Verdict.Kind;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// Decides from check to check whether an embedding has collapsed, and since when. A pure function of the measures of
/// all checks so far, so that a resumed run finds its state in `metrics.jsonl`.
///
/// At each place:
/// - **Collapsed** is a check with a spread (`std`) below [#SPREAD], or a rank share below [#SHARE], or one of
///   them below a third of its best, or a norm below a twentieth of its best or a thousand times that of the first
///   check. Two such checks in a row, at the end of the run one, raise an alarm, once for each kind.
/// - The **best** is taken from [#START] of the run on: a network at its initial values has ranks that mean nothing.
///   Before that there are no alarms.
/// - A place that was never sound is given until [#GRACE] of the run.
/// - **Sinking** is a check that is collapsed, or with spread or rank share below [#SINKING] of the best, or a
///   norm below a third of it. The **onset** is the first check of the unbroken row of sinking checks that ends
///   with the alarm.
final class CollapseDetector {
    /// Spread below which all rows count as one point.
    static final double SPREAD = 0.05;
    /// Rank share below which an embedding counts as collapsed whatever it was before.
    static final double SHARE = 0.02;
    /// Share of its own best below which a measure counts as collapsed.
    static final double FALLEN = 1.0 / 3;
    /// Share of its own best below which a measure counts as sinking.
    static final double SINKING = 0.7;
    /// Factor by which norms may grow: where lengths do not matter to the loss, they grow tenfold in sound runs.
    static final double GROWTH = 1000;
    /// Share of its best below which a norm has vanished.
    static final double VANISHED = 0.05;
    /// Share of the run after which alarms begin.
    static final double START = 0.1;
    /// Share of the run after which a place that was never sound is called collapsed.
    static final double GRACE = 0.25;

    private final long totalSteps;
    private final Map<String, Place> places = new LinkedHashMap<>();

    CollapseDetector(long totalSteps) {
        this.totalSteps = totalSteps;
    }

    /// What is followed of one place.
    private static final class Place {
        private final Set<Kind> raised = EnumSet.noneOf(Kind.class);
        private double firstNorm = Double.NaN;
        private double bestShare;
        private double bestSpread;
        private double bestNorm;
        private long bestShareStep;
        private long bestSpreadStep;
        private boolean onceSound;
        private int streak;
        private long onset = -1; // first step of the row of sinking checks; -1: not sinking
    }

    /// The measures of one check of one place.
    private record Indicators(double share, double spread, double norm) {
        static @Nullable Indicators of(Map<String, Double> measures, String place) {
            Double share = measures.get(place + ".rank.share");
            Double spread = measures.get(place + ".std");
            Double norm = measures.get(place + ".norm");
            return share == null || spread == null || norm == null ? null : new Indicators(share, spread, norm);
        }
    }

    /// Takes the measures of a check after `step` steps, by the names of `metrics.jsonl`.
    ///
    /// @return what it gives alarm of
    List<Alarm> see(long step, Map<String, Double> measures) {
        var alarms = new ArrayList<Alarm>();
        for (String key : measures.keySet()) {
            if (key.endsWith(".rank.share")) {
                String name = key.substring(0, key.length() - ".rank.share".length());
                Indicators indicators = Indicators.of(measures, name);
                if (indicators != null) {
                    Alarm alarm = see(step, name, places.computeIfAbsent(name, n -> new Place()), indicators);
                    if (alarm != null) {
                        alarms.add(alarm);
                    }
                }
            }
        }
        return alarms;
    }

    /// Whether no place is sinking after the latest check.
    boolean isSound() {
        return places.values().stream().allMatch(p -> p.onset < 0);
    }

    private @Nullable Alarm see(long step, String name, Place place, Indicators indicators) {
        if (Double.isNaN(place.firstNorm)) {
            place.firstNorm = indicators.norm();
        }
        Kind kind = kind(place, indicators);
        boolean early = step < START * totalSteps;
        boolean sinking = kind != null
                || indicators.share() < SINKING * place.bestShare
                || indicators.spread() < SINKING * place.bestSpread
                || indicators.norm() < FALLEN * place.bestNorm;
        if (!sinking) {
            place.onset = -1;
            place.onceSound |= !early;
        } else if (place.onset < 0) {
            place.onset = step;
        }
        if (!early) {
            remember(place, indicators, step);
        }
        place.streak = kind == null ? 0 : place.streak + 1;
        boolean due = step >= (place.onceSound ? START : GRACE) * totalSteps;
        boolean settled = place.streak >= 2 || place.streak == 1 && step == totalSteps;
        return kind != null && due && settled && place.raised.add(kind)
                ? alarm(step, name, kind, place, indicators)
                : null;
    }

    private static void remember(Place place, Indicators indicators, long step) {
        place.bestNorm = Math.max(place.bestNorm, indicators.norm());
        if (indicators.share() > place.bestShare) {
            place.bestShare = indicators.share();
            place.bestShareStep = step;
        }
        if (indicators.spread() > place.bestSpread) {
            place.bestSpread = indicators.spread();
            place.bestSpreadStep = step;
        }
    }

    private static @Nullable Kind kind(Place place, Indicators indicators) {
        if (indicators.spread() < SPREAD || indicators.spread() < FALLEN * place.bestSpread) {
            return Kind.CONSTANT;
        }
        if (indicators.norm() < VANISHED * place.bestNorm) {
            return Kind.NORM_VANISHING;
        }
        if (indicators.norm() > GROWTH * place.firstNorm) {
            return Kind.NORM_BLOW_UP;
        }
        return indicators.share() < SHARE || indicators.share() < FALLEN * place.bestShare ? Kind.DIMENSIONAL : null;
    }

    private Alarm alarm(long step, String name, Kind kind, Place place, Indicators indicators) {
        String evidence = switch (kind) {
            case CONSTANT ->
                fall("spread", indicators.spread(), SPREAD, place.bestSpread, place.bestSpreadStep)
                        + " (1 = over the whole sphere)";
            case DIMENSIONAL ->
                fall("rank share", indicators.share(), SHARE, place.bestShare, place.bestShareStep)
                        + " (1 = isotropic)";
            case NORM_VANISHING ->
                "mean norm is %s, it was up to %s".formatted(number(indicators.norm()), number(place.bestNorm));
            case NORM_BLOW_UP ->
                "mean norm is %s, it was %s at the first check"
                        .formatted(number(indicators.norm()), number(place.firstNorm));
            case HEALTHY, REDUNDANT, COMMON_OFFSET, CLASS_WISE, SHORTCUT, OVER_AUGMENTED, UNDER_SAMPLED ->
                throw new IllegalStateException("no alarm for " + kind);
        };
        return new Alarm(step, place.onset, name, kind, evidence, next(kind));
    }

    private static String fall(String what, double value, double least, double best, long at) {
        return value < FALLEN * best
                ? "%s is %s, it was %s at step %d".formatted(what, number(value), number(best), at)
                : "%s is %s, expected at least %s".formatted(what, number(value), number(least));
    }

    private static String next(Kind kind) {
        return switch (kind) {
            case NORM_BLOW_UP -> "lower optimizer.learningRate";
            case NORM_VANISHING ->
                "keep what spreads embeddings, such as method.objective.variance; where the loss has it, lower"
                        + " optimizer.weightDecay";
            case CONSTANT, DIMENSIONAL ->
                "lower optimizer.learningRate, or raise what keeps embeddings apart: the variance and covariance weights"
                        + " of method.objective, or method.predictor and method.target";
            case HEALTHY, REDUNDANT, COMMON_OFFSET, CLASS_WISE, SHORTCUT, OVER_AUGMENTED, UNDER_SAMPLED ->
                throw new IllegalStateException("no alarm for " + kind);
        };
    }

    private static String number(double value) {
        return Numbers.number(value, 3);
    }
}
