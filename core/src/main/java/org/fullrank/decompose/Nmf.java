package org.fullrank.decompose;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Nonnegative matrix factorization by multiplicative updates (Lee and Seung 2000). No update increases the
/// loss. Negative entries count as 0. Missing entries have weight 0.
public final class Nmf {
    /// Number of rounds. Each round updates both factors.
    public static final int ITERATIONS = 500;

    private static final long INITIAL = Keyed.name("initial factors of NMF");
    /// Keeps quotients finite. It is small compared with 1, the mean of the scaled data.
    private static final double TINY = 1e-12;

    private Nmf() {}

    /// The product of the factors, row-major, of the shape of the data.
    ///
    /// @param poisson whether to minimize the generalized Kullback-Leibler divergence instead of the squared
    ///     error
    public static float[] fit(PartialTensor data, int rank, boolean poisson, long seed) {
        List<float[]> factors = factors(data, rank, poisson, seed);
        try (var scope = Scope.withoutGradients()) {
            Tensor u = Tensors.of(factors.getFirst(), data.rows(), rank).to(ScalarType.Double);
            Tensor v = Tensors.of(factors.getLast(), data.columns(), rank).to(ScalarType.Double);
            return Tensors.floats(u.matmul(v.t()));
        }
    }

    /// The factors `[rows, R]` and `[columns, R]`, row-major.
    ///
    /// @param poisson as in [#fit]
    public static List<float[]> factors(PartialTensor data, int rank, boolean poisson, long seed) {
        try (var scope = Scope.withoutGradients()) {
            long rows = data.rows();
            long columns = data.columns();
            Tensor nonnegative = Tensors.of(data.values(), rows, columns)
                    .to(ScalarType.Double)
                    .clamp_min(Tensors.scalar(0));
            double mean = Tensors.value(nonnegative.sum()) / data.observedCount();
            if (mean == 0) {
                return List.of(new float[data.rows() * rank], new float[data.columns() * rank]);
            }
            Tensor x = nonnegative.div(Tensors.scalar(mean));
            Tensor weights = Tensors.of(data.weights(), rows, columns).to(ScalarType.Double);
            double start = Math.sqrt(1.0 / rank);
            Tensor u = initial(data.rows(), rank, start, Keyed.of(seed, INITIAL, 0)); // [M, R]
            Tensor v = initial(data.columns(), rank, start, Keyed.of(seed, INITIAL, 1)); // [N, R]
            Tensor xt = x.t();
            Tensor weightsT = weights.t();
            for (int i = 0; i < ITERATIONS; i++) {
                try (var round = Scope.open()) {
                    update(u, v, x, weights, poisson);
                    update(v, u, xt, weightsT, poisson);
                }
            }
            return List.of(Tensors.floats(u.mul(Tensors.scalar(mean))), Tensors.floats(v));
        }
    }

    /// Multiplies `u` by the negative part of the gradient divided by the positive part.
    ///
    /// @param x `[M, N]`, 0 where the weights are 0
    private static void update(Tensor u, Tensor v, Tensor x, Tensor weights, boolean poisson) {
        Tensor fitted = u.matmul(v.t()); // [M, N]
        Tensor up = poisson ? x.div(fitted.add(Tensors.scalar(TINY))) : x;
        Tensor down = poisson ? weights : weights.mul(fitted);
        u.mul_(up.matmul(v).div(down.matmul(v).add(Tensors.scalar(TINY))));
    }

    private static Tensor initial(int rows, int rank, double size, Keyed random) {
        double[] values = new double[rows * rank];
        for (int i = 0; i < values.length; i++) {
            values[i] = size * random.nextDouble(0.5, 1.5);
        }
        return Tensors.of(values, rows, rank);
    }
}
