package org.fullrank.data;

import dev.hardwood.InputFile;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;

/// A Parquet file in mapped memory. Hardwood 1.0.1 reads on for ever if the pages of a damaged column have fewer
/// values than its metadata say. This class ends such a reading.
final class MappedInput implements InputFile {
    /// Reading a whole file takes each byte about once, and some again for the headers of pages.
    private static final long MOST_READINGS = 8;
    private static final long CALL_BYTES = 64; // counted for each call, so that empty ones end too
    private static final long SPARE_BYTES = 1 << 24;

    private final Path file;
    private final FileChannel channel;
    private final long length;
    private final AtomicLong read = new AtomicLong();

    MappedInput(Path file) throws IOException {
        this.file = file;
        channel = FileChannel.open(file);
        length = channel.size();
    }

    @Override
    public void open() {}

    @Override
    public ByteBuffer readRange(long offset, int count) throws IOException {
        if (offset < 0 || count < 0 || offset > length - count) {
            throw new EOFException();
        }
        if (read.addAndGet(count + CALL_BYTES) / MOST_READINGS > length + SPARE_BYTES) {
            throw new IOException("its pages do not end");
        }
        return channel.map(FileChannel.MapMode.READ_ONLY, offset, count);
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public String name() {
        return file.toString();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
