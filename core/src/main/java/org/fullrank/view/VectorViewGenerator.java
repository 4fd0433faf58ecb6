package org.fullrank.view;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.fullrank.data.Items;
import org.fullrank.data.TableSchema;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;

/// Makes views of vectors, `[F]`. The random key of a vector is its row. The plain view is the row itself.
/// The plain view is standardized if the settings say so. A constant feature gets no noise. After
/// standardization, it is 0.
///
/// In the rows of a table, a category changes as a whole. The levels of a category stay 0 or 1, because they
/// get no noise and are not standardized.
public final class VectorViewGenerator implements ViewGenerator {
    private static final long VIEW_KEY = Keyed.name("view.vector");

    private final Vectors vectors;
    private final VectorViews spec;
    private final long seed;
    private final Workers<float[]> workers;
    private final ColumnMoments moments;
    private final List<TableSchema.Span> columns;

    /// Reads all rows once for the mean and the standard deviation of each feature.
    ///
    /// @param threads threads that share the rows of a batch, at least 1
    public VectorViewGenerator(Vectors vectors, VectorViews spec, long seed, int threads) {
        this(vectors, spec, seed, threads, ColumnMoments.of(vectors));
    }

    /// Creates a generator with given moments. Rows of another split are standardized by the moments of the
    /// train split.
    public VectorViewGenerator(Vectors vectors, VectorViews spec, long seed, int threads, ColumnMoments moments) {
        moments.requireFeatures(vectors.features());
        this.vectors = vectors;
        this.spec = spec;
        this.seed = seed;
        this.moments = moments;
        this.columns = columns(vectors);
        this.workers = new Workers<>(threads, () -> new float[vectors.features()]);
    }

    @Override
    public ColumnMoments moments() {
        return moments;
    }

    @Override
    public ViewGenerator on(Items others) {
        if (others instanceof Vectors rows) {
            return new VectorViewGenerator(rows, spec, seed, workers.threads(), moments);
        }
        throw new InputException(
                "views: found images, expected vectors of %d features as in training".formatted(vectors.features()));
    }

    @Override
    public int views() {
        return spec.views();
    }

    @Override
    public InputShape.Features shape() {
        return new InputShape.Features(vectors.features());
    }

    @Override
    public ValueScale scale() {
        return spec.standardize() ? ValueScale.of(moments.means(), moments.deviations(), 1, 0) : ValueScale.none(0);
    }

    @Override
    public void fill(int[] indices, int epoch, int view, MemorySegment out) {
        Objects.checkIndex(view, spec.views());
        workers.run(indices.length, (row, k) -> {
            int i = read(indices[k], row);
            Keyed random = Keyed.of(seed, VIEW_KEY, epoch, i, view);
            for (TableSchema.Span column : columns) {
                change(row, column, random);
            }
            write(row, out, k);
        });
    }

    @Override
    public void fillPlain(int[] indices, MemorySegment out) {
        workers.run(indices.length, (row, k) -> {
            read(indices[k], row);
            write(row, out, k);
        });
    }

    /// The columns of the vectors: each feature is its own column, unless the vectors are the rows of a
    /// table.
    private static List<TableSchema.Span> columns(Vectors vectors) {
        TableSchema table = vectors.table();
        return table != null
                ? table.spans()
                : IntStream.range(0, vectors.features())
                        .mapToObj(f -> new TableSchema.Span(f, 1, true))
                        .toList();
    }

    /// Corrupts, blurs or drops a column. Only the number in a column gets noise, because a level is either
    /// present or not.
    private void change(float[] row, TableSchema.Span column, Keyed random) {
        int from = column.from();
        if (spec.corruption() > 0 && random.nextDouble() < spec.corruption()) {
            int other = random.nextInt(vectors.size());
            for (int f = from; f < from + column.width(); f++) {
                row[f] = value(other, f);
            }
        }
        if (spec.noise() > 0 && column.numeric()) {
            row[from] += (float) (spec.noise() * moments.std(from) * random.nextGaussian());
        }
        if (spec.dropout() > 0 && random.nextDouble() < spec.dropout()) {
            for (int f = from; f < from + column.width(); f++) {
                row[f] = moments.mean(f);
            }
        }
    }

    private float value(int i, int f) {
        return vectors.values().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * ((long) i * vectors.features() + f));
    }

    private int read(int i, float[] row) {
        Objects.checkIndex(i, vectors.size());
        long from = 4L * i * row.length;
        MemorySegment.copy(vectors.values(), ValueLayout.JAVA_FLOAT_UNALIGNED, from, row, 0, row.length);
        return i;
    }

    private void write(float[] row, MemorySegment out, int k) {
        if (spec.standardize()) {
            for (int f = 0; f < row.length; f++) {
                float std = moments.std(f);
                row[f] = (row[f] - moments.mean(f)) / (std > 0 ? std : 1);
            }
        }
        MemorySegment.copy(row, 0, out, ValueLayout.JAVA_FLOAT_UNALIGNED, 4L * k * row.length, row.length);
    }
}
