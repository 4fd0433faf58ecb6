package org.fullrank.rows;

import java.util.List;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// A stream of the rows of a matrix `[N, D]` in blocks, for matrices that are larger than the memory.
public interface RowStream extends AutoCloseable {
    /// What is read, for messages, as `NumPy file z.npy`.
    String name();

    /// Columns D, known from the start.
    int width();

    /// Rows N, where they are known from the start.
    default OptionalLong rows() {
        return OptionalLong.empty();
    }

    /// What a reader has to be told about the way the file was read, one line each.
    default List<String> warnings() {
        return List.of();
    }

    /// The next rows `[B, D]`, float32 or float64 as they are stored, on the host, values that are not finite
    /// included; null behind the last one. The caller's scope owns the tensor, which may change at the next call.
    @Nullable
    Tensor next();

    @Override
    void close();
}
