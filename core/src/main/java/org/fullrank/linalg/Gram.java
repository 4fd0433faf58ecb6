package org.fullrank.linalg;

import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.openblas.global.openblas;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Computes the symmetric products `X' X` and `X X'` of a matrix. On the processor, OpenBLAS computes only the
/// lower triangle of products in float32 and float64, which takes half of the operations.
public final class Gram {
    private static final int BLOCK_ROWS = 2048;

    private Gram() {}

    /// The full matrix `X X'`, `[n, n]`, of `X`, `[n, m]`. The result has no graph for backpropagation. The
    /// caller's scope owns it.
    public static Tensor ofRows(Tensor x) {
        return isForBlas(x)
                ? mirrored(x.contiguous(), openblas.CblasNoTrans, x.size(0))
                : x.detach().mm(x.detach().t());
    }

    /// The full matrix `X' X`, `[m, m]`, of `X`, `[n, m]`. The result has no graph for backpropagation. The
    /// caller's scope owns it.
    public static Tensor ofColumns(Tensor x) {
        return isForBlas(x)
                ? mirrored(x.contiguous(), openblas.CblasTrans, x.size(1))
                : x.detach().t().mm(x.detach());
    }

    /// Whether OpenBLAS can compute the product.
    private static boolean isForBlas(Tensor x) {
        ScalarType type = x.scalar_type().intern();
        return Device.of(x) == Device.CPU && x.numel() > 0 && (type == ScalarType.Float || type == ScalarType.Double);
    }

    private static Tensor mirrored(Tensor x, int transposed, long side) {
        Tensor lower = Tensors.zeros(Device.CPU, x.scalar_type(), side, side);
        add(x, transposed, lower);
        return lower.add_(lower.tril(-1).t());
    }

    /// `X' X / N` of `x`, shape `[N, D]` float32, as float64 `[D, D]` with both triangles. Float32 products
    /// of blocks of rows are summed in float64. The caller's scope owns it.
    public static Tensor secondMoment(Tensor x) {
        long rows = x.size(0);
        Tensor sum = Tensors.zeros(Device.CPU, ScalarType.Double, x.size(1), x.size(1)); // [D, D]
        for (long start = 0; start < rows; start += BLOCK_ROWS) {
            try (var scope = Scope.open()) {
                Tensor block = x.narrow(0, start, Math.min(BLOCK_ROWS, rows - start)); // [n, D]
                sum.add_(block.t().matmul(block));
            }
        }
        return sum.mul_(Tensors.scalar(1.0 / rows));
    }

    /// The lower triangle of the smaller of `X X'` and `X' X` of contiguous float64 rows on the host.
    static Tensor smaller(Tensor rows) {
        long n = Math.min(rows.size(0), rows.size(1));
        Tensor gram = Tensors.zeros(Device.CPU, ScalarType.Double, n, n);
        add(rows, rows.size(0) <= rows.size(1) ? openblas.CblasNoTrans : openblas.CblasTrans, gram);
        return gram;
    }

    /// Adds the lower triangle of `X' X` of contiguous float64 rows `[B, D]` to `gram`, `[D, D]`.
    static void add(Tensor rows, Tensor gram) {
        add(rows, openblas.CblasTrans, gram);
    }

    private static void add(Tensor rows, int transposed, Tensor gram) {
        if (!rows.is_contiguous()) {
            throw new IllegalArgumentException("a product needs contiguous rows, got " + Tensors.describe(rows));
        }
        int side = Math.toIntExact(gram.size(0));
        int depth = Math.toIntExact(rows.numel() / side);
        int width = Math.toIntExact(rows.size(1));
        if (rows.scalar_type().intern() == ScalarType.Double) {
            openblas.cblas_dsyrk(
                    openblas.CblasRowMajor,
                    openblas.CblasLower,
                    transposed,
                    side,
                    depth,
                    1,
                    new DoublePointer(rows.data_ptr_double()),
                    width,
                    1,
                    new DoublePointer(gram.data_ptr_double()),
                    side);
        } else {
            openblas.cblas_ssyrk(
                    openblas.CblasRowMajor,
                    openblas.CblasLower,
                    transposed,
                    side,
                    depth,
                    1,
                    new FloatPointer(rows.data_ptr_float()),
                    width,
                    1,
                    new FloatPointer(gram.data_ptr_float()),
                    side);
        }
    }
}
