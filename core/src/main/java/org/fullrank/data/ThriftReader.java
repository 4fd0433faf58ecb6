package org.fullrank.data;

import dev.hardwood.internal.thrift.ThriftCompactReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Reads Thrift's compact protocol, in which Parquet writes its metadata. Compares each length with the bytes
/// that the file has. Hardwood 1.0.1 allocates as many bytes as a length claims before it reads them, so one
/// damaged byte would cost 2 GB. If the elements of a list need no bytes, Hardwood loops as often as the
/// list claims to have elements.
final class ThriftReader extends ThriftCompactReader {
    private static final int MOST_DEPTH = 32; // the metadata of Parquet nest about six deep
    private static final byte MAP = 11;
    private static final int LAST_FLAG = 2; // types 1 and 2 are true and false, which have no bytes here

    private final int length;
    private int depth;

    /// @param bytes read from its current position
    ThriftReader(ByteBuffer bytes) {
        super(bytes.slice(), 0);
        length = bytes.remaining();
    }

    @Override
    public byte[] readBinary() throws IOException {
        byte[] data = new byte[requireRest(readVarint())];
        readBytes(data);
        return data;
    }

    @Override
    public CollectionHeader readListHeader() throws IOException {
        CollectionHeader header = super.readListHeader();
        requireElements(header.size(), header.elementType());
        return header;
    }

    @Override
    public void skipField(byte type) throws IOException {
        if (++depth > MOST_DEPTH) {
            throw new IOException("its metadata nest deeper than " + MOST_DEPTH);
        }
        if (type == MAP) {
            skipMap();
        } else {
            super.skipField(type);
        }
        depth--;
    }

    private void skipMap() throws IOException {
        int size = requireRest(readVarint());
        int types = size == 0 ? 0 : readByte() & 0xFF;
        byte key = (byte) (types >> 4);
        byte value = (byte) (types & 0x0F);
        requireElements(size, key);
        requireElements(size, value);
        for (int i = 0; i < size; i++) {
            skipField(key);
            skipField(value);
        }
    }

    private void requireElements(int count, byte type) throws IOException {
        requireRest(count);
        if (count > 0 && type <= LAST_FLAG) {
            throw new IOException("its metadata have a list of flags");
        }
    }

    private int requireRest(long count) throws IOException {
        if (count < 0 || count > length - getBytesRead()) {
            throw new EOFException("its metadata claim more bytes than there are");
        }
        return (int) count;
    }
}
