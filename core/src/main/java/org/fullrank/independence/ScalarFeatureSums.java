package org.fullrank.independence;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// Collects the sums of a [FeatureKernel] over a stream of rows. Only sums over features are stored, so the
/// memory does not depend on the number of rows.
///
/// Let `Phi_i [N, m]` be the features of column i. Then `K_i = Phi_i Phi_i'`. So `Tr(K_i K_j) = |Phi_i'
/// Phi_j|_F^2`. The biased HSIC is the squared norm of the covariance between the features of both columns:
/// see Mialon, Balestriero and LeCun 2022, "Variance covariance regularization enforces pairwise
/// independence".
///
/// HSIC does not change if a constant is added to all features. The means of the first block are subtracted,
/// so that fewer digits are lost.
///
/// The scope that is open during construction owns the memory.
public final class ScalarFeatureSums {
    /// Largest number of features of all columns together. Their products need 512 MiB.
    public static final int MOST_FEATURES = 1 << 13;

    private final FeatureKernel kernel;
    private final int width;
    private final int count;
    private final Tensor products; // [D m, D m]
    private final Tensor sums; // [1, D m]
    private final Tensor diagonalSums; // [D m, D]: features times diagonal
    private final Tensor diagonalProducts; // [D, D]
    private final Tensor diagonal; // [1, D]
    private final Tensor shift; // [D, m]
    private int rows;

    /// @throws InputException when there are too many features
    public ScalarFeatureSums(FeatureKernel kernel) {
        this.kernel = kernel;
        width = kernel.bandwidths().length;
        count = kernel.features().count();
        long all = (long) width * count;
        InputException.when(
                all > MOST_FEATURES,
                "features: found %d features of %d columns, expected at most %d in all; take fewer features or columns",
                count,
                width,
                MOST_FEATURES);
        products = zeros(all, all);
        sums = zeros(1, all);
        diagonalSums = zeros(all, width);
        diagonalProducts = zeros(width, width);
        diagonal = zeros(1, width);
        shift = zeros(width, count);
    }

    private static Tensor zeros(long... shape) {
        return Tensors.zeros(Device.CPU, ScalarType.Double, shape);
    }

    /// Adds rows `[B, D]` of finite values.
    public void add(Tensor block) {
        try (var scope = Scope.withoutGradients()) {
            Tensor phi = features(block.to(ScalarType.Double)); // [B, D, m]
            if (rows == 0) {
                shift.copy_(Reductions.means(phi).squeeze(0));
            }
            phi.sub_(shift);
            Tensor q = phi.mul(phi).sum(new long[] {2}, false, new ScalarTypeOptional()); // [B, D]
            Tensor flat = phi.flatten(1, 2); // [B, D m]
            products.add_(flat.t().matmul(flat));
            sums.add_(Reductions.sum(flat, 0));
            diagonalSums.add_(flat.t().matmul(q));
            diagonalProducts.add_(q.t().matmul(q));
            diagonal.add_(Reductions.sum(q, 0));
            rows += Math.toIntExact(block.size(0));
        }
    }

    private Tensor features(Tensor block) {
        Tensor centered = block.sub(Tensors.of(kernel.centers(), 1, width));
        return kernel.features().of(centered.div_(Tensors.of(kernel.bandwidths(), 1, width)));
    }

    /// The sums over all rows so far.
    ///
    /// @throws InputException for fewer than [Columns#LEAST_ROWS] rows
    public KernelSums sums() {
        InputException.when(
                rows < Columns.LEAST_ROWS,
                "features: found %d rows, expected at least %d; give more items",
                rows,
                Columns.LEAST_ROWS);
        try (var scope = Scope.withoutGradients()) {
            Tensor column = sums.t(); // [D m, 1]
            double[] totals = Tensors.doubles(perColumn(column.mul(column)));
            var diagonals = new KernelSums.Diagonal(
                    KernelSums.matrix(diagonalProducts),
                    KernelSums.matrix(perColumn(diagonalSums.mul(column))),
                    Tensors.doubles(diagonal));
            return new KernelSums(
                    rows,
                    KernelSums.matrix(blocks(products.mul(products))),
                    KernelSums.matrix(blocks(products.mul(column).mul_(sums))),
                    totals,
                    diagonals,
                    KernelSums.Joint.NONE);
        }
    }

    /// The sum of each block of a matrix `[D m, D m]`, `[D, D]`.
    private Tensor blocks(Tensor matrix) {
        return matrix.reshape(width, count, width, count).sum(new long[] {1, 3}, false, new ScalarTypeOptional());
    }

    /// The sum over the features of each column, `[D m, k] -> [D, k]`.
    private Tensor perColumn(Tensor matrix) {
        return matrix.reshape(width, count, matrix.size(1)).sum(new long[] {1}, false, new ScalarTypeOptional());
    }
}
