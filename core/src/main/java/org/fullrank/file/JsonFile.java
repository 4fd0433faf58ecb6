package org.fullrank.file;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.fullrank.engine.JobException;

/// A file with one JSON object, written so that a reader sees all of it or what was there before.
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
