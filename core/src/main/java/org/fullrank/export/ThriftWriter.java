package org.fullrank.export;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A struct in Thrift's compact protocol, in which Parquet keeps its metadata. The fields are written in
/// ascending order of their numbers.
final class ThriftWriter {
    private static final int INT32 = 5;
    private static final int INT64 = 6;
    private static final int BINARY = 8;
    private static final int LIST = 9;
    private static final int STRUCT = 12;
    private static final int SHORT_LIST = 15; // a list with fewer elements has its size in the header

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private int last;

    ThriftWriter int32(int field, int value) {
        header(field, INT32);
        number(value);
        return this;
    }

    ThriftWriter int64(int field, long value) {
        header(field, INT64);
        number(value);
        return this;
    }

    ThriftWriter text(int field, String value) {
        header(field, BINARY);
        text(value);
        return this;
    }

    ThriftWriter struct(int field, ThriftWriter value) {
        header(field, STRUCT);
        out.writeBytes(value.toBytes());
        return this;
    }

    ThriftWriter int32s(int field, List<Integer> values) {
        list(field, INT32, values.size());
        values.forEach(this::number);
        return this;
    }

    ThriftWriter texts(int field, List<String> values) {
        list(field, BINARY, values.size());
        values.forEach(this::text);
        return this;
    }

    ThriftWriter structs(int field, List<ThriftWriter> values) {
        list(field, STRUCT, values.size());
        values.forEach(value -> out.writeBytes(value.toBytes()));
        return this;
    }

    /// The fields and the byte that ends them.
    byte[] toBytes() {
        byte[] fields = out.toByteArray();
        byte[] all = new byte[fields.length + 1];
        System.arraycopy(fields, 0, all, 0, fields.length);
        return all;
    }

    private void header(int field, int type) {
        out.write(field - last << 4 | type); // no struct of Parquet skips more than 15 numbers
        last = field;
    }

    private void list(int field, int type, int size) {
        header(field, LIST);
        if (size < SHORT_LIST) {
            out.write(size << 4 | type);
        } else {
            out.write(SHORT_LIST << 4 | type);
            varint(size);
        }
    }

    private void text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        varint(bytes.length);
        out.writeBytes(bytes);
    }

    private void number(long value) {
        varint(value << 1 ^ value >> 63); // small negative numbers have few bytes too
    }

    private void varint(long value) {
        out.writeBytes(bytesOf(value));
    }

    /// Seven bits a byte, the lowest first. All bytes but the last have the highest bit.
    static byte[] bytesOf(long value) {
        var bytes = new ByteArrayOutputStream();
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
        return bytes.toByteArray();
    }
}
