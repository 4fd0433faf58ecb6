package org.fullrank.rows;

import java.io.EOFException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// Reads the rows of an array in a file, block by block, into memory outside the Java heap. The file is not
/// memory-mapped. So the pages of a large file do not count as memory of the process.
final class ArrayRows implements RowStream {
    private final ArrayLayout layout;
    private final Source source;
    private final int blockRows;
    private long done;

    /// Fills memory with rows.
    private sealed interface Source extends AutoCloseable {
        /// The rows from `begin` on, `[count, D]`.
        Tensor read(ArrayLayout layout, long begin, int count) throws IOException;

        @Override
        void close() throws IOException;
    }

    private ArrayRows(ArrayLayout layout, Source source, int blockRows) {
        this.layout = layout;
        this.source = source;
        this.blockRows = blockRows;
    }

    /// Reads row by row. The channel must be positioned at the first number, and is closed with the stream.
    static ArrayRows byRows(ArrayLayout layout, ReadableByteChannel channel) {
        return new ArrayRows(layout, new ByRows(channel), ArrayLayout.blockRows(layout.width()));
    }

    /// Reads a matrix that is stored column by column. For a block it reads a piece of each column.
    ///
    /// @param offset of the first number in the file. The file is closed with the stream
    static ArrayRows byColumns(ArrayLayout layout, FileChannel file, long offset) {
        return new ArrayRows(layout, new ByColumns(file, offset), ArrayLayout.blockRows(layout.width()));
    }

    @Override
    public String name() {
        return layout.name();
    }

    @Override
    public int width() {
        return layout.width();
    }

    @Override
    public OptionalLong rows() {
        return OptionalLong.of(layout.rows());
    }

    @Override
    public @Nullable Tensor next() {
        if (done == layout.rows()) {
            return null;
        }
        int count = (int) Math.min(blockRows, layout.rows() - done);
        try {
            Tensor block = source.read(layout, done, count);
            done += count;
            return block;
        } catch (IOException e) {
            String reason = e instanceof EOFException
                    ? "it ends early, in the block of row " + done
                    : String.valueOf(e.getMessage());
            throw new InputException(
                    "%s: cannot be read (%s), expected %d rows; get the file again"
                            .formatted(layout.name(), reason, layout.rows()),
                    e);
        }
    }

    @Override
    public void close() {
        try {
            source.close();
        } catch (IOException e) {
            throw new InputException(layout.name() + ": cannot be closed (" + e.getMessage() + "); check the disk", e);
        }
    }

    private record ByRows(ReadableByteChannel channel) implements Source {
        @Override
        public Tensor read(ArrayLayout layout, long begin, int count) throws IOException {
            Tensor raw = Tensors.empty(layout.cells().type(), count, layout.width());
            fill(Tensors.segment(raw).asByteBuffer());
            return layout.cells().decode(raw);
        }

        private void fill(ByteBuffer bytes) throws IOException {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes) < 0) {
                    throw new EOFException();
                }
            }
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private record ByColumns(FileChannel file, long offset) implements Source {
        @Override
        public Tensor read(ArrayLayout layout, long begin, int count) throws IOException {
            int bytes = layout.cells().bytes();
            Tensor raw = Tensors.empty(layout.cells().type(), layout.width(), count);
            MemorySegment memory = Tensors.segment(raw);
            long piece = (long) count * bytes;
            for (int column = 0; column < layout.width(); column++) {
                fill(
                        memory.asSlice(column * piece, piece).asByteBuffer(),
                        offset + (column * layout.rows() + begin) * bytes);
            }
            return layout.cells().decode(raw).t().contiguous();
        }

        private void fill(ByteBuffer bytes, long from) throws IOException {
            long at = from;
            while (bytes.hasRemaining()) {
                int read = file.read(bytes, at);
                if (read < 0) {
                    throw new EOFException();
                }
                at += read;
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
