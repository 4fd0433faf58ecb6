package org.fullrank.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// A `.npy` file that contains a matrix `[N, D]` of float32 or float64. The matrix is read into a tensor of
/// the same precision. The matrix is never copied to the Java heap. Both byte orders and both C and Fortran
/// order are supported.
///
/// @param file path
/// @param header the checked header of the file
/// @param offset of the first element, in bytes
public record NpyMatrix(Path file, Npy.Header header, long offset) {
    private static final int BLOCK_BYTES = 1 << 20;

    /// Reads and checks the header.
    ///
    /// @throws InputException when the file is missing, truncated, not a matrix, or of another type
    public static NpyMatrix open(Path file) {
        String subject = subject(file);
        if (!Files.isRegularFile(file)) {
            throw new InputException("%s: found %s, expected a file that numpy.save wrote"
                    .formatted(subject, Files.isDirectory(file) ? "a folder" : "nothing there"));
        }
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            Npy.Header header = Npy.header(Channels.newInputStream(channel), subject, channel.size());
            requireMatrix(subject, header);
            long expected = header.elements() * header.type().bytes();
            long found = channel.size() - channel.position();
            if (found < expected) {
                throw new InputException("%s: found %d bytes of data, expected %d for shape %s; get the file again"
                        .formatted(subject, found, expected, header.shapeText()));
            }
            return new NpyMatrix(file, header, channel.position());
        } catch (IOException e) {
            throw unreadable(subject, e);
        }
    }

    /// Rows N.
    public long rows() {
        return header.shape().getFirst();
    }

    /// Columns D.
    public long columns() {
        return header.shape().getLast();
    }

    /// The precision, as a tensor type.
    public ScalarType type() {
        return header.type() == Npy.Type.F64 ? ScalarType.Double : ScalarType.Float;
    }

    /// The values `[N, D]`, row by row. The caller's scope owns the tensor.
    ///
    /// @throws InputException when the file cannot be read, or contains NaN or infinity
    public Tensor read() {
        // For a matrix in Fortran order, the file contains the transpose row by row.
        Tensor stored =
                header.fortran() ? Tensors.empty(type(), columns(), rows()) : Tensors.empty(type(), rows(), columns());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            fill(Channels.newInputStream(channel.position(offset)), Tensors.segment(stored));
        } catch (IOException e) {
            throw unreadable(subject(file), e);
        }
        Tensor values = header.fortran() ? stored.t().contiguous() : stored;
        requireFinite(values);
        return values;
    }

    /// Writes a matrix of float32 or float64 atomically, without changing its precision.
    ///
    /// @throws org.fullrank.engine.JobException when the file cannot be written
    public static void write(Path file, Tensor matrix) {
        Npy.Type type = matrix.scalar_type().intern() == ScalarType.Double ? Npy.Type.F64 : Npy.Type.F32;
        try (var scope = Scope.open()) {
            MemorySegment values = Tensors.segment(matrix.detach().contiguous());
            AtomicFile.write(file, channel -> {
                AtomicFile.writeAll(channel, ByteBuffer.wrap(Npy.headerBytes(type, Tensors.shape(matrix))));
                for (long from = 0; from < values.byteSize(); from += BLOCK_BYTES) {
                    long count = Math.min(BLOCK_BYTES, values.byteSize() - from);
                    AtomicFile.writeAll(channel, values.asSlice(from, count).asByteBuffer());
                }
            });
        }
    }

    private void fill(InputStream in, MemorySegment into) throws IOException {
        boolean wide = header.type() == Npy.Type.F64;
        ValueLayout to = wide ? ValueLayout.JAVA_DOUBLE_UNALIGNED : ValueLayout.JAVA_FLOAT_UNALIGNED;
        ValueLayout from = to.withOrder(header.order());
        byte[] raw = new byte[BLOCK_BYTES];
        MemorySegment block = MemorySegment.ofArray(raw);
        for (long done = 0; done < into.byteSize(); ) {
            int now = (int) Math.min(raw.length, into.byteSize() - done);
            if (in.readNBytes(raw, 0, now) < now) {
                throw new EOFException();
            }
            MemorySegment.copy(
                    block, from, 0, into, to, done, now / header.type().bytes());
            done += now;
        }
    }

    private void requireFinite(Tensor values) {
        try (var scope = Scope.open()) {
            Tensor wrong = values.isfinite().logical_not_(); // [N, D]
            long count = (long) Tensors.value(wrong.sum());
            if (count > 0) {
                long first =
                        (long) Tensors.value(wrong.flatten().to(ScalarType.Byte).argmax());
                long row = first / columns();
                long column = first % columns();
                throw new InputException("%s: found %s at row %d, column %d (from 0) and %d such %s in all, expected"
                                .formatted(
                                        subject(file),
                                        Tensors.value(values.select(0, row).select(0, column)),
                                        row,
                                        column,
                                        count,
                                        count == 1 ? "value" : "values")
                        + " finite numbers; leave those rows out");
            }
        }
    }

    private static void requireMatrix(String subject, Npy.Header header) {
        List<Long> shape = header.shape();
        if (shape.size() != 2 || shape.contains(0L)) {
            throw new InputException(
                    "%s: found shape %s, expected a matrix [N, D] with a row for each sample; reshape it"
                            .formatted(subject, header.shapeText()));
        }
        if (header.type() != Npy.Type.F32 && header.type() != Npy.Type.F64) {
            throw new InputException("%s: found elements of type %s, expected float32 or float64; save it with"
                            .formatted(subject, header.type().label())
                    + " astype(numpy.float32)");
        }
    }

    private static InputException unreadable(String subject, IOException e) {
        String reason = e instanceof EOFException ? "it ends early" : String.valueOf(e.getMessage());
        return new InputException(subject + ": cannot be read (" + reason + "); check it or save it again", e);
    }

    private static String subject(Path file) {
        return "NumPy file " + file;
    }
}
