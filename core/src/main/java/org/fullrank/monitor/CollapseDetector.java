package org.fullrank.monitor;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Verdict;
import org.fullrank.diagnose.Verdict.Kind;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// Detects collapse from the checks of a run: which embedding has collapsed, and since which step. The state
/// of the detector depends only on the records of the run so far. So a resumed run restores the state from
/// `metrics.jsonl`.
///
/// The rules for each place:
/// - A check is **collapsed** by an absolute rule if the spread (`std`) is below [#SPREAD], the rank share is
///   below [#SHARE], or, outside of inner blocks, the effective rank is so small that a diagnosis calls it a
///   dimensional collapse. It is also collapsed if the standard deviation of the embedding, at the check and
///   in the latest training batch, is below a twentieth of its value before the first step. The check alone
///   does not count: its batch norms use running statistics, which are far from settled after few steps.
/// - A check is **collapsed** by its own past if the spread or the rank share is below a third of its best
///   value, if the norm is below a twentieth of its best value, or if the norm is above a thousand times the
///   norm of the first check. A small norm of the embedding counts only if its standard deviation is also below
///   a third of its value before the first step.
/// - Two collapsed checks in a row raise an alarm, once for each kind. At the end of the run one collapsed
///   check is enough. If a check breaks several rules, the first one raises the alarm. A rule about lengths
///   also raises its own alarm, because a diagnosis of the final embedding cannot see it.
/// - The **best** values are taken after the share [#START] of the run, because the ranks of an untrained
///   network have no meaning. There are no alarms before this point.
/// - A place that was never sound raises no alarm before the share [#GRACE] of the run.
/// - A check is **sinking** if it is collapsed, if the spread or the rank share is below [#SINKING] times its
///   best value, or if the norm or the standard deviation is below a third of its reference value. The
///   **onset** is the first of the consecutive sinking checks that end with the alarm.
final class CollapseDetector {
    /// If the spread is below this value, all rows count as one point.
    static final double SPREAD = 0.05;
    /// If the rank share is below this value, an embedding counts as collapsed, whatever its earlier values
    /// were.
    static final double SHARE = 0.02;
    /// If a measure is below this share of its own best value, it counts as collapsed.
    static final double FALLEN = 1.0 / 3;
    /// If a measure is below this share of its own best value, it counts as sinking.
    static final double SINKING = 0.7;
    /// Factor by which a norm may grow. If the loss does not depend on lengths, norms grow tenfold in healthy
    /// runs.
    static final double GROWTH = 1000;
    /// A norm below this share of its best value has vanished. A standard deviation below this share of its
    /// value before the first step has vanished too. In healthy runs of the small recipes, of tables and of
    /// transformers, the standard deviation stayed above 0.78 of its first value.
    static final double VANISHED = 0.05;
    /// Share of the run after which alarms begin.
    static final double START = 0.1;
    /// Share of the run after which a place that was never sound is called collapsed.
    static final double GRACE = 0.25;

    private static final String SHARE_KEY = Measure.RANKME_CENTERED_SHARE.at("");
    private static final String BATCH_KEY = Measure.STD_RAW.at(Monitor.BATCH_EMBEDDING);

    private final long totalSteps;
    private final Map<String, Place> places = new LinkedHashMap<>();
    private double firstDeviation = Double.NaN; // of the first training batch, before the first step
    private double latestDeviation = Double.NaN; // of the latest training batch

    CollapseDetector(long totalSteps) {
        this.totalSteps = totalSteps;
    }

    /// The state of one place.
    private static final class Place {
        private final Map<Kind, Alarm> raised = new EnumMap<>(Kind.class);
        private final Set<Kind> broken = EnumSet.noneOf(Kind.class); // kinds of the faults of the latest check
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

    /// The measures of one check of one place. A measure is NaN if an earlier version did not write it.
    ///
    /// @param margin effective rank divided by the smallest sound one; NaN for an inner block, because its
    ///     pooled channels share much of their variance in healthy networks
    /// @param deviation standard deviation of a dimension, at the check or in the latest training batch, the
    ///     larger one, divided by that of the first training batch; NaN outside of the embedding
    private record PlaceMeasures(double share, double spread, double norm, double margin, double deviation) {
        static @Nullable PlaceMeasures of(Map<String, Double> measures, String place, double first, double latest) {
            Double share = measures.get(Measure.RANKME_CENTERED_SHARE.at(place));
            Double spread = measures.get(Measure.STD.at(place));
            Double norm = measures.get(Measure.NORM.at(place));
            if (share == null || spread == null || norm == null) {
                return null;
            }
            boolean outer = place.equals(Monitor.EMBEDDING) || place.equals(Monitor.REPRESENTATION);
            return new PlaceMeasures(
                    share,
                    spread,
                    norm,
                    outer ? get(measures, Measure.EFFECTIVE_RANK_MARGIN.at(place)) : Double.NaN,
                    place.equals(Monitor.EMBEDDING)
                            ? Math.max(get(measures, Measure.STD_RAW.at(place)), latest) / first
                            : Double.NaN);
        }

        private static double get(Map<String, Double> measures, String key) {
            return measures.getOrDefault(key, Double.NaN);
        }
    }

    /// A rule that a check breaks.
    ///
    /// @param ratio of the measure to its limit, below 1. For an upper limit, it is the inverse
    private record Fault(Kind kind, double ratio, String evidence) {
        boolean isLength() {
            return kind == Kind.NORM_VANISHING || kind == Kind.NORM_BLOW_UP;
        }
    }

    /// Adds the values of a record after `step` steps, by their keys in `metrics.jsonl`: those of a check, or
    /// those of a training batch.
    ///
    /// @return new alarms
    List<Alarm> update(long step, Map<String, Double> measures) {
        latestDeviation = measures.getOrDefault(BATCH_KEY, latestDeviation);
        if (Double.isNaN(firstDeviation) && latestDeviation > 0) {
            firstDeviation = latestDeviation;
        }
        var alarms = new ArrayList<Alarm>();
        for (String key : measures.keySet()) {
            if (key.endsWith(SHARE_KEY)) {
                String name = key.substring(0, key.length() - SHARE_KEY.length());
                PlaceMeasures measured = PlaceMeasures.of(measures, name, firstDeviation, latestDeviation);
                if (measured != null) {
                    alarms.addAll(update(step, name, places.computeIfAbsent(name, n -> new Place()), measured));
                }
            }
        }
        return alarms;
    }

    /// Whether no place is sinking after the latest check.
    boolean isSound() {
        return places.values().stream().allMatch(p -> p.onset < 0);
    }

    /// The alarms whose rule the latest check of their place also broke.
    List<Alarm> standing() {
        return places.values().stream()
                .flatMap(place -> place.raised.values().stream().filter(alarm -> place.broken.contains(alarm.kind())))
                .toList();
    }

    private List<Alarm> update(long step, String name, Place place, PlaceMeasures measured) {
        if (Double.isNaN(place.firstNorm)) {
            place.firstNorm = measured.norm();
        }
        List<Fault> faults = faults(place, measured);
        boolean early = step < START * totalSteps;
        boolean sinking = !faults.isEmpty()
                || measured.share() < SINKING * place.bestShare
                || measured.spread() < SINKING * place.bestSpread
                || measured.norm() < FALLEN * place.bestNorm
                || measured.deviation() < FALLEN;
        if (!sinking) {
            place.onset = -1;
            place.onceSound |= !early;
        } else if (place.onset < 0) {
            place.onset = step;
        }
        if (!early) {
            remember(place, measured, step);
        }
        place.streak = faults.isEmpty() ? 0 : place.streak + 1;
        place.broken.clear();
        faults.forEach(fault -> place.broken.add(fault.kind()));
        boolean due = step >= (place.onceSound ? START : GRACE) * totalSteps;
        boolean settled = place.streak >= 2 || step == totalSteps;
        var alarms = new ArrayList<Alarm>();
        for (Fault fault : due && settled ? faults : List.<Fault>of()) {
            if (!place.raised.containsKey(fault.kind())) {
                Verdict verdict = Verdict.below(fault.kind(), fault.ratio(), fault.evidence(), next(fault.kind()));
                alarms.add(new Alarm(step, place.onset, name, verdict));
            }
        }
        alarms.forEach(alarm -> place.raised.put(alarm.kind(), alarm));
        return alarms;
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

    /// The first rule in this order that the check breaks, and the first one about lengths; empty if it breaks
    /// none.
    private static List<Fault> faults(Place place, PlaceMeasures m) {
        double growth = GROWTH * place.firstNorm / m.norm();
        List<Fault> broken = Stream.of(
                        new Fault(
                                Kind.CONSTANT,
                                m.spread() / Math.max(SPREAD, FALLEN * place.bestSpread),
                                fall("spread", m.spread(), SPREAD, place.bestSpread, place.bestSpreadStep)
                                        + " (1 = over the whole sphere)"),
                        new Fault(
                                Kind.NORM_VANISHING,
                                shrunk(place, m),
                                "mean norm is %s, it was up to %s".formatted(number(m.norm()), number(place.bestNorm))),
                        new Fault(
                                Kind.NORM_VANISHING,
                                m.deviation() / VANISHED,
                                "standard deviation is %s times that before training, expected at least %s"
                                        .formatted(number(m.deviation()), number(VANISHED))),
                        new Fault(
                                Kind.NORM_BLOW_UP,
                                growth,
                                "mean norm is %s, it was %s at the first check"
                                        .formatted(number(m.norm()), number(place.firstNorm))),
                        new Fault(
                                Kind.DIMENSIONAL,
                                m.share() / Math.max(SHARE, FALLEN * place.bestShare),
                                fall("rank share", m.share(), SHARE, place.bestShare, place.bestShareStep)
                                        + " (1 = isotropic)"),
                        new Fault(
                                Kind.DIMENSIONAL,
                                m.margin(),
                                "effective rank is %s times the smallest that counts as sound"
                                        .formatted(number(m.margin()))))
                .filter(fault -> fault.ratio() < 1) // false for NaN
                .toList();
        if (broken.isEmpty() || broken.getFirst().isLength()) {
            return broken.stream().limit(1).toList();
        }
        return Stream.concat(
                        broken.stream().limit(1),
                        broken.stream().filter(Fault::isLength).limit(1))
                .toList();
    }

    /// The norm divided by the largest one that counts as vanished. Under a loss that does not depend on
    /// lengths, a high learning rate first stretches the embedding, and weight decay then shrinks it back.
    /// So an embedding must also have shrunk from its size before training. Infinity if it has not.
    private static double shrunk(Place place, PlaceMeasures m) {
        return m.deviation() >= FALLEN ? Double.POSITIVE_INFINITY : m.norm() / (VANISHED * place.bestNorm);
    }

    private static String fall(String what, double value, double least, double best, long at) {
        return value < FALLEN * best
                ? "%s is %s, less than a third of its best value, %s at step %d"
                        .formatted(what, number(value), number(best), at)
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
