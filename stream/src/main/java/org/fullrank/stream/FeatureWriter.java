package org.fullrank.stream;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rows of features to a {@link FeatureOutput}. */
final class FeatureWriter implements Closeable {
    private final @Nullable Path path; // null: a writer of the caller
    private final @Nullable FileChannel channel;
    private final long length; // bytes of an earlier stream
    private final boolean takenOver; // whether the output was complete
    private final Writer out;
    private final boolean flushRows;
    private final CsvWriter csv;

    /** @param file null for a writer of the caller */
    private FeatureWriter(@Nullable OpenedFile file, Writer out, boolean flushRows) {
        this.path = file == null ? null : file.path();
        this.channel = file == null ? null : file.channel();
        this.length = file == null ? 0 : file.length();
        this.takenOver = file != null && file.takenOver();
        this.out = out;
        this.flushRows = flushRows;
        this.csv = CsvWriter.builder()
                .lineDelimiter(LineDelimiter.LF)
                .commentCharacter('\0') // the files have no comments, so a cell may begin with # unquoted
                .bufferSize(0)
                .build(out);
    }

    /**
     * A file that is open for writing.
     *
     * @param length number of bytes that an earlier stream wrote
     * @param takenOver whether the earlier stream had completed the output
     */
    private record OpenedFile(Path path, FileChannel channel, long length, boolean takenOver) {}

    /**
     * Opens the output and appends to the existing rows.
     *
     * @param begin its number of bytes is what to keep of the file; 0 starts a new file
     * @throws IllegalArgumentException when the file is shorter, or when a complete file has another length
     */
    static FeatureWriter open(FeatureOutput output, RuleState.Begin begin) throws IOException {
        if (output instanceof FeatureOutput.ToWriter to) {
            return new FeatureWriter(null, to.writer(), to.flush());
        }
        Path path = ((FeatureOutput.ToFile) output).path();
        Path part = FeatureOutput.part(path);
        long length = begin.bytes();
        boolean takenOver = length > 0 && !Files.exists(part) && Files.exists(path) && Files.size(path) == length;
        if (takenOver) {
            Files.move(path, part, StandardCopyOption.ATOMIC_MOVE);
        }
        if (length > 0 && !(Files.exists(part) && Files.size(part) >= length)) {
            throw new IllegalArgumentException(
                    ("resume: found no %s of at least %d bytes and no %s of %d bytes, expected the output of the"
                                    + " earlier stream; to write only the features of new samples, continue from the"
                                    + " state without resuming")
                            .formatted(part, length, path, length));
        }
        if (length == 0 && begin.samples() > 0 && Files.exists(path)) {
            throw new IllegalArgumentException(
                    "resume: found %s, which is not the output of the earlier stream, expected no such file; name another"
                            .formatted(path));
        }
        FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(length).position(length);
        var bytes = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        return new FeatureWriter(
                new OpenedFile(path, channel, length, takenOver),
                new OutputStreamWriter(bytes, StandardCharsets.UTF_8),
                false);
    }

    /** Whether this is a file without any rows of an earlier stream. */
    boolean isNewFile() {
        return path != null && length == 0;
    }

    void header(List<String> noteNames, int units) throws IOException {
        List<String> cells = new ArrayList<>(noteNames);
        for (int i = 0; i < units; i++) {
            cells.add("e" + i);
        }
        write(cells);
    }

    void row(List<String> notes, float[] z) throws IOException {
        List<String> cells = new ArrayList<>(notes);
        for (float value : z) {
            cells.add(Float.toString(value));
        }
        write(cells);
        if (flushRows) {
            flush();
        }
    }

    private void write(List<String> cells) throws IOException {
        try {
            csv.writeRecord(cells);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Passes everything so far to the operating system, or to the target of the writer. */
    void flush() throws IOException {
        out.flush();
        if (out instanceof PrintWriter printer && printer.checkError()) { // it throws nothing by itself
            throw new IOException("the features cannot be written");
        }
    }

    /**
     * Writes everything so far to the disk.
     *
     * @return number of bytes of the file so far; 0 for a writer
     */
    long sync() throws IOException {
        flush();
        if (channel == null) {
            return 0;
        }
        channel.force(true);
        return channel.position();
    }

    /** Gives the file its final name. */
    void complete() throws IOException {
        sync();
        if (path != null) {
            close();
            Files.move(
                    FeatureOutput.part(path),
                    path,
                    StandardCopyOption.REPLACE_EXISTING,
                    StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /** Gives a complete output of an earlier stream its name back. A stream that wrote no new row calls this. */
    void giveBack() throws IOException {
        if (takenOver) {
            complete();
        }
    }

    /** Deletes the file. */
    void discard() throws IOException {
        if (path != null) {
            try {
                close();
            } finally {
                Files.deleteIfExists(FeatureOutput.part(path));
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (path != null) {
            out.close();
        }
    }
}
