package org.fullrank.stream;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Samples that are read one after another. Only the latest sample is in memory. */
public sealed interface Samples extends AutoCloseable permits CsvSamples, SeriesSamples {
    /**
     * Opens a CSV file with one sample per row, or a {@code .ts} file with one series per line and one sample per
     * window. Both may be compressed with gzip. A file is {@code .ts} if its name ends in
     * {@code .ts}, or if it begins with {@code @} or {@code #}.
     *
     * @throws IllegalArgumentException when there is no such file, when it is empty or damaged, when its header is
     *     wrong, or when options of the other format are set
     */
    static Samples open(Path file, SampleOptions options) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException(
                    "%s: found no such file, expected CSV or .ts; correct the path".formatted(file));
        }
        InputStream in = Files.newInputStream(file);
        try {
            return read(in, file.toString(), options);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
    }

    /**
     * Reads the same formats from any source, such as standard input. Closing the samples closes the source.
     *
     * @param name names the source in errors; a name that ends in {@code .ts} selects that format
     * @throws IllegalArgumentException as in {@link #open}
     */
    static Samples read(InputStream source, String name, SampleOptions options) throws IOException {
        BufferedInputStream in = decompressed(source, name);
        in.mark(1);
        int first = in.read();
        in.reset();
        if (first < 0) {
            throw new IllegalArgumentException(
                    "%s: found it empty, expected CSV or .ts; give another input".formatted(name));
        }
        boolean series =
                first == '@' || first == '#' || name.replaceAll("\\.gz$", "").endsWith(".ts");
        if (series && !options.columns().isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: found columns to set apart in a .ts input, expected CSV; leave them out, each series is a sequence"
                            .formatted(name));
        }
        if (!series && (options.window() != 1 || options.hop() != 1)) {
            throw new IllegalArgumentException(
                    "%s: found a window or hop for a CSV input, expected .ts; leave them out".formatted(name));
        }
        return series ? new SeriesSamples(in, name, options) : new CsvSamples(in, name, options);
    }

    private static BufferedInputStream decompressed(InputStream source, String name) throws IOException {
        int buffer = 1 << 16;
        var in = new BufferedInputStream(source, buffer);
        in.mark(2);
        boolean gzip = in.read() == 0x1F && in.read() == 0x8B;
        in.reset();
        return gzip ? new BufferedInputStream(new GzipInput(in, name, buffer), buffer) : in;
    }

    /**
     * Moves on to the next sample.
     *
     * @return whether there is a next sample
     * @throws IllegalArgumentException when a value is not a finite number and the options do not say how to treat it,
     *     when the shape differs from the first sample, or when compressed data are damaged
     */
    boolean next() throws IOException;

    /** The values of the latest sample, {@code [inputs]}, finite; {@link #next} overwrites them. */
    float[] values();

    /** Whether the latest sample is the first of its sequence. */
    boolean startsSequence();

    /** Names of the notes, such as the sequence column; they become columns in front of the features. */
    List<String> noteNames();

    /** The notes on the latest sample, one for each of {@link #noteNames}. */
    List<String> notes();

    /** How values that are not finite numbers were treated. */
    BadCells badCells();

    /** Decisions about the source that were made automatically, one line each, such as a column that is left out. */
    default List<String> warnings() {
        return List.of();
    }

    /** The source, for messages. */
    String name();

    @Override
    void close() throws IOException;
}
