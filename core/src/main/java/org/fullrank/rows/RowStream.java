package org.fullrank.rows;

import java.util.List;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// A stream of the rows of a matrix `[N, D]` in blocks. So the matrix may be larger than the memory.
public interface RowStream extends AutoCloseable {
    /// What is read, for error messages, such as `NumPy file z.npy`.
    String name();

    /// D, the number of columns. It is known at the start.
    int width();

    /// N, the number of rows, if it is known at the start.
    default OptionalLong rows() {
        return OptionalLong.empty();
    }

    /// Warnings about how the file was read, one line each.
    default List<String> warnings() {
        return List.of();
    }

    /// The column of a table that was left out because it has the labels: its name, or its position from 1
    /// if it has none; null if no column was left out.
    default @Nullable String labelColumn() {
        return null;
    }

    /// The next rows `[B, D]`, float32 or float64 as stored, on the host; null after the last row. Rows with
    /// values that are not finite are included. The caller's scope owns the tensor. The next call may change
    /// it.
    @Nullable
    Tensor next();

    @Override
    void close();
}
