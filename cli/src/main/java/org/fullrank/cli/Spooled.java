package org.fullrank.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.jspecify.annotations.Nullable;

/// Standard input as a file, because formats are recognized by the first bytes and some are read twice. The file is
/// temporary: [#close] deletes it.
final class Spooled implements AutoCloseable {
    /// The argument that stands for standard input.
    static final Path INPUT = Path.of("-");

    private static final String NAME = "standard input";

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
                throw new JobException(NAME + ": cannot be copied to a temporary file: " + e.getMessage(), e);
            }
        }
        return file;
    }

    /// The name of an argument for people.
    static String name(Path argument) {
        return argument.equals(INPUT) ? NAME : argument.toString();
    }

    /// A text that names standard input instead of the temporary file.
    String named(String text) {
        return file == null ? text : text.replace(file.toString(), NAME);
    }

    /// The same for an exception.
    FullrankException named(FullrankException e) {
        String message = String.valueOf(e.getMessage());
        String named = named(message);
        if (named.equals(message)) {
            return e;
        }
        return switch (e) {
            case InputException input -> new InputException(named, input);
            case JobException job -> new JobException(named, job);
        };
    }

    /// A file that cannot be deleted now is deleted at the exit, so that a result or an error is not lost.
    @Override
    public void close() {
        if (file != null) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // see above
            }
        }
    }
}
