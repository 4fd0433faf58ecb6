package org.fullrank.independence;

import java.util.Arrays;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// The Gaussian kernel `exp(-(x - y)^2 / (2 s^2))`, computed for all pairs of rows. The time is quadratic in
/// N. The memory is linear, because blocks of rows are computed one after another.
///
/// @param bandwidths `s` of each column, above 0
public record GaussianKernel(double[] bandwidths) implements ColumnKernel {
    /// Largest number of rows. A pass over 20,000 rows of one column takes about a second.
    public static final int MOST_ROWS = 20_000;

    /// Number of kernel values that are in memory at the same time. They need 16 MiB.
    private static final int BLOCK_VALUES = 1 << 21;

    public GaussianKernel {
        for (double s : bandwidths) {
            InputException.unless(
                    s > 0 && Double.isFinite(s), "bandwidth: found %s, expected a finite number above 0", s);
        }
    }

    /// The kernel with the median distance of each column.
    ///
    /// @throws InputException when the median distance of a column is zero
    public static GaussianKernel median(Columns columns) {
        return new GaussianKernel(Bandwidth.medians(columns));
    }

    /// The kernel with one bandwidth for all columns.
    public static GaussianKernel of(double bandwidth, int width) {
        double[] bandwidths = new double[width];
        Arrays.fill(bandwidths, bandwidth);
        return new GaussianKernel(bandwidths);
    }

    @Override
    public KernelSums sums(Columns columns) {
        InputException.when(
                columns.rows() > MOST_ROWS,
                "%s: found %d rows, expected at most %d for a kernel of all pairs of rows; take --features fourier:64",
                columns.name(),
                columns.rows(),
                MOST_ROWS);
        return NativeErrors.guard("HSIC of " + columns.name(), () -> {
            try (var scope = Scope.withoutGradients()) {
                return sums(Tensors.of(columns.values()), columns.rows(), columns.width());
            }
        });
    }

    /// HSIC does not change if a constant is subtracted from a kernel. The mean of the first block is
    /// subtracted, so that fewer digits are lost.
    private KernelSums sums(Tensor values, int rows, int width) {
        double[] scales = Arrays.stream(bandwidths).map(s -> s * Math.sqrt(2)).toArray();
        Tensor x = values.div(Tensors.of(scales, width, 1)); // [D, N], kernel exp(-(x - y)^2)
        Tensor products = Tensors.zeros(Device.CPU, ScalarType.Double, width, width);
        Tensor rowSums = Tensors.zeros(Device.CPU, ScalarType.Double, width, rows);
        Tensor shift = Tensors.zeros(Device.CPU, ScalarType.Double, width, 1);
        double joint = 0;
        int block = Math.clamp(BLOCK_VALUES / ((long) rows * width), 1, rows);
        for (int from = 0; from < rows; from += block) {
            try (var scope = Scope.open()) {
                Tensor kernel = kernel(x, from, Math.min(block, rows - from)); // [D, B, N]
                joint += Tensors.value(product(kernel).sum());
                Tensor flat = kernel.flatten(1, 2); // [D, B N]
                if (from == 0) {
                    shift.copy_(mean(flat));
                }
                flat.sub_(shift);
                products.add_(flat.matmul(flat.t()));
                rowSums.narrow(1, from, kernel.size(1))
                        .copy_(Reductions.sum(kernel, 2).squeeze(2));
            }
        }
        Tensor rowMeans = rowSums.div(Tensors.scalar(rows)).add_(shift); // [D, N], of the kernel itself
        return new KernelSums(
                rows,
                KernelSums.matrix(products),
                KernelSums.matrix(rowSums.matmul(rowSums.t())),
                Tensors.doubles(Reductions.sum(rowSums, 1)),
                diagonal(rowSums, shift),
                new KernelSums.Joint(
                        joint / rows / rows,
                        Tensors.value(product(rowMeans).mean()),
                        Tensors.value(product(mean(rowMeans)))));
    }

    /// The sums over the diagonal. All of its values are `1 - shift`.
    private static KernelSums.Diagonal diagonal(Tensor rowSums, Tensor shift) {
        long rows = rowSums.size(1);
        Tensor diagonals = shift.neg().add_(Tensors.scalar(1)).expand(rowSums.size(0), rows); // [D, N]
        return new KernelSums.Diagonal(
                KernelSums.matrix(diagonals.matmul(diagonals.t())),
                KernelSums.matrix(rowSums.matmul(diagonals.t())),
                Tensors.doubles(Reductions.sum(diagonals, 1)));
    }

    /// The mean of each row, `[D, N] -> [D, 1]`.
    private static Tensor mean(Tensor values) {
        return values.mean(new long[] {1}, true, new ScalarTypeOptional());
    }

    private static Tensor kernel(Tensor x, int from, int count) {
        Tensor differences = x.narrow(1, from, count).unsqueeze(2).sub(x.unsqueeze(1)); // [D, B, N]
        return differences.mul_(differences).neg_().exp_();
    }

    /// The product over the columns, `[D, ...] -> [...]`.
    private static Tensor product(Tensor values) {
        return values.prod(0);
    }
}
