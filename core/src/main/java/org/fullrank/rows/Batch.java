package org.fullrank.rows;

import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/// Rows of one or two views with their labels. All values are finite.
///
/// @param first embeddings `[B, D]`, float32 or float64
/// @param second embeddings `[B, D]` of another view of the same samples; null if there is none
/// @param labels class of each row, from 0; null if there are none
/// @param numbers number of each row in its file, from 0. Some numbers are missing, because rows that are not
///     finite were left out
public record Batch(Tensor first, @Nullable Tensor second, int @Nullable [] labels, long[] numbers) {
    /// Rows B.
    public int rows() {
        return numbers.length;
    }
}
