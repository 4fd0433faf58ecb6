package org.fullrank.cli;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Where features go: CSV on standard output, or a file that is called `FILE.part` until it is complete.
final class FeatureFile implements AutoCloseable {
    private final @Nullable Path path; // null: standard output
    private final @Nullable FileChannel channel;
    private final PrintWriter out;

    private FeatureFile(@Nullable Path path, @Nullable FileChannel channel, PrintWriter out) {
        this.path = path;
        this.channel = channel;
        this.out = out;
    }

    static FeatureFile standard(PrintWriter out) {
        return new FeatureFile(null, null, out);
    }

    /// The file after its first `length` bytes, which must be there; 0 begins anew.
    static FeatureFile of(Path path, long length) throws IOException {
        Path part = part(path);
        if (length > 0 && !(Files.exists(part) && Files.size(part) >= length)) {
            throw new InputException(
                    "--resume: found no %s of at least %d bytes, expected what was written so far; leave out --resume to write the features of further samples only"
                            .formatted(part, length));
        }
        FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(length).position(length);
        var bytes = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        return new FeatureFile(path, channel, new PrintWriter(bytes, false, StandardCharsets.UTF_8));
    }

    private static Path part(Path path) {
        return path.resolveSibling(path.getFileName() + ".part");
    }

    void header(List<String> notes, int units) {
        var line = new StringBuilder();
        notes.forEach(note -> line.append(quoted(note)).append(','));
        for (int i = 0; i < units; i++) {
            line.append(i == 0 ? "e" : ",e").append(i);
        }
        out.append(line).append('\n');
    }

    void row(List<String> notes, float[] z) {
        for (String note : notes) {
            out.append(quoted(note)).append(',');
        }
        for (int i = 0; i < z.length; i++) {
            if (i > 0) {
                out.append(',');
            }
            out.append(Float.toString(z[i]));
        }
        out.append('\n');
    }

    private static String quoted(String cell) {
        boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
        return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
    }

    /// Everything so far is on the disk.
    ///
    /// @return bytes so far; 0 for standard output
    /// @throws IOException when it cannot be written
    long flush() throws IOException {
        if (out.checkError()) { // flushes
            throw new IOException("the features cannot be written");
        }
        if (channel == null) {
            return 0;
        }
        channel.force(true);
        return channel.position();
    }

    /// The file takes its name.
    void complete() throws IOException {
        flush();
        if (path != null) {
            close();
            Files.move(part(path), path, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /// Nothing of the file stays.
    void discard() throws IOException {
        if (path != null) {
            close();
            Files.deleteIfExists(part(path));
        }
    }

    @Override
    public void close() {
        if (path != null) {
            out.close();
        }
    }
}
