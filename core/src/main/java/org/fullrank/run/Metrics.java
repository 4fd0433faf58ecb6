package org.fullrank.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.engine.JobException;

/// Writes what a run measures: `metrics.jsonl`, the truth (see [MetricRecord]), one line at a time so that nothing is
/// lost when the process is killed, and a TensorBoard event file beside it, rebuilt from the lines on resume.
///
/// Write the records of a step before its checkpoint: resuming drops what came after the checkpoint's step, so the
/// lines of a resumed run equal those of an uninterrupted one but for the keys under `time.`.
public final class Metrics implements AutoCloseable {
    static final String FILE = "metrics.jsonl";
    /// Key of the timing that says when a record was written, in seconds since 1970.
    static final String AT = "at";

    private final Path file;
    private final FileChannel channel;
    private final EventFile events;

    private Metrics(Path file, FileChannel channel, EventFile events) {
        this.file = file;
        this.channel = channel;
        this.events = events;
    }

    /// Opens the metrics of a folder after `step` steps: 0 for a fresh run. Records of later steps, the line that says
    /// how the run ended and a torn last line are dropped.
    ///
    /// @throws JobException when the files cannot be written
    public static Metrics open(Path folder, long step) {
        Path file = folder.resolve(FILE);
        try {
            List<MetricRecord> kept = truncate(file, step);
            EventFile events = EventFile.create(folder);
            for (MetricRecord record : kept) {
                events.append(record);
            }
            FileChannel channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
            return new Metrics(file, channel, events);
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /// Appends one record to both files.
    ///
    /// @throws JobException when the disk is full or the folder is gone
    public void append(MetricRecord record) {
        SequencedMap<String, Double> timing = new LinkedHashMap<>(record.timing());
        timing.put(AT, System.currentTimeMillis() / 1000.0);
        MetricRecord stamped = new MetricRecord(record.step(), record.epoch(), record.values(), timing);
        write(new MetricLine.Measured(stamped));
        try {
            events.append(stamped);
        } catch (IOException e) {
            throw failed(events.path(), e);
        }
    }

    /// Writes how the run ended.
    ///
    /// @param status finished, stopped or failed
    /// @param message one line for the user, empty when there is nothing to say
    public void end(RunStatus status, long step, String message) {
        write(new MetricLine.Ended(step, status, message));
    }

    /// The records of a run, oldest first; unreadable lines are left out.
    public static List<MetricRecord> read(Path folder) {
        return lines(folder.resolve(FILE)).stream()
                .filter(MetricLine.Measured.class::isInstance)
                .map(line -> ((MetricLine.Measured) line).record())
                .toList();
    }

    static List<MetricLine> lines(Path file) {
        List<MetricLine> lines = new ArrayList<>();
        for (String text : text(file)) {
            MetricLine line = MetricLine.parse(text);
            if (line != null) {
                lines.add(line);
            }
        }
        return lines;
    }

    private static List<String> text(Path file) {
        try {
            return Files.exists(file)
                    ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                            .lines()
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new JobException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /// Rewrites the file with the records up to `step` only, byte for byte, and returns them.
    private static List<MetricRecord> truncate(Path file, long step) throws IOException {
        List<MetricRecord> kept = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (String line : text(file)) {
            if (MetricLine.parse(line) instanceof MetricLine.Measured(MetricRecord record) && record.step() <= step) {
                kept.add(record);
                text.append(line).append('\n');
            }
        }
        Path next = file.resolveSibling(FILE + ".next");
        Files.writeString(next, text);
        Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return kept;
    }

    private void write(MetricLine line) {
        ByteBuffer bytes = ByteBuffer.wrap((line.json() + "\n").getBytes(StandardCharsets.UTF_8));
        try {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    private static JobException failed(Path file, IOException e) {
        return new JobException(
                "cannot write %s: %s; free some space or make it writable, then resume the run".formatted(file, e), e);
    }

    @Override
    public void close() {
        try (channel) {
            events.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }
}
