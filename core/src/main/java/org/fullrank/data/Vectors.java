package org.fullrank.data;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// Vectors of one length. The values are float32 `[N, F]`, row by row, in native byte order. Time series are
/// vectors with a [SeriesShape].
public final class Vectors implements Items {
    private final int size;
    private final int features;
    private final MemorySegment values;
    private final @Nullable Labels labels;
    private final List<String> paths;
    private final @Nullable TableSchema table;
    private final @Nullable SeriesShape series;
    private final @Nullable Arena owner;

    /// Vectors in given memory. `owner` is closed with this object; null when another object owns the memory.
    Vectors(
            int size,
            int features,
            MemorySegment values,
            @Nullable Labels labels,
            List<String> paths,
            @Nullable TableSchema table,
            @Nullable SeriesShape series,
            @Nullable Arena owner) {
        this.size = size;
        this.features = features;
        this.values = values;
        this.labels = labels;
        this.paths = paths;
        this.table = table;
        this.series = series;
        this.owner = owner;
    }

    /// Vectors from an array, copied.
    ///
    /// @param values `[N, features]`, row by row
    public static Vectors of(float[] values, int features) {
        return of(values, features, null);
    }

    /// Vectors from an array, copied, with their classes.
    ///
    /// @param values `[N, features]`, row by row
    /// @throws InputException when the array does not contain a whole number of rows, or when the number of
    ///     labels differs
    public static Vectors of(float[] values, int features, @Nullable Labels labels) {
        if (features < 1 || values.length % features != 0) {
            throw new InputException("vector array of " + values.length + " values, expected a multiple of " + features
                    + " features; check the shape");
        }
        int size = values.length / features;
        if (labels != null && labels.classes().length != size) {
            throw new InputException("vector array holds " + size + " rows but " + labels.classes().length
                    + " labels were given; give one label per row");
        }
        MemorySegment memory = Arena.ofAuto().allocate(Math.max(4, 4L * values.length), 64);
        MemorySegment.copy(values, 0, memory, ValueLayout.JAVA_FLOAT, 0, values.length);
        return new Vectors(size, features, memory, labels, List.of(), null, null, null);
    }

    @Override
    public int size() {
        return size;
    }

    /// Values per vector F.
    public int features() {
        return features;
    }

    /// How the columns of a table became the features; null for vectors that come from another source.
    public @Nullable TableSchema table() {
        return table;
    }

    /// The same vectors, read as the rows of a table.
    ///
    /// @throws InputException when the schema has another width
    public Vectors withTable(TableSchema schema) {
        if (schema.width() != features) {
            throw new InputException(
                    "table schema has %d values, expected the %d features of the vectors; use its own table"
                            .formatted(schema.width(), features));
        }
        return new Vectors(size, features, values, labels, paths, schema, series, owner);
    }

    /// The shape of the vectors as time series; null for other vectors.
    public @Nullable SeriesShape series() {
        return series;
    }

    /// The same vectors, read as time series.
    ///
    /// @throws InputException when the shape has another number of values
    public Vectors withSeries(SeriesShape shape) {
        if (shape.values() != features) {
            throw new InputException("series of %s and %s have %d values, expected the %d features of the vectors;"
                            .formatted(
                                    Numbers.count(shape.channels(), "channel"),
                                    Numbers.count(shape.length(), "step"),
                                    shape.values(),
                                    features)
                    + " correct the shape");
        }
        return new Vectors(size, features, values, labels, paths, table, shape, owner);
    }

    /// The values, float32 `[N, F]` in native byte order. Read-only.
    public MemorySegment values() {
        return values;
    }

    /// A copy of row i, shape `[F]`.
    public float[] copy(int i) {
        long bytes = 4L * features;
        return values.asSlice(Objects.checkIndex(i, size) * bytes, bytes).toArray(ValueLayout.JAVA_FLOAT);
    }

    @Override
    public @Nullable Labels labels() {
        return labels;
    }

    @Override
    public List<String> paths() {
        return paths;
    }

    /// The rows `indices` in this order. They are copied, so [#values()] of the result has the shape `[n, F]`
    /// again.
    @Override
    public Vectors subset(int[] indices) {
        long bytes = 4L * features;
        MemorySegment memory = Arena.ofAuto().allocate(Math.max(4, bytes * indices.length), 64);
        for (int i = 0; i < indices.length; i++) {
            int from = Objects.checkIndex(indices[i], size);
            MemorySegment.copy(values, from * bytes, memory, i * bytes, bytes);
        }
        return new Vectors(
                indices.length,
                features,
                memory,
                labels == null ? null : labels.subset(indices),
                Items.chosen(paths, indices),
                table,
                series,
                null);
    }

    @Override
    public void close() {
        if (owner != null && owner.scope().isAlive()) {
            owner.close();
        }
    }
}
