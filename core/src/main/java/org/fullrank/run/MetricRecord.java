package org.fullrank.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// The values that were measured at one step.
///
/// @param step number of steps done so far; 1 after the first step
/// @param epoch number of epochs begun before this one; 0 in the first epoch
/// @param values the measured numbers by name: `loss`, `loss.variance`, `knn`, ...; they depend only on
///     recipe and data; NaN and infinities are allowed
/// @param timing times and speeds by name, such as `seconds` (since the run began, without pauses before a
///     resume) and `imagesPerSecond`. They differ from run to run
public record MetricRecord(
        long step, int epoch, SequencedMap<String, Double> values, SequencedMap<String, Double> timing) {
    public MetricRecord {
        values = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(values));
        timing = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(timing));
    }

    public static MetricRecord of(long step, int epoch, SequencedMap<String, Double> values, double seconds) {
        SequencedMap<String, Double> timing = new LinkedHashMap<>();
        timing.put("seconds", seconds);
        return new MetricRecord(step, epoch, values, timing);
    }
}
