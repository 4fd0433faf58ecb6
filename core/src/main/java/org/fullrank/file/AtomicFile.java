package org.fullrank.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.fullrank.engine.JobException;

/// Writes a file so that a reader sees the old content or the new, and never a part: to a temporary name in the same
/// folder, fsync, rename, fsync of the folder. When writing fails, a full disk for example, the old file is untouched
/// and the temporary one is removed.
public final class AtomicFile {
    /// Fills the channel of the temporary file.
    @FunctionalInterface
    public interface Body {
        void write(FileChannel channel) throws IOException;
    }

    private AtomicFile() {}

    /// @throws JobException when the file cannot be written
    public static void write(Path path, Body body) {
        Path temporary = path.resolveSibling("." + path.getFileName() + ".part");
        Path folder = path.resolveSibling(".").toAbsolutePath();
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                body.write(channel);
                channel.force(true);
            }
            Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                directory.force(true);
            }
        } catch (RuntimeException | Error e) {
            remove(temporary, e);
            throw e;
        } catch (IOException e) {
            remove(temporary, e);
            throw new JobException(
                    "cannot write %s (%s); the file as it was before is untouched; free space or choose another folder"
                            .formatted(path, e.getMessage()),
                    e);
        }
    }

    private static void remove(Path temporary, Throwable cause) {
        try {
            Files.deleteIfExists(temporary);
        } catch (IOException e) {
            cause.addSuppressed(e);
        }
    }
}
