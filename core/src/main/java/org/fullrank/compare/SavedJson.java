package org.fullrank.compare;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.file.AtomicFile;
import org.jspecify.annotations.Nullable;

/// Small files of a comparison, written so that a reader sees all or nothing.
final class SavedJson {
    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private SavedJson() {}

    static void write(Path file, Object value) {
        try {
            text(file, MAPPER.writeValueAsString(value) + "\n");
        } catch (JacksonException e) {
            throw new IllegalStateException(e);
        }
    }

    static void text(Path file, String text) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
        AtomicFile.write(file, channel -> {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        });
    }

    /// Reads a record back; null when there is no such file.
    ///
    /// @throws InputException when it was changed into something else
    static <T> @Nullable T read(Path file, Class<T> type) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return MAPPER.readValue(file.toFile(), type);
        } catch (JacksonException e) {
            throw new InputException(
                    "%s: found text that is not as it was written (%s), expected JSON of a comparison; remove the file"
                            .formatted(
                                    file,
                                    String.valueOf(e.getOriginalMessage())
                                            .lines()
                                            .findFirst()
                                            .orElse("")),
                    e);
        } catch (IOException e) {
            throw new JobException("cannot read %s (%s); make it readable".formatted(file, e.getMessage()), e);
        }
    }
}
