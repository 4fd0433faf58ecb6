package org.fullrank.diagnose;

import java.util.Arrays;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// What [Moments] sums up for each dimension, as deviations from the means of the first block: `sum (x - c)`,
/// `sum (x - c)^2`, and the same for rows scaled to length 1.
final class Sums {
    private final int width;
    private final Column raw;
    private final Column unit;
    long rows;
    double norms;
    double squaredNorms;

    Sums(int width) {
        this.width = width;
        this.raw = new Column(width);
        this.unit = new Column(width);
    }

    void clear() {
        rows = 0;
        norms = 0;
        squaredNorms = 0;
        raw.clear();
        unit.clear();
    }

    /// Adds rows `[B, D]`, float64.
    void add(Tensor block) {
        Tensor lengths = torch.norm(block, new ScalarOptional(new Scalar(2)), new long[] {1}, true); // [B, 1]
        double length = Tensors.value(lengths.sum());
        if (!Double.isFinite(length) && Tensors.value(block.isfinite().all()) == 0) {
            throw new InputException("moments: found an embedding that is not finite, expected finite numbers; look for"
                    + " the first step with a loss that is not finite, or leave such rows out");
        }
        norms += length;
        squaredNorms += Tensors.value(lengths.square().sum());
        Tensor inverse = lengths.reciprocal().masked_fill_(lengths.eq(new Scalar(0)), new Scalar(0)); // [B, 1]
        Tensor work = block.mul(inverse); // [B, D]
        boolean first = rows == 0;
        unit.add(work, first);
        raw.add(torch.add(block, new Scalar(0)), first);
        rows += block.size(0);
    }

    /// What rows were shifted by, `[D]`.
    double[] shift() {
        return raw.shift;
    }

    /// Mean of the shifted rows, `[D]`.
    double[] meanOfShifted() {
        return Arrays.stream(raw.sum).map(s -> s / rows).toArray();
    }

    double[] mean() {
        double[] mean = meanOfShifted();
        for (int j = 0; j < width; j++) {
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

        /// Adds the rows of `work`, which is overwritten.
        void add(Tensor work, boolean first) {
            if (first) {
                double[] mean = Tensors.doubles(work.mean(new long[] {0}, false, new ScalarTypeOptional()));
                System.arraycopy(mean, 0, shift, 0, mean.length);
            }
            Tensor ones = Tensors.empty(ScalarType.Double, work.size(0)).fill_(new Scalar(1)); // [B]
            work.sub_(Tensors.of(shift, shift.length));
            add(sum, work.t().mv(ones));
            add(square, work.square_().t().mv(ones));
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
