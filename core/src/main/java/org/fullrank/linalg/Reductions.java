package org.fullrank.linalg;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// Sums, means and lengths of the rows and columns of a matrix. The results belong to the caller's scope.
public final class Reductions {
    private Reductions() {}

    /// Mean of each column, `[N, D] -> [1, D]`.
    public static Tensor means(Tensor rows) {
        return rows.mean(new long[] {0}, true, new ScalarTypeOptional());
    }

    /// Sum along `dim`, which is kept with size 1.
    public static Tensor sum(Tensor values, long dim) {
        return values.sum(new long[] {dim}, true, new ScalarTypeOptional());
    }

    /// `|z|^2` of each row, `[N, D] -> [N, 1]`.
    public static Tensor squaredNorms(Tensor rows) {
        return sum(rows.mul(rows), 1);
    }

    /// Rows scaled to length 1; a row of zeros is not scaled.
    public static Tensor unit(Tensor rows) {
        return rows.div(squaredNorms(rows).sqrt().clamp_min(Tensors.scalar(Double.MIN_NORMAL)));
    }

    /// Sum of the squares of all values.
    public static double squares(Tensor values) {
        return Tensors.value(values.mul(values).sum());
    }

    /// Subtracts the mean of each column from `rows`, in place. After rows were centered, this removes what
    /// rounding left of the mean. Otherwise constant rows would have rank one.
    static Tensor center(Tensor rows) {
        return rows.sub_(means(rows));
    }

    /// `a b'` of two vectors `[D]`, `[D, D]`.
    static Tensor outer(Tensor a, Tensor b) {
        return a.unsqueeze(1).mul(b.unsqueeze(0));
    }
}
