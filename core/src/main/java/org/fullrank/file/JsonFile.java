package org.fullrank.file;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.jspecify.annotations.Nullable;

/// A file with one JSON object. The object is indented for human readers and written atomically.
public final class JsonFile {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private JsonFile() {}

    /// Writes records, maps, lists and numbers. JSON does not have NaN and infinities. They become `"NaN"`,
    /// `"Infinity"` and `"-Infinity"`.
    ///
    /// @throws JobException when the file cannot be written
    public static void write(Path file, Object value) {
        AtomicFile.write(file, text(value) + "\n");
    }

    /// The text of such a file, without the last line break.
    public static String text(Object value) {
        try {
            return MAPPER.writeValueAsString(value);
        } catch (JacksonException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Reads a file that [#write] wrote; null when there is no such file.
    ///
    /// @param type a record, or `ObjectNode` for any object
    /// @throws InputException when the file contains something else
    /// @throws JobException when the file cannot be read
    public static <T> @Nullable T read(Path file, Class<T> type) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return MAPPER.readValue(file.toFile(), type);
        } catch (JacksonException e) {
            String reason =
                    String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
            throw new InputException(
                    "%s: found text that Fullrank did not write (%s), expected its JSON; remove the file"
                            .formatted(file, reason),
                    e);
        } catch (IOException e) {
            throw new JobException("cannot read %s (%s); make it readable".formatted(file, e.getMessage()), e);
        }
    }
}
