package org.fullrank.objective;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The views of one batch as plain numbers.
///
/// @param name what is special about it
/// @param views V arrays `[rows, columns]` in row-major order; a regularizer acts on the first
/// @param scales the deviation of the entries of each column
/// @param memory `[columns, columns]` in row-major order; null for the zeros of a first batch
record Batch(String name, double[][] views, int rows, int columns, double[] scales, double @Nullable [] memory) {
    /// The key of all random draws.
    static final long DRAW = 17;

    /// Entries around 0.3: a part that the views share, and a part of each view's own.
    static Batch of(String name, int views, int rows, int columns, double spread) {
        double[] scales = new double[columns];
        Arrays.fill(scales, spread);
        double[][] values = new double[views][rows * columns];
        for (int v = 0; v < views; v++) {
            var shared = Keyed.of(3, rows, columns);
            var own = Keyed.of(4, rows, columns, v);
            for (int i = 0; i < values[v].length; i++) {
                values[v][i] = 0.3 + spread * (shared.nextGaussian() + 0.4 * own.nextGaussian());
            }
        }
        return new Batch(name, values, rows, columns, scales, null);
    }

    /// With column 0 times `factor`.
    Batch withLongColumn(double factor) {
        double[] longer = scales.clone();
        longer[0] *= factor;
        return new Batch(
                name + ", a column times " + factor,
                map((i, x) -> i % columns == 0 ? factor * x : x),
                rows,
                columns,
                longer,
                memory);
    }

    /// With a memory that is not zero: the uncentered covariance of other rows.
    Batch withMemory() {
        double[] other = of("", 1, rows + 2, columns, 0.5).views[0];
        double[] past = new double[columns * columns];
        for (int i = 0; i < other.length; i += columns) {
            for (int j = 0; j < columns; j++) {
                for (int k = 0; k < columns; k++) {
                    past[j * columns + k] += other[i + j] * other[i + k] / other.length;
                }
            }
        }
        return new Batch(name + ", with memory", views, rows, columns, scales, past);
    }

    /// With other entries.
    Batch with(String special, Change change) {
        return new Batch(name + ", " + special, map(change), rows, columns, scales, memory);
    }

    /// The new value of entry `i` of each view, that had the value `x`.
    interface Change {
        double at(int i, double x);
    }

    /// With `by` added to one entry of one view.
    Batch moved(int view, int entry, double by) {
        double[][] copy = Stream.of(views).map(double[]::clone).toArray(double[][]::new);
        copy[view][entry] += by;
        return new Batch(name, copy, rows, columns, scales, memory);
    }

    /// With other views of the same shape.
    Batch withViews(double[][] others) {
        return new Batch(name, others, rows, columns, scales, memory);
    }

    private double[][] map(Change change) {
        double[][] changed = new double[views.length][];
        for (int v = 0; v < views.length; v++) {
            changed[v] = new double[rows * columns];
            for (int i = 0; i < changed[v].length; i++) {
                changed[v][i] = change.at(i, views[v][i]);
            }
        }
        return changed;
    }

    /// How far two float64 computations of one value may be apart, relative to it: squares of columns of
    /// different scale are subtracted from each other.
    double digits() {
        double ratio = Arrays.stream(scales).max().orElseThrow()
                / Arrays.stream(scales).min().orElseThrow();
        return 1e-10 * Math.max(1, 1e-3 * ratio * ratio);
    }

    /// The views as leaves of the graph, V x `[N, D]`.
    List<Tensor> leaves(ScalarType type) {
        return Stream.of(views)
                .map(v -> Tensors.of(v, rows, columns).to(type).set_requires_grad(true))
                .toList();
    }

    /// The memory `[D, D]`; zeros where there is none yet.
    Tensor memoryTensor(ScalarType type) {
        return Tensors.of(memory == null ? new double[columns * columns] : memory, columns, columns)
                .to(type);
    }

    @Override
    public String toString() {
        return "%s: %d views [%d, %d]".formatted(name, views.length, rows, columns);
    }
}
