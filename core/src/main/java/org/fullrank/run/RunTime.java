package org.fullrank.run;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// How long a run takes.
///
/// @param totalSteps steps of the whole training; 0 for a run of an earlier version, or a closed form
/// @param began when it began, in seconds since 1970; NaN without records
/// @param seconds time of training so far, without pauses before a resume; NaN without records
/// @param secondsLeft time to the last step at the mean speed so far; NaN if it is unknown, or the run has
///     ended
public record RunTime(long totalSteps, double began, double seconds, double secondsLeft) {
    /// The time of a run before its first record.
    static final RunTime NONE = new RunTime(0, Double.NaN, Double.NaN, Double.NaN);

    static RunTime of(MetricRecord first, MetricRecord latest, long totalSteps) {
        return new RunTime(
                totalSteps,
                first.timing().getOrDefault(Metrics.AT, Double.NaN) - seconds(first),
                seconds(latest),
                secondsLeft(first, latest, totalSteps));
    }

    /// The time of a run that makes no further steps.
    RunTime ended() {
        return new RunTime(totalSteps, began, seconds, Double.NaN);
    }

    /// The time from the latest record to the last step, at the mean speed since the first record; NaN if it
    /// is unknown.
    static double secondsLeft(MetricRecord first, MetricRecord latest, long totalSteps) {
        if (latest.step() >= totalSteps) {
            return totalSteps == 0 ? Double.NaN : 0;
        }
        double seconds = seconds(latest) - seconds(first);
        long steps = latest.step() - first.step();
        return steps == 0 || !(seconds > 0) ? Double.NaN : seconds / steps * (totalSteps - latest.step());
    }

    private static double seconds(MetricRecord record) {
        return record.timing().getOrDefault("seconds", Double.NaN);
    }

    /// For JSON. What is unknown is left out.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        if (totalSteps > 0) {
            map.put("totalSteps", totalSteps);
        }
        put(map, "began", began);
        put(map, "seconds", seconds);
        put(map, "secondsLeft", secondsLeft);
        return map;
    }

    private static void put(SequencedMap<String, Object> map, String key, double value) {
        if (!Double.isNaN(value)) {
            map.put(key, value);
        }
    }
}
