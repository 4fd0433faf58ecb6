package org.fullrank.export;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.fullrank.file.AtomicFile;
import org.fullrank.probe.Features;
import org.jspecify.annotations.Nullable;

/// Writes embeddings as Parquet, page by page, without compression and with the encoding PLAIN. Embeddings hardly
/// compress, because the low bits of their numbers are noise. A column of lists has levels beside its numbers: a
/// number that begins a row has the repetition level 0, and the others have 1.
final class ParquetEmbeddings {
    /// Most rows of a group: enough that a reader finds few groups.
    static final int GROUP_ROWS = 1 << 16;

    /// Most numbers of a group: 512 MiB, because readers hold the column of a group in memory.
    private static final int GROUP_VALUES = 1 << 27;

    /// Numbers of a page of embeddings: 1 MiB, as in other writers.
    private static final int PAGE_VALUES = 1 << 18;

    /// Rows of a page of texts.
    private static final int PAGE_TEXTS = 1 << 13;

    private static final byte[] MAGIC = "PAR1".getBytes(StandardCharsets.US_ASCII);

    // numbers of the format
    private static final int FLOAT = 4;
    private static final int BYTE_ARRAY = 6;
    private static final int REQUIRED = 0;
    private static final int OPTIONAL = 1;
    private static final int REPEATED = 2;
    private static final int PLAIN = 0;
    private static final int RLE = 3;
    private static final int UTF8 = 0;
    private static final int LIST = 3;
    private static final int STRING_TYPE = 1;
    private static final int LIST_TYPE = 3;

    private final FileChannel channel;
    private final Features features;

    /// A column chunk on the disk.
    private record Chunk(int type, List<String> path, long offset, long bytes, long values) {
        ThriftWriter metadata() {
            var data = new ThriftWriter()
                    .int32(1, type)
                    .int32s(2, List.of(PLAIN, RLE))
                    .texts(3, path)
                    .int32(4, 0) // no compression
                    .int64(5, values)
                    .int64(6, bytes)
                    .int64(7, bytes)
                    .int64(9, offset);
            return new ThriftWriter().int64(2, offset).struct(3, data);
        }
    }

    private ParquetEmbeddings(FileChannel channel, Features features) {
        this.channel = channel;
        this.features = features;
    }

    static void write(Path file, Features features) {
        AtomicFile.write(file, channel -> new ParquetEmbeddings(channel, features).write());
    }

    private void write() throws IOException {
        write(MAGIC);
        List<ThriftWriter> groups = new ArrayList<>();
        int most = Math.clamp(GROUP_VALUES / features.width(), 1, GROUP_ROWS);
        for (int begin = 0; begin < features.rows(); begin += most) {
            int rows = Math.min(most, features.rows() - begin);
            List<Chunk> chunks = group(begin, begin + rows);
            groups.add(new ThriftWriter()
                    .structs(1, chunks.stream().map(Chunk::metadata).toList())
                    .int64(2, chunks.stream().mapToLong(Chunk::bytes).sum())
                    .int64(3, rows));
        }
        byte[] metadata = new ThriftWriter()
                .int32(1, 1)
                .structs(2, schema())
                .int64(3, features.rows())
                .structs(4, groups)
                .text(6, "fullrank")
                .toBytes();
        write(metadata);
        AtomicFile.writeAll(
                channel, little(Integer.BYTES).putInt(metadata.length).flip());
        write(MAGIC);
    }

    private List<ThriftWriter> schema() {
        List<ThriftWriter> schema = new ArrayList<>();
        boolean paths = !features.paths().isEmpty();
        boolean classes = features.classes() != null;
        schema.add(new ThriftWriter().text(4, "schema").int32(5, 1 + (paths ? 1 : 0) + (classes ? 1 : 0)));
        if (paths) {
            schema.add(text("path", REQUIRED));
        }
        schema.add(new ThriftWriter()
                .int32(3, REQUIRED)
                .text(4, "embedding")
                .int32(5, 1)
                .int32(6, LIST)
                .struct(10, new ThriftWriter().struct(LIST_TYPE, new ThriftWriter())));
        schema.add(new ThriftWriter().int32(3, REPEATED).text(4, "list").int32(5, 1));
        schema.add(new ThriftWriter().int32(1, FLOAT).int32(3, REQUIRED).text(4, "element"));
        if (classes) {
            schema.add(text("class", OPTIONAL));
        }
        return schema;
    }

    private static ThriftWriter text(String name, int repetition) {
        return new ThriftWriter()
                .int32(1, BYTE_ARRAY)
                .int32(3, repetition)
                .text(4, name)
                .int32(6, UTF8)
                .struct(10, new ThriftWriter().struct(STRING_TYPE, new ThriftWriter()));
    }

    /// Writes the columns of the rows from `begin` to `end`.
    private List<Chunk> group(int begin, int end) throws IOException {
        List<Chunk> chunks = new ArrayList<>();
        if (!features.paths().isEmpty()) {
            chunks.add(texts("path", features.paths()::get, false, begin, end));
        }
        chunks.add(embeddings(begin, end));
        if (features.classes() != null) {
            chunks.add(texts("class", features::className, true, begin, end));
        }
        return chunks;
    }

    private Chunk embeddings(int begin, int end) throws IOException {
        long offset = channel.position();
        int width = features.width();
        int most = Math.max(1, PAGE_VALUES / width);
        for (int from = begin; from < end; from += most) {
            int count = Math.min(most, end - from);
            var repetitions = new ByteArrayOutputStream();
            for (int row = 0; row < count; row++) {
                run(repetitions, 1, 0);
                run(repetitions, width - 1, 1);
            }
            var definitions = new ByteArrayOutputStream();
            run(definitions, count * width, 1);
            byte[] levels = joined(levels(repetitions), levels(definitions));
            page(count * width, levels, Math.multiplyExact(Float.BYTES, count * width));
            AtomicFile.writeFloats(channel, features.values(), from * width, count * width);
        }
        long values = (long) (end - begin) * width;
        return new Chunk(FLOAT, List.of("embedding", "list", "element"), offset, channel.position() - offset, values);
    }

    private Chunk texts(String name, IntFunction<@Nullable String> cells, boolean optional, int begin, int end)
            throws IOException {
        long offset = channel.position();
        for (int from = begin; from < end; from += PAGE_TEXTS) {
            int count = Math.min(PAGE_TEXTS, end - from);
            var definitions = new ByteArrayOutputStream();
            var values = new ByteArrayOutputStream();
            for (int row = from; row < from + count; row++) {
                String cell = cells.apply(row);
                run(definitions, 1, cell == null ? 0 : 1);
                if (cell != null) {
                    byte[] bytes = cell.getBytes(StandardCharsets.UTF_8);
                    values.writeBytes(little(Integer.BYTES).putInt(bytes.length).array());
                    values.writeBytes(bytes);
                }
            }
            page(count, optional ? levels(definitions) : new byte[0], values.size());
            write(values.toByteArray());
        }
        return new Chunk(BYTE_ARRAY, List.of(name), offset, channel.position() - offset, end - begin);
    }

    /// Writes the header of a page and its levels. The values follow.
    private void page(int cells, byte[] levels, int bytes) throws IOException {
        int size = Math.addExact(levels.length, bytes);
        var data =
                new ThriftWriter().int32(1, cells).int32(2, PLAIN).int32(3, RLE).int32(4, RLE);
        write(new ThriftWriter()
                .int32(1, 0) // a page of data
                .int32(2, size)
                .int32(3, size)
                .struct(5, data)
                .toBytes());
        write(levels);
    }

    /// A run of equal levels of one bit.
    private static void run(ByteArrayOutputStream out, int count, int level) {
        if (count > 0) {
            out.writeBytes(ThriftWriter.bytesOf((long) count << 1));
            out.write(level);
        }
    }

    /// Runs with their length in bytes before them.
    private static byte[] levels(ByteArrayOutputStream runs) {
        return little(Integer.BYTES + runs.size())
                .putInt(runs.size())
                .put(runs.toByteArray())
                .array();
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }

    private static ByteBuffer little(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private void write(byte[] bytes) throws IOException {
        AtomicFile.writeAll(channel, ByteBuffer.wrap(bytes));
    }
}
