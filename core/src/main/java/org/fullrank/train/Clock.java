package org.fullrank.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.run.MetricRecord;

/// Wall-clock time. The time is separate from everything that must be reproducible.
final class Clock {
    private double before;
    private long started = System.nanoTime();
    private long lastSave = started;
    private long lastRecord = started;
    private long imagesSinceRecord;

    /// Continues from the time of the last record.
    void start(List<MetricRecord> records) {
        before = records.isEmpty() ? 0 : records.getLast().timing().getOrDefault("seconds", 0.0);
        started = System.nanoTime();
        lastSave = started;
        lastRecord = started;
    }

    void images(int count) {
        imagesSinceRecord += count;
    }

    void saved() {
        lastSave = System.nanoTime();
    }

    double minutesSinceSave() {
        return (System.nanoTime() - lastSave) / 60e9;
    }

    /// The times and speeds for a record.
    SequencedMap<String, Double> timing() {
        long now = System.nanoTime();
        var timing = new LinkedHashMap<String, Double>();
        timing.put("seconds", before + (now - started) / 1e9);
        if (imagesSinceRecord > 0) {
            timing.put("imagesPerSecond", imagesSinceRecord * 1e9 / (now - lastRecord));
        }
        lastRecord = now;
        imagesSinceRecord = 0;
        return timing;
    }
}
