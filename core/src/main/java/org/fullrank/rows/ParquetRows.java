package org.fullrank.rows;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalLong;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.ParquetVectors;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// Reads the column of vectors of a Parquet file, in its own precision.
final class ParquetRows implements RowStream {
    private final ParquetVectors vectors;

    private ParquetRows(ParquetVectors vectors) {
        this.vectors = vectors;
    }

    /// @throws org.fullrank.engine.InputException when the file is damaged or has no column of vectors
    static ParquetRows open(Path file, Selection selection) {
        return new ParquetRows(new ParquetVectors(file, selection.key(), ArrayLayout.MAX_WIDTH));
    }

    @Override
    public String name() {
        return vectors.subject();
    }

    @Override
    public int width() {
        return vectors.width();
    }

    @Override
    public OptionalLong rows() {
        return OptionalLong.of(vectors.rows());
    }

    @Override
    public @Nullable Tensor next() {
        int width = vectors.width();
        int most = (int) Math.min(ArrayLayout.blockRows(width), Math.max(1, vectors.rows()));
        double[] values = new double[most * width];
        int rows = 0;
        while (rows < most && vectors.next(values, rows * width)) {
            rows++;
        }
        if (rows == 0) {
            return null;
        }
        double[] read = Arrays.copyOf(values, rows * width);
        return vectors.isDouble() ? Tensors.of(read, rows, width) : Tensors.of(floats(read), rows, width);
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i]; // exact, because they were float32
        }
        return floats;
    }

    @Override
    public void close() {
        vectors.close();
    }
}
