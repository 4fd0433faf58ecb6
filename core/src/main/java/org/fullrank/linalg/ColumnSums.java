package org.fullrank.linalg;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The sums that [Moments] needs for each dimension: `sum (x - c)` and `sum (x - c)^2`, where c is the mean
/// of the first rows. The class also has the same sums for rows that are scaled to length 1.
final class ColumnSums implements AutoCloseable {
    /// Number of rows in one slice. This is few enough for the processor's cache. Its memory is reused.
    private static final int SLICE = 256;

    /// Largest number of values in one slice: 64 MiB. With more than 32,768 columns a slice has fewer rows.
    private static final int SLICE_VALUES = 1 << 23;

    private final Column raw;
    private final Column unit;
    private final Tensor scratch; // [256 or fewer, D]
    private long rows;
    private double norms;
    private double squaredNorms;

    ColumnSums(int width) {
        this.raw = new Column(width);
        this.unit = new Column(width);
        try (var scope = Scope.open()) {
            scratch = scope.keep(Tensors.empty(ScalarType.Double, Math.clamp(SLICE_VALUES / width, 1, SLICE), width));
        }
    }

    void clear() {
        rows = 0;
        norms = 0;
        squaredNorms = 0;
        raw.clear();
        unit.clear();
    }

    /// Changes the sums as if all rows so far had been multiplied by `factor`.
    void scale(double factor) {
        norms *= factor;
        squaredNorms *= factor * factor;
        raw.scale(factor);
    }

    /// Adds the sums of other rows, whose values are multiplied by `factor`.
    void merge(ColumnSums other, double factor) {
        raw.merge(other.raw, factor, rows, other.rows);
        unit.merge(other.unit, 1, rows, other.rows);
        rows += other.rows;
        norms += factor * other.norms;
        squaredNorms += factor * factor * other.squaredNorms;
    }

    /// The change of the scatter matrix `sum (x - c2)(x - c2)'` of other rows if their constant c2 becomes c.
    /// With d = c2 - c, `(x - c)(x - c)'` is `(x - c2)(x - c2)' + (x - c2) d' + d (x - c2)' + d d'`.
    ///
    /// @param factor of the values of the other rows
    /// @return `[D, D]`; the caller's scope owns it
    Tensor shiftOf(ColumnSums other, double factor) {
        int width = raw.sum.length;
        double[] apart = new double[width];
        double[] half = new double[width];
        for (int j = 0; j < width; j++) {
            apart[j] = factor * other.raw.shift[j] - raw.shift[j];
            half[j] = factor * other.raw.sum[j] + 0.5 * other.rows * apart[j];
        }
        Tensor cross = Reductions.outer(Tensors.of(half, width), Tensors.of(apart, width)); // [D, D]
        return cross.add(cross.t());
    }

    /// The numbers of this object: those of `raw`, those of `unit`, and the lengths.
    double[][] numbers() {
        return new double[][] {raw.shift, raw.sum, raw.square, unit.shift, unit.sum, unit.square, {norms, squaredNorms}
        };
    }

    /// Takes over [#numbers] of another object.
    void restore(long count, double[][] numbers) {
        rows = count;
        raw.restore(numbers[0], numbers[1], numbers[2]);
        unit.restore(numbers[3], numbers[4], numbers[5]);
        norms = numbers[6][0];
        squaredNorms = numbers[6][1];
    }

    /// Adds rows `[B, D]`, float64, and shifts them by c in place.
    void add(Tensor block) {
        long most = scratch.size(0);
        for (long from = 0; from < block.size(0); from += most) {
            try (var scope = Scope.open()) {
                addSlice(block.narrow(0, from, Math.min(most, block.size(0) - from)));
            }
        }
    }

    private void addSlice(Tensor slice) {
        Tensor work = scratch.narrow(0, 0, slice.size(0)); // [B, D]
        Tensor lengths = torch.norm(slice, new ScalarOptional(new Scalar(2)), new long[] {1}, true); // [B, 1]
        double length = Tensors.value(lengths.sum());
        if (!Double.isFinite(length) && Tensors.value(slice.isfinite().all()) == 0) {
            throw new InputException("moments: found an embedding that is not finite, expected finite numbers; look for"
                    + " the first step with a loss that is not finite, or leave such rows out");
        }
        norms += length;
        squaredNorms += Tensors.value(lengths.square().sum());
        Tensor inverse = lengths.reciprocal().masked_fill_(lengths.eq(new Scalar(0)), new Scalar(0)); // [B, 1]
        torch.mul_out(work, slice, inverse);
        boolean first = rows == 0;
        unit.add(work, work, first);
        raw.add(slice, work, first);
        rows += slice.size(0);
    }

    long rows() {
        return rows;
    }

    double meanNorm() {
        return norms / rows;
    }

    double meanSquare() {
        return squaredNorms / rows;
    }

    /// Mean of the shifted rows, `[D]`.
    double[] meanOfShifted() {
        return Arrays.stream(raw.sum).map(s -> s / rows).toArray();
    }

    double[] mean() {
        double[] mean = meanOfShifted();
        for (int j = 0; j < mean.length; j++) {
            mean[j] += raw.shift[j];
        }
        return mean;
    }

    double[] deviations() {
        return raw.deviations(rows);
    }

    double[] unitDeviations() {
        return unit.deviations(rows);
    }

    @Override
    public void close() {
        scratch.close();
    }

    /// Shifted sums of each column.
    private static final class Column {
        private final double[] shift;
        private final double[] sum;
        private final double[] square;

        Column(int width) {
            shift = new double[width];
            sum = new double[width];
            square = new double[width];
        }

        void clear() {
            Arrays.fill(sum, 0);
            Arrays.fill(square, 0);
        }

        void scale(double factor) {
            for (int j = 0; j < sum.length; j++) {
                shift[j] *= factor;
                sum[j] *= factor;
                square[j] *= factor * factor;
            }
        }

        /// Adds sums around another constant. With d = c2 - c, each `x - c` is `(x - c2) + d`.
        void merge(Column other, double factor, long rows, long otherRows) {
            for (int j = 0; j < sum.length; j++) {
                double theirs = factor * other.shift[j];
                if (rows == 0) {
                    shift[j] = theirs;
                }
                double apart = theirs - shift[j];
                double added = factor * other.sum[j];
                sum[j] += added + otherRows * apart;
                square[j] += factor * factor * other.square[j] + apart * (2 * added + otherRows * apart);
            }
        }

        void restore(double[] shifts, double[] sums, double[] squares) {
            System.arraycopy(shifts, 0, shift, 0, shift.length);
            System.arraycopy(sums, 0, sum, 0, sum.length);
            System.arraycopy(squares, 0, square, 0, square.length);
        }

        /// Adds rows and shifts them in place. `work` has the same shape, may be the same tensor, and is
        /// overwritten.
        void add(Tensor values, Tensor work, boolean first) {
            if (first) {
                double[] mean = Tensors.doubles(values.mean(new long[] {0}, false, new ScalarTypeOptional()));
                System.arraycopy(mean, 0, shift, 0, mean.length);
            }
            Tensor ones = Tensors.empty(ScalarType.Double, values.size(0)).fill_(new Scalar(1)); // [B]
            values.sub_(Tensors.of(shift, shift.length));
            add(sum, values.t().mv(ones));
            torch.mul_out(work, values, values);
            add(square, work.t().mv(ones));
        }

        double[] deviations(long rows) {
            double[] deviations = new double[sum.length];
            for (int j = 0; j < sum.length && rows > 1; j++) {
                deviations[j] = Math.sqrt(Math.max(0, square[j] - sum[j] * sum[j] / rows) / (rows - 1));
            }
            return deviations;
        }

        private static void add(double[] to, Tensor what) {
            double[] values = Tensors.doubles(what);
            for (int j = 0; j < to.length; j++) {
                to[j] += values[j];
            }
        }
    }
}
