package org.fullrank.data;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.commons.compress.compressors.snappy.SnappyCompressorOutputStream;

/// Writes a small Parquet file: one group of rows, one page of cells for each column, all values optional.
final class ParquetSample {
    /// The cell that is not there.
    static final byte[] MISSING = {};

    static final int NONE = 0;
    static final int SNAPPY = 1;
    static final int GZIP = 2;
    static final int BROTLI = 4;
    static final int ZSTD = 6;

    private static final int INT64 = 2;
    private static final int DOUBLE = 5;
    private static final int BYTE_ARRAY = 6;

    private final List<Column> columns = new ArrayList<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private int codec = NONE;
    private boolean emptyPages;
    private boolean dictionary;
    private boolean second;
    private int claimed = -1;

    /// @param path name, or `name.field` of a struct
    /// @param cells encoded values, [#MISSING] for a missing one
    private record Column(String path, int type, boolean text, List<byte[]> cells) {}

    ParquetSample binary(String path, byte[]... cells) {
        columns.add(new Column(
                path,
                BYTE_ARRAY,
                false,
                Stream.of(cells).map(ParquetSample::sized).toList()));
        return this;
    }

    ParquetSample text(String path, String... cells) {
        columns.add(new Column(
                path,
                BYTE_ARRAY,
                true,
                Stream.of(cells)
                        .map(cell -> sized(cell.getBytes(StandardCharsets.UTF_8)))
                        .toList()));
        return this;
    }

    ParquetSample longs(String path, long... cells) {
        columns.add(new Column(
                path,
                INT64,
                false,
                LongStream.of(cells).mapToObj(ParquetSample::little).toList()));
        return this;
    }

    ParquetSample doubles(String path, double... cells) {
        columns.add(new Column(
                path,
                DOUBLE,
                false,
                DoubleStream.of(cells)
                        .mapToObj(cell -> little(Double.doubleToRawLongBits(cell)))
                        .toList()));
        return this;
    }

    /// The names of the classes, as the library `datasets` writes them.
    ParquetSample classNames(String column, String... names) {
        metadata.put(
                "huggingface",
                "{\"info\": {\"features\": {\"%s\": {\"names\": [\"%s\"], \"_type\": \"ClassLabel\"}}}}"
                        .formatted(column, String.join("\", \"", names)));
        return this;
    }

    ParquetSample codec(int code) {
        codec = code;
        return this;
    }

    /// Stores each cell once in a page of its own, and its number in the page of cells.
    ParquetSample dictionary() {
        dictionary = true;
        return this;
    }

    /// Writes pages of version 2.
    ParquetSample second() {
        second = true;
        return this;
    }

    /// Says in the header of each page that it expands to so many bytes.
    ParquetSample claiming(int bytes) {
        claimed = bytes;
        return this;
    }

    /// Says in the header of each page that it has no values, so that those of the column never come.
    ParquetSample emptyPages() {
        emptyPages = true;
        return this;
    }

    private static byte[] sized(byte[] cell) {
        return cell == MISSING
                ? MISSING
                : ByteBuffer.allocate(4 + cell.length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(cell.length)
                        .put(cell)
                        .array();
    }

    private static byte[] little(long value) {
        return ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array();
    }

    byte[] build() {
        var out = new ByteArrayOutputStream();
        out.writeBytes(new byte[] {'P', 'A', 'R', '1'});
        int rows = columns.getFirst().cells.size();
        List<Thrift> chunks = new ArrayList<>();
        for (Column column : columns) {
            int offset = out.size();
            if (dictionary) {
                out.writeBytes(dictionaryPage(column));
            }
            out.writeBytes(page(column));
            int size = out.size() - offset;
            chunks.add(new Thrift()
                    .i64(2, offset)
                    .struct(
                            3,
                            new Thrift()
                                    .i32(1, column.type)
                                    .numbers(2, dictionary ? 8 : 0, 3)
                                    .texts(3, column.path.split("\\."))
                                    .i32(4, codec)
                                    .i64(5, rows)
                                    .i64(6, size)
                                    .i64(7, size)
                                    .i64(9, offset)));
        }
        var group = new Thrift().structs(1, chunks).i64(2, out.size()).i64(3, rows);
        byte[] footer = new Thrift()
                .i32(1, 1)
                .structs(2, schema())
                .i64(3, rows)
                .structs(4, List.of(group))
                .structs(
                        5,
                        metadata.entrySet().stream()
                                .map(e -> new Thrift().text(1, e.getKey()).text(2, e.getValue()))
                                .toList())
                .bytes();
        out.writeBytes(footer);
        out.writeBytes(Arrays.copyOf(little(footer.length), 4));
        out.writeBytes(new byte[] {'P', 'A', 'R', '1'});
        return out.toByteArray();
    }

    /// Columns of one struct must come one after another.
    private List<Thrift> schema() {
        List<Thrift> elements = new ArrayList<>();
        List<String> tops =
                columns.stream().map(c -> c.path.split("\\.")[0]).distinct().toList();
        elements.add(new Thrift().text(4, "schema").i32(5, tops.size()));
        for (String top : tops) {
            List<Column> fields =
                    columns.stream().filter(c -> c.path.startsWith(top + ".")).toList();
            if (!fields.isEmpty()) {
                elements.add(new Thrift().i32(3, 0).text(4, top).i32(5, fields.size()));
            }
            columns.stream()
                    .filter(c -> fields.isEmpty() ? c.path.equals(top) : fields.contains(c))
                    .forEach(c -> {
                        var leaf = new Thrift()
                                .i32(1, c.type)
                                .i32(3, 1)
                                .text(4, c.path.substring(c.path.indexOf('.') + 1));
                        elements.add(c.text ? leaf.i32(6, 0) : leaf);
                    });
        }
        return elements;
    }

    private static List<String> distinct(Column column) {
        return column.cells.stream()
                .filter(cell -> cell != MISSING)
                .map(HexFormat.of()::formatHex)
                .distinct()
                .toList();
    }

    private byte[] dictionaryPage(Column column) {
        List<String> cells = distinct(column);
        byte[] plain = HexFormat.of().parseHex(String.join("", cells));
        byte[] packed = compressed(plain);
        byte[] header = new Thrift()
                .i32(1, 2)
                .i32(2, plain.length)
                .i32(3, packed.length)
                .struct(7, new Thrift().i32(1, cells.size()).i32(2, 0))
                .bytes();
        return joined(header, packed);
    }

    /// Bits that say which cells are there, then the cells or their numbers in the dictionary.
    private byte[] page(Column column) {
        int rows = emptyPages ? 0 : column.cells.size();
        int encoding = dictionary ? 8 : 0;
        byte[] levels = levels(column);
        byte[] values = values(column);
        byte[] plain = second ? values : joined(Arrays.copyOf(little(levels.length), 4), levels, values);
        byte[] packed = second ? joined(levels, compressed(values)) : compressed(plain);
        int expanded = claimed >= 0 ? claimed : plain.length + (second ? levels.length : 0);
        var header = new Thrift().i32(1, second ? 3 : 0).i32(2, expanded).i32(3, packed.length);
        if (second) {
            header.struct(
                    8,
                    new Thrift()
                            .i32(1, rows)
                            .i32(2, 0)
                            .i32(3, rows)
                            .i32(4, encoding)
                            .i32(5, levels.length)
                            .i32(6, 0));
        } else {
            header.struct(
                    5, new Thrift().i32(1, rows).i32(2, encoding).i32(3, 3).i32(4, 3));
        }
        return joined(header.bytes(), packed);
    }

    private static byte[] levels(Column column) {
        int groups = (column.cells.size() + 7) / 8;
        byte[] bits = new byte[groups];
        for (int i = 0; i < column.cells.size(); i++) {
            bits[i / 8] |= (byte) (column.cells.get(i) == MISSING ? 0 : 1 << i % 8);
        }
        return joined(new Thrift().varint(groups << 1 | 1).raw(), bits);
    }

    private byte[] values(Column column) {
        List<String> distinct = distinct(column);
        var values = new ByteArrayOutputStream();
        if (dictionary) {
            values.write(8); // bits of a number
        }
        for (byte[] cell : column.cells) {
            if (cell != MISSING && dictionary) { // a run of one
                values.writeBytes(
                        new byte[] {2, (byte) distinct.indexOf(HexFormat.of().formatHex(cell))});
            } else if (cell != MISSING) {
                values.writeBytes(cell);
            }
        }
        return values.toByteArray();
    }

    private static byte[] joined(byte[]... pieces) {
        var out = new ByteArrayOutputStream();
        Stream.of(pieces).forEach(out::writeBytes);
        return out.toByteArray();
    }

    private byte[] compressed(byte[] page) {
        try {
            return switch (codec) {
                case SNAPPY -> snappy(page);
                case GZIP -> SampleFiles.gzip(page);
                case ZSTD -> Zstd.compress(page);
                default -> page;
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] snappy(byte[] page) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var snappy = new SnappyCompressorOutputStream(out, page.length)) {
            snappy.write(page);
        }
        return out.toByteArray();
    }

    /// A struct in the compact protocol of Thrift. Fields come in rising order.
    private static final class Thrift {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private int last;

        private Thrift field(int id, int type) {
            out.write(id - last << 4 | type);
            last = id;
            return this;
        }

        Thrift varint(long value) {
            long rest = value;
            for (; rest > 0x7F; rest >>>= 7) {
                out.write((int) (rest & 0x7F | 0x80));
            }
            out.write((int) rest);
            return this;
        }

        private Thrift zigzag(long value) {
            return varint(value << 1 ^ value >> 63);
        }

        Thrift i32(int id, int value) {
            return field(id, 5).zigzag(value);
        }

        Thrift i64(int id, long value) {
            return field(id, 6).zigzag(value);
        }

        Thrift text(int id, String value) {
            return field(id, 8).text(value);
        }

        private Thrift text(String value) {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            varint(bytes.length);
            out.writeBytes(bytes);
            return this;
        }

        Thrift struct(int id, Thrift value) {
            field(id, 12);
            out.writeBytes(value.bytes());
            return this;
        }

        private Thrift list(int id, int size, int type) {
            field(id, 9);
            out.write(Math.min(15, size) << 4 | type);
            return size < 15 ? this : varint(size);
        }

        Thrift structs(int id, List<Thrift> values) {
            list(id, values.size(), 12);
            values.forEach(value -> out.writeBytes(value.bytes()));
            return this;
        }

        Thrift numbers(int id, int... values) {
            list(id, values.length, 5);
            for (int value : values) {
                zigzag(value);
            }
            return this;
        }

        Thrift texts(int id, String... values) {
            list(id, values.length, 8);
            for (String value : values) {
                text(value);
            }
            return this;
        }

        byte[] raw() {
            return out.toByteArray();
        }

        byte[] bytes() {
            byte[] fields = out.toByteArray();
            return Arrays.copyOf(fields, fields.length + 1);
        }
    }
}
