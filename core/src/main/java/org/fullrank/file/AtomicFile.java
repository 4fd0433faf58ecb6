package org.fullrank.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.fullrank.engine.JobException;

/// Writes a file atomically: a reader sees either the whole old content or the whole new content. The class
/// writes to a temporary file in the same folder and calls fsync. Then the class renames the file and calls
/// fsync on the folder. If writing fails, for example because the disk is full, the old file does not change.
/// The temporary file is removed.
public final class AtomicFile {
    /// Fills the channel of the temporary file.
    @FunctionalInterface
    public interface Body {
        void write(FileChannel channel) throws IOException;
    }

    private static final int FLOAT_BLOCK_BYTES = 1 << 16;

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
                    "cannot write %s (%s); the old file is unchanged; free space or choose another folder"
                            .formatted(path, e.getMessage()),
                    e);
        }
    }

    /// Writes bytes that are in memory.
    ///
    /// @throws JobException when the file cannot be written
    public static void write(Path path, byte[] content) {
        write(path, channel -> writeAll(channel, ByteBuffer.wrap(content)));
    }

    /// Writes text in UTF-8.
    ///
    /// @throws JobException when the file cannot be written
    public static void write(Path path, String text) {
        write(path, text.getBytes(StandardCharsets.UTF_8));
    }

    /// Writes the rest of a buffer. Several calls may be necessary, because one call of a channel may write
    /// only a part.
    public static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// Writes `count` numbers from `from` on as little-endian float32.
    public static void writeFloats(FileChannel channel, float[] values, int from, int count) throws IOException {
        ByteBuffer block = ByteBuffer.allocate(FLOAT_BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int most = FLOAT_BLOCK_BYTES / Float.BYTES;
        for (int done = 0; done < count; done += most) {
            int now = Math.min(most, count - done);
            block.clear().asFloatBuffer().put(values, from + done, now);
            writeAll(channel, block.limit(Float.BYTES * now));
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
