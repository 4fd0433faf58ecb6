package org.fullrank.diagnose;

import static org.fullrank.diagnose.ScaleRules.text;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Orthogonal;
import org.fullrank.linalg.Reductions;

/// Measures how many of their nearest neighbors rows lose if a search index stores them with 8 or 4 bits for each
/// number.
///
/// The rows are scaled to length 1. A quantizer of b bits replaces each number by the nearest of `2^b` evenly spaced
/// levels. All columns have the same levels, from the smallest to the largest number of the rows. So columns with a
/// small variance get few levels if the variances of the columns are unequal. A random rotation before the
/// quantization makes the variances about equal and changes no similarity (as in RaBitQ, Gao and Long 2024).
///
/// The recall loss is the share of the [#NEIGHBORS] rows with the largest exact cosines that are not among the
/// [#NEIGHBORS] rows with the largest products of a row with the quantized rows. Each row is a query once and does
/// not find itself.
///
/// @param rows number of rows that were compared
/// @param inequality Gini coefficient of the variances `v` of the columns, `sum_jk |v_j - v_k| / (2 D sum_j v_j)`,
///     from 0 (all equal) to `1 - 1/D` (one column has all the variance); NaN if no column varies
/// @param loss8 recall loss with 8 bits, from 0 to 1; NaN for fewer than [#SMALLEST_ROWS] rows
/// @param loss4 recall loss with 4 bits; NaN as above
/// @param rotatedLoss4 recall loss with 4 bits after a random rotation; NaN as above
record Quantizability(long rows, double inequality, double loss8, double loss4, double rotatedLoss4) {
    /// Neighbors of a row, as in most published tables.
    static final int NEIGHBORS = 10;

    /// Smallest number of rows whose neighbors are searched. With fewer rows, most rows are neighbors.
    static final int SMALLEST_ROWS = 32;

    /// Largest number of rows that are compared. The standard error of a loss is then about 0.005.
    static final int ROWS = 1024;

    /// Similarities that differ by less are equal up to the rounding of float32. Columns with a smaller deviation in
    /// total are constant.
    private static final double ROUNDING = 1e-6;

    /// Largest number of columns that are rotated together. Wider rows are rotated in blocks of random columns,
    /// because a rotation of D columns takes `D^3` operations.
    private static final int BLOCK = 512;

    private static final long SEED = Keyed.name("quantizability");
    private static final int HUNDRED = 100;

    /// Measures finite rows `[N, D]`, which the caller still owns.
    ///
    /// @throws InputException when `rows` is not a matrix with rows and columns
    static Quantizability of(Tensor rows) {
        Matrices.require("quantizability", rows);
        return Matrices.guarded("quantizability", () -> {
            long most = Math.min(ROWS, Matrices.mostRows(rows.size(1)));
            Tensor all = Matrices.copy(Matrices.evenly(rows, most)); // [n, D]
            Tensor z = all.div(Reductions.squaredNorms(all).sqrt_().clamp_min_(Tensors.scalar(Double.MIN_NORMAL)));
            double inequality = inequality(z);
            if (z.size(0) < SMALLEST_ROWS) {
                return new Quantizability(z.size(0), inequality, Double.NaN, Double.NaN, Double.NaN);
            }
            return new Quantizability(z.size(0), inequality, loss(z, 8), loss(z, 4), loss(rotated(z), 4));
        });
    }

    private static double inequality(Tensor z) {
        Tensor centered = z.sub(z.mean(new long[] {0}, true, new ScalarTypeOptional()));
        double[] variances = Tensors.doubles(Reductions.squaredNorms(centered.t())); // [D], times N
        Arrays.sort(variances);
        double sum = 0;
        double weighted = 0;
        for (int j = 0; j < variances.length; j++) {
            sum += variances[j];
            weighted += (2.0 * j + 1 - variances.length) * variances[j];
        }
        return sum <= ROUNDING * ROUNDING * z.size(0) ? Double.NaN : weighted / (variances.length * sum);
    }

    /// The recall loss of rows `[n, D]` of length 1.
    private static double loss(Tensor z, int bits) {
        int k = NEIGHBORS;
        Tensor exact = z.mm(z.t()); // [n, n]
        exact.fill_diagonal_(Tensors.scalar(Double.NEGATIVE_INFINITY));
        Tensor found = z.mm(quantized(z, bits).t()); // [n, n]
        found.fill_diagonal_(Tensors.scalar(Double.NEGATIVE_INFINITY));
        Tensor last = exact.topk(k, 1, true, true).get0().narrow(1, k - 1, 1); // [n, 1]
        Tensor similarities = exact.gather(1, found.topk(k, 1, true, true).get1()); // [n, k]
        return 1
                - Tensors.value(similarities
                        .ge(last.sub(Tensors.scalar(ROUNDING)))
                        .to(z.scalar_type())
                        .mean());
    }

    private static Tensor quantized(Tensor z, int bits) {
        Tensor low = z.min();
        Tensor step =
                z.max().sub(low).div_(Tensors.scalar((1 << bits) - 1.0)).clamp_min_(Tensors.scalar(Double.MIN_NORMAL));
        return z.sub(low).div_(step).round_().mul_(step).add_(low);
    }

    private static Tensor rotated(Tensor z) {
        var random = Keyed.of(SEED);
        int width = Math.toIntExact(z.size(1));
        Tensor columns = width <= BLOCK ? z : z.index_select(1, Tensors.of(Matrices.shuffled(random, width)));
        int blocks = Math.ceilDiv(width, BLOCK);
        var parts = new TensorVector();
        for (int i = 0; i < blocks; i++) {
            int from = Math.toIntExact((long) i * width / blocks);
            int to = Math.toIntExact((i + 1L) * width / blocks);
            parts.push_back(columns.narrow(1, from, to - from).mm(Orthogonal.random(to - from, random)));
        }
        return torch.cat(parts, 1);
    }

    /// What a random rotation before the quantization would save of the recall loss with 4 bits.
    double excess() {
        return loss4 - rotatedLoss4;
    }

    Section section() {
        return new Section(
                "quantizability",
                List.of(
                        Reading.of(Measure.VARIANCE_INEQUALITY, inequality),
                        Reading.of(Measure.RECALL_LOSS_8, loss8),
                        Reading.of(Measure.RECALL_LOSS_4, loss4),
                        excessReading()));
    }

    private Reading excessReading() {
        return Reading.of(Measure.RECALL_LOSS_4_EXCESS, excess());
    }

    /// Whether a rotation would save more than is healthy.
    boolean isUnequal() {
        return excessReading().isOutOfRange();
    }

    /// The recall losses and the remedy, in one line.
    String note() {
        return text(
                "the variances of the columns are unequal (Gini coefficient %.2f): a search index that rounds the numbers"
                        + " loses %.0f %% of the nearest 10 rows with 8 bits and %.0f %% with 4 bits, or %.0f %% with 4"
                        + " bits after a random rotation; rotate or whiten the rows before you quantize them (fullrank"
                        + " index rotates them)",
                inequality, HUNDRED * loss8, HUNDRED * loss4, HUNDRED * rotatedLoss4);
    }
}
