package org.fullrank.data;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32C;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Writes a [Pack], item by item, to a temporary file. The file gets its final name only when it is complete
/// and on the disk. If the writer is closed without [#finish], no file remains.
final class PackWriter implements Closeable {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final int UNKNOWN = Integer.MIN_VALUE;

    private final Path target;
    private final Path temporary;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
    private final Map<Split, SplitRows> splits = new EnumMap<>(Split.class);
    private final SplitRows unplaced = new SplitRows();
    private final List<Skipped> skipped = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final List<Integer> blockChecksums = new ArrayList<>();
    private final CRC32C block = new CRC32C();
    private List<String> classNames = List.of();
    private @Nullable TableSchema table;
    private long payload;
    private int channels = UNKNOWN;

    PackWriter(Path target) throws IOException {
        this.target = target;
        Path folder = Objects.requireNonNull(target.toAbsolutePath().getParent());
        Files.createDirectories(folder);
        temporary = Files.createTempFile(folder, target.getFileName() + ".", ".tmp");
        channel = FileChannel.open(temporary, StandardOpenOption.WRITE);
        channel.position(Pack.HEADER_BYTES);
    }

    /// Appends an image, `[height, width, channels]`.
    ///
    /// @param label its class, or -1
    void image(Split split, Shape shape, byte[] pixels, int label) throws IOException {
        image(rows(split), shape, pixels, label, "");
    }

    /// Appends an image whose split and class are assigned later by [#distribute].
    void unplaced(Shape shape, byte[] pixels, String path) throws IOException {
        image(unplaced, shape, pixels, -1, path);
    }

    private void image(SplitRows rows, Shape shape, byte[] pixels, int label, String key) throws IOException {
        if (pixels.length != shape.bytes()) {
            throw new IllegalArgumentException(pixels.length + " bytes for " + shape);
        }
        channels(shape.channels());
        rows.add(new SplitRows.Row(shape.height(), shape.width(), payload, Pack.crc(pixels), label, key));
        write(pixels);
    }

    /// Assigns each of these images its split and class. Within a split they are sorted by path.
    void distribute(Placement placement) {
        for (int i = 0; i < unplaced.size(); i++) {
            SplitRows.Row row = unplaced.row(i);
            Placed placed = placement.place(i, row.key());
            if (placed != null) {
                rows(placed.split()).add(row.withLabel(placed.label()));
            }
        }
    }

    /// Split and class of an image; -1 means no class.
    record Placed(Split split, int label) {}

    /// Returns the split and class of the i-th image that has no place yet; null leaves the image out.
    interface Placement {
        @Nullable
        Placed place(int i, String path);
    }

    /// Appends a vector. All vectors of a split must come one after another.
    ///
    /// @param label its class, or -1
    void vector(Split split, float[] values, int label) throws IOException {
        channels(PackIndex.VECTORS);
        floats(split, 1, values.length, values, label);
    }

    /// Appends a time series without a class. All series of a split must come one after another.
    ///
    /// @param values the steps of the first channel, then the steps of the next
    void series(Split split, SeriesShape shape, float[] values) throws IOException {
        channels(PackIndex.SERIES);
        floats(split, shape.channels(), shape.length(), values, Labels.UNLABELED);
    }

    private void floats(Split split, int height, int width, float[] values, int label) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.nativeOrder());
        bytes.asFloatBuffer().put(values);
        rows(split).add(new SplitRows.Row(height, width, payload, Pack.crc(bytes.array()), label, ""));
        write(bytes.array());
    }

    /// Sets the classes of the items of a split, in the order in which the items were added.
    void labels(Split split, int[] classes) {
        rows(split).labels(classes);
    }

    /// Number of items of a split so far.
    int size(Split split) {
        SplitRows rows = splits.get(split);
        return rows == null ? 0 : rows.size();
    }

    boolean isEmpty() {
        return splits.values().stream().allMatch(rows -> rows.size() == 0);
    }

    void classNames(List<String> names) {
        classNames = List.copyOf(names);
    }

    /// Removes the classes of all items.
    void dropLabels() {
        splits.values().forEach(SplitRows::dropLabels);
        classNames = List.of();
    }

    void skip(String path, String reason) {
        skipped.add(new Skipped(path, reason));
    }

    List<Skipped> skipped() {
        return skipped;
    }

    /// Adds a note about a decision that was made automatically, one line.
    void note(String line) {
        notes.add(line);
    }

    /// Whether there is such a note.
    boolean noted(String line) {
        return notes.contains(line);
    }

    /// Sets how the columns of a table became the values of its vectors.
    void table(TableSchema schema) {
        table = schema;
    }

    /// Completes the file, moves it to its place and opens it.
    ///
    /// @param ignoreCase whether class names that differ by upper and lower case are one class
    Pack finish(String format, String stamp, boolean ignoreCase) throws IOException {
        flush();
        if (payload % Pack.BLOCK_BYTES != 0) {
            endBlock();
        }
        joinClasses(ignoreCase);
        Map<Split, PackIndex.Items> sorted = new EnumMap<>(Split.class);
        var print = new Fingerprint(channels, classNames);
        for (Map.Entry<Split, SplitRows> split : splits.entrySet()) {
            sorted.put(split.getKey(), split.getValue().finish(split.getKey(), print));
        }
        int[] checksums = blockChecksums.stream().mapToInt(i -> i).toArray();
        var index = new PackIndex(
                stamp,
                format,
                channels,
                classNames,
                sorted,
                List.copyOf(skipped),
                List.copyOf(notes),
                table,
                print.text(),
                checksums);
        byte[] indexBytes = index.toBytes();
        writeFully(ByteBuffer.wrap(indexBytes), Pack.HEADER_BYTES + payload);
        writeFully(header(indexBytes), 0);
        channel.force(true);
        channel.close();
        move();
        return new Pack(target, index, payload);
    }

    private void joinClasses(boolean ignoreCase) {
        ClassNames.Joined joined = ClassNames.join(classNames, ignoreCase);
        if (joined.names().size() < classNames.size()) {
            splits.values().forEach(rows -> rows.renumber(joined.place()));
            classNames = joined.names();
            notes.addAll(joined.notes());
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(temporary);
    }

    private ByteBuffer header(byte[] indexBytes) {
        ByteBuffer header = ByteBuffer.allocate(Pack.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        header.putLong(0, Pack.MAGIC).putInt(8, Pack.VERSION);
        header.putLong(16, payload).putLong(24, indexBytes.length).putInt(32, Pack.crc(indexBytes));
        return header.putInt(12, Pack.crc(header));
    }

    private void move() throws IOException {
        try {
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private void channels(int found) {
        if (channels != UNKNOWN && channels != found) {
            throw new InputException("data set mixes images of " + channels + " and " + found
                    + " channels, expected one kind; convert them to one kind");
        }
        channels = found;
    }

    private SplitRows rows(Split split) {
        return splits.computeIfAbsent(split, s -> new SplitRows());
    }

    private void write(byte[] bytes) throws IOException {
        for (int from = 0; from < bytes.length; ) {
            int length = Math.min(buffer.remaining(), bytes.length - from);
            buffer.put(bytes, from, length);
            from += length;
            payload += length;
            if (!buffer.hasRemaining()) {
                flush();
            }
        }
    }

    /// Writes the buffer out. A block consists of a whole number of buffers, so a block ends only when the
    /// buffer is full.
    private void flush() throws IOException {
        buffer.flip();
        block.update(buffer.duplicate());
        try {
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        } catch (IOException e) {
            throw new WriteException(target, e);
        }
        buffer.clear();
        if (payload > 0 && payload % Pack.BLOCK_BYTES == 0 && blockChecksums.size() < payload / Pack.BLOCK_BYTES) {
            endBlock();
        }
    }

    private void endBlock() {
        blockChecksums.add((int) block.getValue());
        block.reset();
    }

    private void writeFully(ByteBuffer bytes, long at) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes, at + bytes.position());
        }
    }

    /// An error of the pack. It is not an error of the source.
    static final class WriteException extends IOException {
        private final transient Path file;

        WriteException(Path file, IOException cause) {
            super(cause.getMessage(), cause);
            this.file = file;
        }

        Path file() {
            return file;
        }
    }

    /// Size of an image.
    record Shape(int height, int width, int channels) {
        long bytes() {
            return (long) height * width * channels;
        }
    }
}
