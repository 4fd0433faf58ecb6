package org.fullrank.linalg;

import java.util.stream.IntStream;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Tensors;

/// The space that the columns of a matrix span.
///
/// @param basis orthonormal columns `[N, r]`, float64; the scope of the caller owns them
public record ColumnSpace(Tensor basis) {
    /// The space of a float64 matrix `[N, D]`. It consists of the left singular vectors whose singular value
    /// is above `cut` times the largest one. Of a matrix of zeros it is empty.
    public static ColumnSpace of(Tensor columns, double cut) {
        var parts = torch.linalg_svd(columns, false, new StringViewOptional());
        double[] values = Tensors.doubles(parts.get1()); // descending
        int rank = 0;
        while (rank < values.length && values[rank] > cut * values[0]) {
            rank++;
        }
        return new ColumnSpace(parts.get0().narrow(1, 0, rank));
    }

    /// Number of dimensions r.
    public int rank() {
        return Math.toIntExact(basis.size(1));
    }

    /// The principal angles between two spaces in degrees, ascending. Their number is the smaller rank.
    ///
    /// The cosine of a small angle is 1 up to rounding, so the angle comes from its sine as well (Björck and
    /// Golub 1973).
    public double[] angles(ColumnSpace other) {
        boolean isLarger = rank() >= other.rank();
        ColumnSpace large = isLarger ? this : other;
        ColumnSpace small = isLarger ? other : this;
        int count = small.rank();
        if (count == 0) {
            return new double[0];
        }
        Tensor products = large.basis.t().matmul(small.basis); // [r, q]
        double[] cosines = Tensors.doubles(torch.linalg_svdvals(products)); // descending
        Tensor outside = small.basis.sub(large.basis.matmul(products)); // [N, q]
        double[] sines = Tensors.doubles(torch.linalg_svdvals(outside)); // descending
        return IntStream.range(0, count)
                .mapToDouble(i -> Math.toDegrees(Math.atan2(sines[count - 1 - i], cosines[i])))
                .toArray();
    }
}
