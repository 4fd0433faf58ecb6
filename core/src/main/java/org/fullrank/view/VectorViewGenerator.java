package org.fullrank.view;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.fullrank.data.Items;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;

/// Makes views of vectors, `[F]`. The random key of a vector is its row number. The plain view is the row
/// itself, standardized if the settings require it. A constant feature gets no noise, and becomes 0 by
/// standardization.
public final class VectorViewGenerator implements ViewGenerator {
    private static final long VIEW_KEY = Keyed.name("view.vector");

    private final Vectors vectors;
    private final VectorViews spec;
    private final long seed;
    private final Workers<float[]> workers;
    private final ColumnMoments moments;

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
        this.workers = new Workers<>(threads, () -> new float[vectors.features()]);
    }

    /// The mean and the standard deviation of each feature.
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
    public void fill(int[] indices, int epoch, int view, MemorySegment out) {
        Objects.checkIndex(view, spec.views());
        workers.run(indices.length, (row, k) -> {
            int i = read(indices[k], row);
            Keyed random = Keyed.of(seed, VIEW_KEY, epoch, i, view);
            for (int f = 0; f < row.length; f++) {
                row[f] = change(row[f], f, random);
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

    private float change(float value, int f, Keyed random) {
        float changed = value;
        if (spec.corruption() > 0 && random.nextDouble() < spec.corruption()) {
            changed = value(random.nextInt(vectors.size()), f);
        }
        if (spec.noise() > 0) {
            changed += (float) (spec.noise() * moments.std(f) * random.nextGaussian());
        }
        if (spec.dropout() > 0 && random.nextDouble() < spec.dropout()) {
            changed = moments.mean(f);
        }
        return changed;
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
