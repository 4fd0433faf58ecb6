package org.fullrank.data;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Checks the lengths in a struct of Thrift's compact protocol, in which Parquet writes its metadata. Hardwood 1.0.1
/// allocates as many bytes as a length claims before it reads them, so a damaged byte costs 2 GB.
///
/// Source: [the compact protocol](https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md).
final class ThriftCheck {
    private static final int MOST_DEPTH = 32; // the metadata of Parquet nest about six deep
    private static final int VARINT_BYTES = 10;

    private final ByteBuffer bytes;

    private ThriftCheck(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    /// @param bytes begins with the struct; its position stays
    /// @throws IOException when the struct claims more bytes than there are
    static void struct(ByteBuffer bytes) throws IOException {
        new ThriftCheck(bytes.duplicate()).struct(0);
    }

    private void struct(int depth) throws IOException {
        if (depth > MOST_DEPTH) {
            throw new IOException("its metadata nest deeper than " + MOST_DEPTH);
        }
        for (int header = next(); header != 0; header = next()) {
            if (header >> 4 == 0) {
                varint(); // the number of the field; otherwise the header has its distance from the field before
            }
            value(header & 0x0F, depth);
        }
    }

    private void value(int type, int depth) throws IOException {
        switch (type) {
            case 1, 2 -> {} // true and false are the type itself
            case 3 -> skip(1);
            case 4, 5, 6 -> varint();
            case 7 -> skip(Double.BYTES);
            case 8 -> skip(varint());
            case 9, 10 -> list(depth);
            case 11 -> map(depth);
            case 12 -> struct(depth + 1);
            default -> throw new IOException("its metadata have a field of the unknown type " + type);
        }
    }

    private void list(int depth) throws IOException {
        int header = next();
        long size = header >> 4 == 15 ? varint() : header >> 4;
        elements(size, header & 0x0F, depth);
    }

    private void map(int depth) throws IOException {
        long size = varint();
        int types = size == 0 ? 0 : next();
        requireRest(size);
        for (long i = 0; i < size; i++) {
            elements(1, types >> 4, depth);
            elements(1, types & 0x0F, depth);
        }
    }

    private void elements(long count, int type, int depth) throws IOException {
        requireRest(count);
        if (count > 0 && type <= 2) { // the library reads no byte for these, contrary to the protocol
            throw new IOException("its metadata have a list of flags");
        }
        for (long i = 0; i < count; i++) {
            value(type, depth + 1);
        }
    }

    private int next() throws IOException {
        requireRest(1);
        return bytes.get() & 0xFF;
    }

    private long varint() throws IOException {
        long value = 0;
        for (int i = 0; i < VARINT_BYTES; i++) {
            int part = next();
            value |= (long) (part & 0x7F) << 7 * i;
            if (part < 0x80) {
                return value;
            }
        }
        throw new IOException("its metadata have a number of more than " + VARINT_BYTES + " bytes");
    }

    private void skip(long count) throws IOException {
        requireRest(count);
        bytes.position(bytes.position() + (int) count);
    }

    private void requireRest(long count) throws IOException {
        if (count < 0 || count > bytes.remaining()) {
            throw new EOFException("its metadata claim more bytes than there are");
        }
    }
}
