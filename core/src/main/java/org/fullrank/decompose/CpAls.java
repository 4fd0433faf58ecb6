package org.fullrank.decompose;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The canonical polyadic decomposition of a 3-way tensor by alternating least squares (Carroll and Chang
/// 1970, Harshman 1970). Each factor in turn is the least-squares solution while the other two are fixed.
///
/// Before each round, the current factors fill in the missing entries.
public final class CpAls {
    /// Rounds over all factors.
    public static final int ROUNDS = 100;

    private static final long INITIAL = Keyed.name("initial factors of CP");
    /// This number times the mean of the diagonal is added to the diagonal of the normal equations, because
    /// columns may become parallel.
    private static final double RIDGE = 1e-9;

    private CpAls() {}

    /// The sum of `rank` outer products, row-major.
    ///
    /// @throws org.fullrank.engine.InputException when the tensor is a matrix
    public static float[] fit(PartialTensor data, int rank, long seed) {
        Rival.CP.requireFor(data);
        try (var scope = Scope.withoutGradients()) {
            Imputation x = Imputation.of(data);
            var factors = new ArrayList<Tensor>();
            for (int k = 0; k < data.shape().size(); k++) {
                factors.add(initial(data.shape().get(k), rank, Keyed.of(seed, INITIAL, k)));
            }
            for (int round = 0; round < ROUNDS; round++) {
                try (var step = Scope.open()) {
                    Tensor imputed = data.isComplete() ? x.known() : x.with(Factors.product(factors));
                    for (int k = 0; k < factors.size(); k++) {
                        factors.get(k).copy_(solved(imputed, factors, k));
                    }
                }
            }
            return Tensors.floats(Factors.product(factors));
        }
    }

    private static Tensor initial(int rows, int rank, Keyed random) {
        double[] values = new double[rows * rank];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.of(values, rows, rank);
    }

    /// The least-squares factor `[n_k, R]` of side `k`.
    private static Tensor solved(Tensor x, List<Tensor> factors, int k) {
        int a = k == 0 ? 1 : 0;
        int b = k == 2 ? 1 : 2;
        Tensor first = factors.get(a);
        Tensor second = factors.get(b);
        Tensor unfolded = x.permute(k, a, b).reshape(x.size(k), -1); // [n_k, n_a n_b]
        Tensor products = first.unsqueeze(1).mul(second.unsqueeze(0)).reshape(-1, first.size(1)); // [n_a n_b, R]
        Tensor gram = first.t().matmul(first).mul(second.t().matmul(second)); // [R, R]
        double ridge = Math.max(RIDGE * Tensors.value(gram.trace()) / gram.size(0), Double.MIN_NORMAL);
        Tensor raised = gram.add(torch.eye(gram.size(0)).to(ScalarType.Double).mul(Tensors.scalar(ridge)));
        Tensor right = unfolded.matmul(products).t(); // [R, n_k]
        return torch.cholesky_solve(right, torch.linalg_cholesky(raised)).t();
    }
}
