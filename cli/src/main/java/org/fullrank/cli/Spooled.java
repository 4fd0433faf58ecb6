package org.fullrank.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.fullrank.engine.JobException;
import org.jspecify.annotations.Nullable;

/// Standard input as a file, because formats are recognized by the first bytes and some are read twice. The file is
/// temporary: [#close] deletes it.
final class Spooled implements AutoCloseable {
    private static final Path INPUT = Path.of("-");

    private final InputStream in;
    private @Nullable Path file;

    Spooled() {
        this(System.in);
    }

    Spooled(InputStream in) {
        this.in = in;
    }

    /// The file to read for an argument, which is the argument itself unless it is `-`.
    Path file(Path argument) {
        if (!argument.equals(INPUT)) {
            return argument;
        }
        if (file == null) {
            try {
                file = Files.createTempFile("fullrank-input", "");
                file.toFile().deleteOnExit(); // after Ctrl-C too
                Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                throw new JobException("standard input: cannot be copied to a temporary file: " + e.getMessage(), e);
            }
        }
        return file;
    }

    @Override
    public void close() {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
