package org.fullrank.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import org.fullrank.page.Lines;
import org.jspecify.annotations.Nullable;

/// Follows a growing file of lines. If the last line has no line end, it waits until the line is complete.
final class Tail {
    /// Largest number of bytes of one read. The next read follows at once.
    private static final int MOST_BYTES = 1 << 20;

    private final Path file;
    private long position;
    private @Nullable Object key;

    /// @param position number of bytes that were read before
    Tail(Path file, long position) {
        this.file = file;
        this.position = position;
    }

    long position() {
        return position;
    }

    /// New lines since the last call. The result is null if the file became shorter or was replaced. Then it
    /// must be read again completely.
    @Nullable
    Lines next() throws IOException {
        BasicFileAttributes now;
        try {
            now = Files.readAttributes(file, BasicFileAttributes.class);
        } catch (NoSuchFileException e) {
            return position == 0 ? new Lines(java.util.List.of(), 0) : null;
        }
        boolean replaced = key != null && !Objects.equals(key, now.fileKey());
        key = now.fileKey();
        if (replaced && position > 0 || now.size() < position) {
            return null;
        }
        Lines lines = Lines.of(read(Math.min(MOST_BYTES, now.size() - position)));
        position += lines.end();
        return lines;
    }

    private byte[] read(long count) throws IOException {
        if (count == 0) {
            return new byte[0];
        }
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(count));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            for (int read = 0; bytes.hasRemaining() && read >= 0; ) {
                read = channel.read(bytes, position + bytes.position());
            }
        }
        byte[] content = new byte[bytes.position()];
        bytes.flip().get(content);
        return content;
    }
}
