package org.fullrank.monitor;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.Measure;
import org.fullrank.diagnose.Verdict;
import org.fullrank.file.JsonLines;
import org.fullrank.method.Method;
import org.fullrank.method.MethodSpec;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.MonitorSpec;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;

/// Schedules the checks of a run, and writes spectra, verdicts and alarms. The schedule remembers the check with the
/// best state, and the state to which the run can roll back.
public final class CheckSchedule implements AutoCloseable {
    /// Ranks count as equal if they differ from the best one by at most 5 %. Among states with equal ranks,
    /// the latest one is used, because it has learned more.
    static final double NEAR_BEST = 0.95;

    private static final String RANK = Measure.RANKME.at(Monitor.REPRESENTATION);
    private static final String RANK_SHARE = Measure.RANKME_CENTERED_SHARE.at(Monitor.REPRESENTATION);

    private final MonitorSpec spec;
    private final MethodSpec trained;
    private final Monitor monitor;
    private final long stepsPerEpoch;
    private final long totalSteps;
    private final long quickSteps;
    private final CollapseDetector detector;
    private final JsonLines spectra;
    private final JsonLines verdicts;
    private final JsonLines alarms;
    private double bestScore = Double.NEGATIVE_INFINITY;
    private double bestShare;

    /// The length of a training.
    public record Length(long stepsPerEpoch, long totalSteps) {}

    /// @param folder run folder. Its records up to `step` restore the state of earlier checks
    public CheckSchedule(RunFolder folder, Recipe recipe, Monitor monitor, Length length, long step) {
        spec = recipe.monitor();
        trained = recipe.method();
        this.monitor = monitor;
        stepsPerEpoch = length.stepsPerEpoch();
        totalSteps = length.totalSteps();
        quickSteps = spec.quickSteps(totalSteps, recipe.train().batch());
        detector = new CollapseDetector(totalSteps);
        for (MetricRecord record : folder.records()) {
            detector.update(record.step(), record.values());
            if (isCheck(record.values())) {
                soundest(record.step(), record.values());
                if (isFull(record.step())) {
                    best(record.values());
                }
            }
        }
        spectra = folder.lines(RunFolder.SPECTRA, step);
        try {
            verdicts = folder.lines(RunFolder.VERDICTS, step);
        } catch (RuntimeException e) {
            spectra.close();
            throw e;
        }
        try {
            alarms = folder.lines(RunFolder.ALARMS, step);
        } catch (RuntimeException e) {
            try (spectra) {
                verdicts.close();
            }
            throw e;
        }
    }

    private static boolean isCheck(Map<String, Double> values) {
        return values.containsKey(RANK) || values.containsKey("knn");
    }

    /// The result of a check.
    ///
    /// @param values by their names in the log
    /// @param alarms new alarms
    /// @param best whether no check had a higher score
    /// @param soundest whether a rollback should restore this state
    public record Result(SequencedMap<String, Double> values, List<Alarm> alarms, boolean best, boolean soundest) {}

    /// The alarms that still hold at the end of a run or at a checkpoint. An alarm still holds if the latest
    /// check of its place was also collapsed.
    ///
    /// @param step number of steps done; later records are not read
    public static List<Alarm> standing(RunFolder folder, long totalSteps, long step) {
        var detector = new CollapseDetector(totalSteps);
        for (MetricRecord record : folder.records()) {
            if (record.step() <= step) {
                detector.update(record.step(), record.values());
            }
        }
        return detector.standing();
    }

    /// Adds the values of a training batch before its step. The first values are those of the untrained
    /// network.
    public void learned(long step, Map<String, Double> values) {
        detector.update(step, values);
    }

    /// Whether there is a check after `step` steps.
    public boolean due(long step) {
        return isQuick(step) || isFull(step);
    }

    private boolean isQuick(long step) {
        return step % quickSteps == 0;
    }

    /// Whether the check includes kNN.
    private boolean isFull(long step) {
        boolean epochEnd = step % stepsPerEpoch == 0;
        return step == totalSteps
                || epochEnd && spec.everyEpochs() > 0 && step / stepsPerEpoch % spec.everyEpochs() == 0;
    }

    /// Makes the check, and writes the spectra, the verdicts and the alarms.
    public Result check(Method method, long step) {
        Monitor.Check check = monitor.check(method);
        var values = new LinkedHashMap<>(check.values());
        if (isFull(step)) {
            values.putAll(monitor.knn(method));
        }
        check.spectra().forEach((place, points) -> {
            var line = new LinkedHashMap<String, Object>();
            line.put("step", step);
            line.put("place", place);
            line.put("values", points);
            spectra.append(line);
        });
        List<Alarm> raised = detector.update(step, values).stream()
                .map(alarm -> alarm.with(diagnosis(method, check, alarm.place()).verdict()))
                .map(alarm -> alarm.fit(trained))
                .toList();
        raised.forEach(alarm -> alarms.append(alarm.line(spec.onCollapse())));
        check.diagnoses().values().forEach(diagnosis -> verdicts.append(line(step, withAlarms(diagnosis))));
        boolean soundest = soundest(step, values);
        return new Result(values, raised, isFull(step) && best(values), soundest);
    }

    private Diagnosis diagnosis(Method method, Monitor.Check check, String place) {
        Diagnosis known = check.diagnoses().get(place);
        return known == null ? monitor.diagnose(method, place) : known;
    }

    /// The diagnosis with the alarms of its place that hold at this check. An alarm also knows earlier checks.
    private Diagnosis withAlarms(Diagnosis diagnosis) {
        for (Alarm alarm : detector.standing()) {
            if (alarm.place().equals(diagnosis.subject())) {
                diagnosis = diagnosis.with(alarm.verdict());
            }
        }
        return Advice.fit(diagnosis, trained);
    }

    private static SequencedMap<String, Object> line(long step, Diagnosis diagnosis) {
        var line = new LinkedHashMap<String, Object>();
        line.put("step", step);
        line.put("subject", diagnosis.subject());
        line.put("rows", diagnosis.rows());
        line.put("width", diagnosis.width());
        line.put("verdicts", diagnosis.verdicts().stream().map(Verdict::toMap).toList());
        return line;
    }

    /// Whether this check is the best so far. The criterion is the kNN accuracy, or RankMe if there are no
    /// labels.
    private boolean best(Map<String, Double> values) {
        double score = values.getOrDefault("knn", values.getOrDefault(RANK, 0.0));
        boolean best = score > bestScore;
        bestScore = Math.max(bestScore, score);
        return best;
    }

    /// Whether this check has the best rank of the representation among all checks in which no place is
    /// sinking. Labels are not used.
    private boolean soundest(long step, Map<String, Double> values) {
        double share = values.getOrDefault(RANK_SHARE, 0.0);
        boolean candidate =
                step >= CollapseDetector.START * totalSteps && detector.isSound() && share >= NEAR_BEST * bestShare;
        bestShare = candidate ? Math.max(bestShare, share) : bestShare;
        return candidate;
    }

    @Override
    public void close() {
        try (spectra;
                verdicts) {
            alarms.close();
        }
    }
}
