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
    private final Writer out;
    private final boolean flushRows;
    private final CsvWriter csv;

    private FeatureWriter(@Nullable Path path, @Nullable FileChannel channel, Writer out, boolean flushRows) {
        this.path = path;
        this.channel = channel;
        this.out = out;
        this.flushRows = flushRows;
        this.csv = CsvWriter.builder()
                .lineDelimiter(LineDelimiter.LF)
                .commentCharacter('\0') // the files have no comments, so a cell may begin with # unquoted
                .bufferSize(0)
                .build(out);
    }

    /**
     * Opens the output and appends to the existing rows.
     *
     * @param length number of bytes of the file to keep; 0 starts a new file
     * @throws IllegalArgumentException when the file is shorter
     */
    static FeatureWriter open(FeatureOutput output, long length) throws IOException {
        if (output instanceof FeatureOutput.ToWriter to) {
            return new FeatureWriter(null, null, to.writer(), to.flush());
        }
        Path path = ((FeatureOutput.ToFile) output).path();
        Path part = FeatureOutput.part(path);
        if (length > 0 && !(Files.exists(part) && Files.size(part) >= length)) {
            throw new IllegalArgumentException(
                    ("resume: found no %s of at least %d bytes, expected the output of the interrupted stream; to"
                                    + " write only the features of further samples, continue from the state without resuming")
                            .formatted(part, length));
        }
        FileChannel channel = FileChannel.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        channel.truncate(length).position(length);
        var bytes = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
        return new FeatureWriter(path, channel, new OutputStreamWriter(bytes, StandardCharsets.UTF_8), false);
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

    /** Deletes the file. */
    void discard() throws IOException {
        if (path != null) {
            close();
            Files.deleteIfExists(FeatureOutput.part(path));
        }
    }

    @Override
    public void close() throws IOException {
        if (path != null) {
            out.close();
        }
    }
}
