package org.fullrank.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// What was measured at one step.
///
/// @param step steps done so far, 1 after the first
/// @param epoch epochs begun so far, 0 in the first
/// @param values the measured numbers by name, a pure function of recipe and data: `loss`, `loss.variance`, `knn`, ...;
///     NaN and infinities are allowed
/// @param timing numbers of the clock by name, such as `seconds` (since the run began, pauses between resumes left
///     out) and `imagesPerSecond`; they differ from run to run
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
