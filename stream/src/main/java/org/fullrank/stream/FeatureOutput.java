package org.fullrank.stream;

import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/** The destination of features as CSV: a header, then one row per sample. */
public sealed interface FeatureOutput {
    /** A file. It is called {@code FILE.part} until it is complete. */
    record ToFile(Path path) implements FeatureOutput {
        /** @throws IllegalArgumentException when there is no such folder */
        public ToFile {
            requireFolder("output", path);
        }
    }

    /**
     * A writer, which is not closed.
     *
     * @param flush whether each row is flushed immediately, for a reader that waits for it
     */
    record ToWriter(Writer writer, boolean flush) implements FeatureOutput {}

    /**
     * A file. It is called {@code FILE.part} until it is complete.
     *
     * @throws IllegalArgumentException when there is no such folder
     */
    static FeatureOutput file(Path path) {
        return new ToFile(path);
    }

    /** A writer, for example of standard output. It is flushed at each save and at the end, and it is not closed. */
    static FeatureOutput writer(Writer writer) {
        return new ToWriter(writer, false);
    }

    /** A writer that is flushed after each row, for a reader that waits for it. It is not closed. It stays open. */
    static FeatureOutput liveWriter(Writer writer) {
        return new ToWriter(writer, true);
    }

    /** The name of a file until it is complete. */
    static Path part(Path path) {
        return path.resolveSibling(path.getFileName() + ".part");
    }

    /** Fails immediately if the file cannot be written. */
    static void requireFolder(String subject, Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new IllegalArgumentException(
                    "%s %s: found no folder %s, expected one; make it first".formatted(subject, file, parent));
        }
    }
}
