package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Labels;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.rows.Batches;
import org.fullrank.rows.RowStream;
import org.jspecify.annotations.Nullable;

/// Synthetic embeddings, row-major, with what may stand beside them. All draws are keyed.
record Rows(double[] first, int width, double @Nullable [] second, int @Nullable [] labels) {
    static Rows of(double[] first, int width) {
        return new Rows(first, width, null, null);
    }

    /// Independent standard Gaussian values.
    static Rows gaussian(long seed, int rows, int width) {
        var random = Keyed.of(seed, Keyed.name("gaussian"));
        double[] values = new double[rows * width];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return of(values, width);
    }

    /// Gaussian rows of which dimension j (from 1) has the variance `variance(j)`, turned so that no axis is
    /// special.
    static Rows decaying(long seed, int rows, int width, IntToDoubleFunction variance) {
        return gaussian(seed, rows, width)
                .each((value, row, column) -> value * Math.sqrt(variance.applyAsDouble(column + 1)))
                .turned(seed);
    }

    /// Gaussian rows of an exact rank.
    static Rows ofRank(long seed, int rank, int rows, int width) {
        return gaussian(seed, rows, rank).times(gaussian(seed + 1, rank, width));
    }

    /// Something made of a value, its row and its column.
    interface Change {
        double of(double value, int row, int column);
    }

    Rows each(Change change) {
        double[] values = new double[first.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = change.of(first[i], i / width, i % width);
        }
        return new Rows(values, width, second, labels);
    }

    Rows map(DoubleUnaryOperator change) {
        return each((value, row, column) -> change.applyAsDouble(value));
    }

    Rows scaled(double factor) {
        return map(value -> factor * value);
    }

    Rows plus(Rows other) {
        return each((value, row, column) -> value + other.first[row * width + column]);
    }

    /// The same vector of Gaussian values added to every row.
    Rows shifted(long seed, double size) {
        double[] by = gaussian(seed, 1, width).first;
        return each((value, row, column) -> value + size * by[column]);
    }

    /// Column `column` taken from `from(column)`.
    Rows columns(IntUnaryOperator from) {
        return each((value, row, column) -> first[row * width + from.applyAsInt(column)]);
    }

    /// Row `row` taken from `from(row)`, with all that stands beside it.
    Rows rows(IntUnaryOperator from) {
        Rows other = second == null ? null : of(second, width).rows(from);
        int[] classes = labels;
        Rows moved = of(first, width).each((value, row, column) -> first[from.applyAsInt(row) * width + column]);
        Rows paired = other == null ? moved : moved.and(other);
        return classes == null ? paired : paired.labeled(row -> classes[from.applyAsInt(row)]);
    }

    /// The same change of both views.
    Rows both(UnaryOperator<Rows> change) {
        Rows changed = change.apply(this);
        return second == null ? changed : changed.and(change.apply(of(second, width)));
    }

    /// An orthogonal map: two reflections at random planes.
    Rows turned(long seed) {
        return reflected(gaussian(seed + 10, 1, width).first).reflected(gaussian(seed + 11, 1, width).first);
    }

    private Rows reflected(double[] normal) {
        double squared = 0;
        for (double n : normal) {
            squared += n * n;
        }
        double[] along = new double[count()];
        for (int i = 0; i < first.length; i++) {
            along[i / width] += first[i] * normal[i % width];
        }
        double length = squared;
        return each((value, row, column) -> value - 2 * along[row] * normal[column] / length);
    }

    Rows times(Rows matrix) {
        double[] values = new double[count() * matrix.width];
        for (int i = 0; i < count(); i++) {
            for (int k = 0; k < width; k++) {
                for (int j = 0; j < matrix.width; j++) {
                    values[i * matrix.width + j] += first[i * width + k] * matrix.first[k * matrix.width + j];
                }
            }
        }
        return of(values, matrix.width);
    }

    /// Each row scaled to the length `length(row)`.
    Rows lengths(IntToDoubleFunction length) {
        double[] squared = new double[count()];
        for (int i = 0; i < first.length; i++) {
            squared[i / width] += first[i] * first[i];
        }
        return each((value, row, column) -> value / Math.sqrt(squared[row]) * length.applyAsDouble(row));
    }

    Rows and(Rows view) {
        return new Rows(first, width, view.first, labels);
    }

    Rows labeled(IntUnaryOperator label) {
        int[] values = new int[count()];
        for (int i = 0; i < values.length; i++) {
            values[i] = label.applyAsInt(i);
        }
        return new Rows(first, width, second, values);
    }

    int count() {
        return first.length / width;
    }

    /// The same by the form for files, in blocks of at most `block` rows.
    Diagnosis streamed(int block) {
        double[] others = second;
        int[] classes = labels;
        var names = IntStream.range(0, 10).mapToObj(i -> "number " + i).toList();
        try (var batches = Batches.of(
                new Blocks(first, width, block),
                others == null ? null : new Blocks(others, width, block + 1),
                classes == null ? null : new Labels(classes, names))) {
            return Doctor.examine("rows", batches);
        }
    }

    private static final class Blocks implements RowStream {
        private final double[] values;
        private final int width;
        private final int block;
        private int at;

        Blocks(double[] values, int width, int block) {
            this.values = values;
            this.width = width;
            this.block = block;
        }

        @Override
        public String name() {
            return "rows";
        }

        @Override
        public int width() {
            return width;
        }

        @Override
        public @Nullable Tensor next() {
            int from = at * width;
            int to = Math.min(values.length, from + block * width);
            at += block;
            return from >= to ? null : Tensors.of(Arrays.copyOfRange(values, from, to), (to - from) / width, width);
        }

        @Override
        public void close() {}
    }

    Diagnosis examined() {
        try (var scope = Scope.open()) {
            return Doctor.examine(
                    "rows",
                    Tensors.of(first, count(), width),
                    second == null ? null : Tensors.of(second, count(), width),
                    labels);
        }
    }
}
