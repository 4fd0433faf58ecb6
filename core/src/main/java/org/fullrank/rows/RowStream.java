package org.fullrank.rows;

import java.util.List;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// A stream of the rows of a matrix `[N, D]` in blocks. So the matrix may be larger than the memory.
public interface RowStream extends AutoCloseable {
    /// What is read, for messages, such as `NumPy file z.npy`.
    String name();

    /// Columns D, known at the start.
    int width();

    /// Rows N, if they are known at the start.
    default OptionalLong rows() {
        return OptionalLong.empty();
    }

    /// Warnings about the way in which the file was read, one line each.
    default List<String> warnings() {
        return List.of();
    }

    /// The next rows `[B, D]`, float32 or float64 as stored, on the host, including values that are not
    /// finite; null after the last one. The caller's scope owns the tensor, which may change at the next
    /// call.
    @Nullable
    Tensor next();

    @Override
    void close();
}
