package org.fullrank.monitor;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Verdict.Kind;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// Detects collapse from check to check. The detector says which embedding has collapsed, and since which
/// step. The state of the detector depends only on the measures of all checks so far. So a resumed run
/// restores the state of the detector from `metrics.jsonl`.
///
/// The rules for each place:
/// - A check is **collapsed** if the spread (`std`) is below [#SPREAD], or the rank share is below [#SHARE].
///   A check is also collapsed if the spread or the rank share is below a third of its best value. The same
///   is true if the norm is below a twentieth of its best value, or above a thousand times the norm of the
///   first check. Two collapsed checks in a row raise an alarm. Each place raises an alarm of a kind only
///   once. At the end of the run, one collapsed check is enough.
/// - The **best** values are taken after the share [#START] of the run, because the ranks of a network at its
///   initial values have no meaning. There are no alarms before.
/// - A place that was never sound raises no alarm before the share [#GRACE] of the run is over.
/// - A check is **sinking** if it is collapsed. A check is also sinking if the spread or the rank share is
///   below [#SINKING] times its best value, or if the norm is below a third of its best value. The **onset**
///   is the first of the sinking checks that precede the alarm without a break.
final class CollapseDetector {
    /// Spread below which all rows count as one point.
    static final double SPREAD = 0.05;
    /// Rank share below which an embedding counts as collapsed, independent of earlier values.
    static final double SHARE = 0.02;
    /// Share of its own best below which a measure counts as collapsed.
    static final double FALLEN = 1.0 / 3;
    /// Share of its own best below which a measure counts as sinking.
    static final double SINKING = 0.7;
    /// Factor by which norms may grow. If the loss does not depend on lengths, norms grow tenfold in healthy
    /// runs.
    static final double GROWTH = 1000;
    /// Share of its best below which a norm has vanished.
    static final double VANISHED = 0.05;
    /// Share of the run after which alarms begin.
    static final double START = 0.1;
    /// Share of the run after which a place that was never sound is called collapsed.
    static final double GRACE = 0.25;

    private static final String SHARE_KEY = Measure.RANKME_CENTERED_SHARE.at("");

    private final long totalSteps;
    private final Map<String, Place> places = new LinkedHashMap<>();

    CollapseDetector(long totalSteps) {
        this.totalSteps = totalSteps;
    }

    /// The state of one place.
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
    private record PlaceMeasures(double share, double spread, double norm) {
        static @Nullable PlaceMeasures of(Map<String, Double> measures, String place) {
            Double share = measures.get(Measure.RANKME_CENTERED_SHARE.at(place));
            Double spread = measures.get(Measure.STD.at(place));
            Double norm = measures.get(Measure.NORM.at(place));
            return share == null || spread == null || norm == null ? null : new PlaceMeasures(share, spread, norm);
        }
    }

    /// Adds the measures of a check after `step` steps, by their keys in `metrics.jsonl`.
    ///
    /// @return new alarms
    List<Alarm> update(long step, Map<String, Double> measures) {
        var alarms = new ArrayList<Alarm>();
        for (String key : measures.keySet()) {
            if (key.endsWith(SHARE_KEY)) {
                String name = key.substring(0, key.length() - SHARE_KEY.length());
                PlaceMeasures measured = PlaceMeasures.of(measures, name);
                if (measured != null) {
                    Alarm alarm = update(step, name, places.computeIfAbsent(name, n -> new Place()), measured);
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

    private @Nullable Alarm update(long step, String name, Place place, PlaceMeasures measured) {
        if (Double.isNaN(place.firstNorm)) {
            place.firstNorm = measured.norm();
        }
        Kind kind = kind(place, measured);
        boolean early = step < START * totalSteps;
        boolean sinking = kind != null
                || measured.share() < SINKING * place.bestShare
                || measured.spread() < SINKING * place.bestSpread
                || measured.norm() < FALLEN * place.bestNorm;
        if (!sinking) {
            place.onset = -1;
            place.onceSound |= !early;
        } else if (place.onset < 0) {
            place.onset = step;
        }
        if (!early) {
            remember(place, measured, step);
        }
        place.streak = kind == null ? 0 : place.streak + 1;
        boolean due = step >= (place.onceSound ? START : GRACE) * totalSteps;
        boolean settled = place.streak >= 2 || place.streak == 1 && step == totalSteps;
        return kind != null && due && settled && place.raised.add(kind)
                ? alarm(step, name, kind, place, measured)
                : null;
    }

    private static void remember(Place place, PlaceMeasures measured, long step) {
        place.bestNorm = Math.max(place.bestNorm, measured.norm());
        if (measured.share() > place.bestShare) {
            place.bestShare = measured.share();
            place.bestShareStep = step;
        }
        if (measured.spread() > place.bestSpread) {
            place.bestSpread = measured.spread();
            place.bestSpreadStep = step;
        }
    }

    private static @Nullable Kind kind(Place place, PlaceMeasures measured) {
        if (measured.spread() < SPREAD || measured.spread() < FALLEN * place.bestSpread) {
            return Kind.CONSTANT;
        }
        if (measured.norm() < VANISHED * place.bestNorm) {
            return Kind.NORM_VANISHING;
        }
        if (measured.norm() > GROWTH * place.firstNorm) {
            return Kind.NORM_BLOW_UP;
        }
        return measured.share() < SHARE || measured.share() < FALLEN * place.bestShare ? Kind.DIMENSIONAL : null;
    }

    private Alarm alarm(long step, String name, Kind kind, Place place, PlaceMeasures measured) {
        String evidence = switch (kind) {
            case CONSTANT ->
                fall("spread", measured.spread(), SPREAD, place.bestSpread, place.bestSpreadStep)
                        + " (1 = over the whole sphere)";
            case DIMENSIONAL ->
                fall("rank share", measured.share(), SHARE, place.bestShare, place.bestShareStep) + " (1 = isotropic)";
            case NORM_VANISHING ->
                "mean norm is %s, it was up to %s".formatted(number(measured.norm()), number(place.bestNorm));
            case NORM_BLOW_UP ->
                "mean norm is %s, it was %s at the first check"
                        .formatted(number(measured.norm()), number(place.firstNorm));
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
                "add a term that spreads embeddings, such as method.objective.variance; if the loss has one, lower"
                        + " optimizer.weightDecay";
            case CONSTANT, DIMENSIONAL ->
                "lower optimizer.learningRate, or strengthen the terms that keep embeddings apart: the variance and"
                        + " covariance weights of method.objective, or method.predictor and method.target";
            case HEALTHY, REDUNDANT, COMMON_OFFSET, CLASS_WISE, SHORTCUT, OVER_AUGMENTED, UNDER_SAMPLED ->
                throw new IllegalStateException("no alarm for " + kind);
        };
    }

    private static String number(double value) {
        return Numbers.number(value, 3);
    }
}
