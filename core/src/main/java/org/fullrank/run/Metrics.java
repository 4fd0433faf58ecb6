package org.fullrank.run;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.engine.JobException;
import org.fullrank.file.JsonLines;
import org.jspecify.annotations.Nullable;

/// Writes the measurements of a run to `metrics.jsonl` (see [MetricRecord]) and to a TensorBoard event file.
/// Each line is written immediately, so a killed process loses no line. When a run is resumed, the event file
/// is rebuilt from the lines of `metrics.jsonl`.
///
/// Write the records of a step first, then its checkpoint. The reason is that a resume removes all records
/// after the step of the checkpoint. Then the lines of a resumed run are equal to the lines of an
/// uninterrupted run, except for the keys under `time.`.
public final class Metrics implements AutoCloseable {
    static final String FILE = RunFolder.METRICS;
    /// Key of the time at which a record was written, in seconds since 1970.
    static final String AT = "at";

    private final JsonLines lines;
    private final EventFile events;

    private Metrics(JsonLines lines, EventFile events) {
        this.lines = lines;
        this.events = events;
    }

    /// Opens the metrics of a folder after `step` steps; 0 for a new run. It removes the records of later
    /// steps, the line about the end of the run, and an incomplete last line.
    ///
    /// @throws JobException when the files cannot be written
    public static Metrics open(Path folder, long step) {
        Path file = folder.resolve(FILE);
        JsonLines lines = JsonLines.open(
                file,
                text -> MetricLine.parse(text) instanceof MetricLine line
                        && !(line instanceof MetricLine.Ended)
                        && line.step() <= step);
        try {
            EventFile events = EventFile.create(folder);
            for (MetricRecord record : read(folder)) {
                events.append(record);
            }
            return new Metrics(lines, events);
        } catch (IOException e) {
            throw JsonLines.failed(folder.resolve(EventFile.NAME), e);
        }
    }

    /// Appends one record to both files.
    ///
    /// @throws JobException when the disk is full or the folder is gone
    public void append(MetricRecord record) {
        SequencedMap<String, Double> timing = new LinkedHashMap<>(record.timing());
        timing.put(AT, System.currentTimeMillis() / 1000.0);
        MetricRecord stamped = new MetricRecord(record.step(), record.epoch(), record.values(), timing);
        lines.append(new MetricLine.Measured(stamped).json());
        try {
            events.append(stamped);
        } catch (IOException e) {
            throw JsonLines.failed(events.path(), e);
        }
    }

    /// Writes the number of steps of the whole training, unless it is there already.
    ///
    /// @param step number of steps done so far
    public void begin(Path folder, long step, long totalSteps) {
        long known = lines(folder.resolve(FILE)).stream()
                .filter(MetricLine.Started.class::isInstance)
                .mapToLong(line -> ((MetricLine.Started) line).steps())
                .reduce(0, (_, last) -> last);
        if (known != totalSteps) {
            lines.append(new MetricLine.Started(step, totalSteps).json());
        }
    }

    /// Writes how the run ended.
    ///
    /// @param status finished, stopped or failed
    /// @param message one line for the user, may be empty
    public void end(RunStatus status, long step, String message) {
        lines.append(new MetricLine.Ended(step, status, message).json());
    }

    /// The records of a run, oldest first; unreadable lines are left out.
    public static List<MetricRecord> read(Path folder) {
        return lines(folder.resolve(FILE)).stream()
                .filter(MetricLine.Measured.class::isInstance)
                .map(line -> ((MetricLine.Measured) line).record())
                .toList();
    }

    /// The missing measures in the records of an earlier version, in one line; empty if nothing is missing.
    public static String missing(Path folder) {
        return MetricKeys.missing(JsonLines.text(folder.resolve(FILE)).stream()
                .map(MetricLine::written)
                .toList());
    }

    static List<MetricLine> lines(Path file) {
        List<MetricLine> lines = new ArrayList<>();
        for (String text : JsonLines.text(file)) {
            MetricLine line = MetricLine.parse(text);
            if (line != null) {
                lines.add(line);
            }
        }
        return lines;
    }

    /// The last readable line of a file of any length; null if there is none.
    static @Nullable MetricLine last(Path file) {
        String text = JsonLines.last(file, line -> MetricLine.parse(line) != null);
        return text == null ? null : MetricLine.parse(text);
    }

    @Override
    public void close() {
        try (lines) {
            events.close();
        } catch (IOException e) {
            throw JsonLines.failed(events.path(), e);
        }
    }
}
