package org.fullrank.rows;

import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// Rows in memory, given as one block.
///
/// @param values float32 `[N, D]`, row by row; not copied, so it must not be changed
/// @param width D
final class MemoryRows implements RowStream {
    private final String name;
    private final float[] values;
    private final int width;
    private boolean given;

    MemoryRows(String name, float[] values, int width) {
        this.name = name;
        this.values = values;
        this.width = width;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public OptionalLong rows() {
        return OptionalLong.of(values.length / width);
    }

    @Override
    public @Nullable Tensor next() {
        if (given) {
            return null;
        }
        given = true;
        return Tensors.of(values, values.length / width, width);
    }

    @Override
    public void close() {}
}
