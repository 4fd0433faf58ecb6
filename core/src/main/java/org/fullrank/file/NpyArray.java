package org.fullrank.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.InputException;

/// An array of any shape and number type in a `.npy` file, read into memory as float32. The file may be
/// compressed with gzip.
///
/// @param shape sizes, outermost first
/// @param values row-major
public record NpyArray(List<Integer> shape, float[] values) {
    private static final int BLOCK_BYTES = 1 << 16;

    public NpyArray {
        shape = List.copyOf(shape);
    }

    /// Reads a file.
    ///
    /// @throws InputException when the file is missing, truncated, not a `.npy`, or too large for an array
    public static NpyArray read(Path file) {
        String subject = "NumPy file " + file;
        try (InputStream in = Inputs.open(file)) {
            Npy.Header header = Npy.header(in, subject, Inputs.mostBytes(file));
            InputException.when(
                    header.elements() > Integer.MAX_VALUE - 8,
                    "%s: found shape %s, expected less than 2^31 values; split it",
                    subject,
                    header.shapeText());
            float[] values = new float[Math.toIntExact(header.elements())];
            Npy.readFloats(in, header, values, 0, values.length);
            List<Integer> shape = header.shape().stream().map(Math::toIntExact).toList();
            return new NpyArray(shape, header.fortran() ? rowMajor(values, shape) : values);
        } catch (IOException e) {
            throw new InputException(
                    "%s: cannot be read (%s); check the file or save it again".formatted(subject, Inputs.reason(e)), e);
        }
    }

    /// Writes float32 values of this shape atomically.
    ///
    /// @throws org.fullrank.engine.JobException when the file cannot be written
    public void write(Path file) {
        ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        long[] sizes = shape.stream().mapToLong(Integer::longValue).toArray();
        AtomicFile.write(file, channel -> {
            AtomicFile.writeAll(channel, ByteBuffer.wrap(Npy.headerBytes(Npy.Type.F32, sizes)));
            for (int from = 0; from < values.length; from += BLOCK_BYTES / 4) {
                int count = Math.min(BLOCK_BYTES / 4, values.length - from);
                block.clear().asFloatBuffer().put(values, from, count);
                AtomicFile.writeAll(channel, block.limit(4 * count));
            }
        });
    }

    /// The values of an array in row-major order, from an array in which the first index runs fastest.
    private static float[] rowMajor(float[] values, List<Integer> shape) {
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            int rest = i;
            int from = 0;
            int stride = values.length;
            for (int k = shape.size() - 1; k >= 0; k--) {
                stride /= shape.get(k);
                from += rest % shape.get(k) * stride;
                rest /= shape.get(k);
            }
            out[i] = values[from];
        }
        return out;
    }
}
