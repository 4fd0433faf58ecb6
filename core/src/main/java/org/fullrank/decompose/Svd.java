package org.fullrank.decompose;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The truncated singular value decomposition of a tensor as a matrix `[rows, columns]`, the last side
/// being the columns. It is the best approximation of a rank in squares (Eckart and Young 1936), noise
/// included.
///
/// Missing entries are imputed: they start at the mean, and are replaced by the approximation until it settles
/// (hard impute; Mazumder, Hastie, Tibshirani 2010).
public final class Svd {
    /// Most rounds of imputation.
    private static final int ROUNDS = 200;
    /// Imputation has settled if a round changes the imputed entries by less than this share.
    private static final double SETTLED = 1e-4;

    private Svd() {}

    /// An approximation and its rank.
    ///
    /// @param reconstruction row-major, of the shape of the data
    public record Approximation(int rank, float[] reconstruction) {}

    /// The approximation of rank `rank`.
    public static Approximation of(PartialTensor data, int rank) {
        try (var scope = Scope.withoutGradients()) {
            Tensor matrix = imputed(data, rank);
            return new Approximation(rank, Tensors.floats(truncated(matrix, vectors(matrix), rank)));
        }
    }

    /// The approximation with the smallest error. Without missing entries all ranks are compared, with missing
    /// entries 1, 2, 3, 4, 6, 8, 12, ..., because each one needs an imputation of its own.
    ///
    /// @param error of a reconstruction, such as its distance from the truth
    public static Approximation best(PartialTensor data, ToDoubleFunction<float[]> error) {
        Approximation best = null;
        double least = Double.POSITIVE_INFINITY;
        try (var scope = Scope.withoutGradients()) {
            Tensor matrix = matrix(data);
            Tensor vectors = data.isComplete() ? vectors(matrix) : null;
            for (int rank : ranks(data)) {
                try (var step = Scope.open()) {
                    float[] reconstruction = vectors == null
                            ? of(data, rank).reconstruction()
                            : Tensors.floats(truncated(matrix, vectors, rank));
                    double now = error.applyAsDouble(reconstruction);
                    if (best == null || now < least) {
                        best = new Approximation(rank, reconstruction);
                        least = now;
                    }
                }
            }
        }
        return Objects.requireNonNull(best); // there is a rank 1
    }

    private static List<Integer> ranks(PartialTensor data) {
        int most = Math.min(data.rows(), data.columns());
        var ranks = new ArrayList<Integer>();
        for (int rank = 1; rank <= most; rank += data.isComplete() ? 1 : Math.max(1, Integer.highestOneBit(rank) / 2)) {
            ranks.add(rank);
        }
        return ranks;
    }

    private static Tensor matrix(PartialTensor data) {
        return Tensors.of(data.values(), data.rows(), data.columns()).to(ScalarType.Double);
    }

    /// The singular vectors of the shorter side in rising order of their values, `[K, K]`, as eigenvectors
    /// of the Gram matrix. In float64 this is exact far below any noise.
    private static Tensor vectors(Tensor matrix) {
        Tensor gram = isTall(matrix) ? matrix.t().matmul(matrix) : matrix.matmul(matrix.t());
        return torch.linalg_eigh(gram).get1();
    }

    private static boolean isTall(Tensor matrix) {
        return matrix.size(0) >= matrix.size(1);
    }

    /// The projection of `matrix` on the last `rank` of `vectors`.
    private static Tensor truncated(Tensor matrix, Tensor vectors, int rank) {
        Tensor leading = vectors.narrow(1, vectors.size(1) - rank, rank); // [K, R]
        return isTall(matrix)
                ? matrix.matmul(leading).matmul(leading.t())
                : leading.matmul(leading.t().matmul(matrix));
    }

    /// The matrix with its missing entries imputed. The caller's scope owns it.
    private static Tensor imputed(PartialTensor data, int rank) {
        Tensor matrix = matrix(data);
        if (data.isComplete()) {
            return matrix;
        }
        Tensor missing = Tensors.of(data.weights(), data.rows(), data.columns())
                .to(ScalarType.Double)
                .logical_not()
                .to(ScalarType.Double);
        double mean = Tensors.value(matrix.sum()) / data.observedCount();
        matrix.add_(missing.mul(Tensors.scalar(mean)));
        for (int round = 0; round < ROUNDS; round++) {
            try (var scope = Scope.open()) {
                Tensor change =
                        truncated(matrix, vectors(matrix), rank).sub(matrix).mul(missing);
                matrix.add_(change);
                double before = Tensors.value(matrix.mul(missing).square().sum());
                if (Tensors.value(change.square().sum()) <= SETTLED * SETTLED * before) {
                    break;
                }
            }
        }
        return matrix;
    }
}
