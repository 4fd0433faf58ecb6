package org.fullrank.decompose;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The truncated singular value decomposition of a tensor as a matrix `[rows, columns]`, where the last side
/// gives the columns. Of all matrices of a given rank, the truncated decomposition has the smallest squared
/// error to the data, including their noise (Eckart and Young 1936).
///
/// Missing entries are imputed. First, the mean replaces them. Then the approximation replaces them until
/// they hardly change (hard impute; Mazumder, Hastie, Tibshirani 2010). The imputation goes through
/// increasing ranks up to the wanted one. A high rank alone would leave the missing entries at the mean.
public final class Svd {
    /// Largest number of rounds of imputation for each rank.
    private static final int ROUNDS = 30;
    /// The imputation ends if a round changes the imputed entries by less than this share.
    private static final double SETTLED = 1e-4;

    private Svd() {}

    /// An approximation and its rank.
    ///
    /// @param reconstruction row-major, of the shape of the data
    public record Approximation(int rank, float[] reconstruction) {}

    /// The approximation of rank `rank`.
    public static Approximation of(PartialTensor data, int rank) {
        try (var scope = Scope.withoutGradients()) {
            Imputation x = Imputation.of(data, data.rows(), data.columns());
            Tensor matrix = x.withMean();
            if (!data.isComplete()) {
                Tensor missing = x.missing();
                ranks(data).stream().filter(lower -> lower < rank).forEach(lower -> impute(matrix, missing, lower));
                impute(matrix, missing, rank);
            }
            return new Approximation(rank, Tensors.floats(truncated(matrix, vectors(matrix), rank)));
        }
    }

    /// The approximation with the smallest error. Without missing entries, all ranks are compared. With
    /// missing entries, the ranks are 1, 2, 3, 4, 6, 8, 12, ..., because each rank needs its own imputation.
    ///
    /// @param error measures a reconstruction, for example by its distance from the truth
    public static Approximation best(PartialTensor data, ToDoubleFunction<float[]> error) {
        Approximation best = null;
        double least = Double.POSITIVE_INFINITY;
        try (var scope = Scope.withoutGradients()) {
            Imputation x = Imputation.of(data, data.rows(), data.columns());
            Tensor matrix = x.withMean();
            Tensor missing = data.isComplete() ? null : x.missing();
            Tensor complete = vectors(matrix);
            for (int rank : ranks(data)) {
                try (var step = Scope.open()) {
                    if (missing != null) {
                        impute(matrix, missing, rank);
                    }
                    Tensor vectors = missing == null ? complete : vectors(matrix);
                    float[] reconstruction = Tensors.floats(truncated(matrix, vectors, rank));
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

    /// The singular vectors of the shorter side in ascending order of their singular values, `[K, K]`. They
    /// are computed as eigenvectors of the Gram matrix. In float64, the error of this method is far below any
    /// noise.
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

    /// Replaces the missing entries by the approximation until they hardly change.
    private static void impute(Tensor matrix, Tensor missing, int rank) {
        for (int round = 0; round < ROUNDS; round++) {
            try (var scope = Scope.open()) {
                Tensor change =
                        truncated(matrix, vectors(matrix), rank).sub(matrix).mul(missing);
                matrix.add_(change);
                double size = Tensors.value(matrix.mul(missing).square().sum());
                if (Tensors.value(change.square().sum()) <= SETTLED * SETTLED * size) {
                    return;
                }
            }
        }
    }
}
