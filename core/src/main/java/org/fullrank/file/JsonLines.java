package org.fullrank.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.fullrank.engine.JobException;
import org.jspecify.annotations.Nullable;

/// A file with one JSON object per line: `metrics.jsonl`, `spectra.jsonl` or `alarms.jsonl`. Each of these
/// objects contains the `step` at which it was written. Each line is written immediately, so a killed process
/// loses no line.
///
/// A run that resumes from an earlier step removes all lines after that step. So the file of a resumed run is
/// equal to the file of an uninterrupted run.
public final class JsonLines implements AutoCloseable {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    /// The last line is first searched in this number of bytes at the end of a file. They hold a few large
    /// records.
    private static final int END_BYTES = 1 << 13;

    private final Path file;
    private final FileChannel channel;

    private JsonLines(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    /// Opens a file after `step` steps, 0 for a new run. Lines of later steps and an incomplete last line are
    /// removed.
    ///
    /// @throws JobException when the file cannot be written
    public static JsonLines open(Path file, long step) {
        return open(file, line -> {
            JsonNode node = parse(line);
            return node != null && node.get("step").longValue() <= step;
        });
    }

    /// Opens a file and removes all lines for which `kept` is false.
    public static JsonLines open(Path file, Predicate<String> kept) {
        try {
            StringBuilder text = new StringBuilder();
            for (String line : text(file)) {
                if (kept.test(line)) {
                    text.append(line).append('\n');
                }
            }
            AtomicFile.write(file, text.toString());
            return new JsonLines(file, FileChannel.open(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    /// The objects of a file, oldest first. Lines that cannot be read are left out. A missing file has no
    /// objects.
    public static List<JsonNode> read(Path file) {
        List<JsonNode> nodes = new ArrayList<>();
        for (String line : text(file)) {
            JsonNode node = parse(line);
            if (node != null) {
                nodes.add(node);
            }
        }
        return nodes;
    }

    /// Appends an object; it must have a `step`.
    ///
    /// @throws JobException when the disk is full or the folder is gone
    public void append(Map<String, ?> object) {
        append(line(object));
    }

    /// A value as one line of JSON, without line end.
    public static String line(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    public void append(String line) {
        try {
            AtomicFile.writeAll(channel, ByteBuffer.wrap((line + "\n").getBytes(StandardCharsets.UTF_8)));
        } catch (IOException e) {
            throw failed(file, e);
        }
    }

    public static List<String> text(Path file) {
        try {
            return Files.exists(file)
                    ? new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                            .lines()
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /// The last line for which `sought` is true, or null. Reads the file from its end, only as far as
    /// necessary.
    public static @Nullable String last(Path file, Predicate<String> sought) {
        if (!Files.exists(file)) {
            return null;
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long size = channel.size();
            for (long count = END_BYTES; ; count *= 2) {
                List<String> lines = lines(channel, Math.max(0, size - count), size);
                for (String line : lines.reversed()) {
                    if (sought.test(line)) {
                        return line;
                    }
                }
                if (count >= size) {
                    return null;
                }
            }
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    /// The lines between two positions of a file. The first line is left out if it may be incomplete.
    private static List<String> lines(FileChannel channel, long begin, long end) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(end - begin));
        for (int read = 0; bytes.hasRemaining() && read >= 0; ) {
            read = channel.read(bytes, begin + bytes.position());
        }
        return StandardCharsets.UTF_8
                .decode(bytes.flip())
                .toString()
                .lines()
                .skip(begin > 0 ? 1 : 0)
                .toList();
    }

    private static @Nullable JsonNode parse(String line) {
        try {
            JsonNode node = MAPPER.readTree(line);
            return node.path("step").isIntegralNumber() ? node : null;
        } catch (JsonProcessingException e) {
            return null; // torn by a kill
        }
    }

    private static JobException unreadable(Path file, IOException e) {
        return new JobException("cannot read " + file + ": " + e.getMessage(), e);
    }

    public static JobException failed(Path file, IOException e) {
        return new JobException(
                "cannot write %s: %s; free some space or make it writable, then resume the run".formatted(file, e), e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(file, e);
        }
    }
}
