package org.fullrank.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.fullrank.engine.JobException;

/// Writes a JSON object to a file atomically: a reader sees the old content or the new, never a part.
public final class JsonFile {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonFile() {}

    /// Writes records, maps, lists and numbers; those that JSON lacks become `"NaN"`, `"Infinity"` and
    /// `"-Infinity"`.
    ///
    /// @throws JobException when the file cannot be written
    public static void write(Path file, Object value) {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(MAPPER.writeValueAsBytes(value));
            AtomicFile.write(file, channel -> {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            });
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
