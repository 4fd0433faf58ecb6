package org.fullrank.linalg;

import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.StringViewOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.NativeErrors;
import org.fullrank.engine.Tensors;

/// Approximates a matrix A by one of rank k in O(k n^2), from random numbers: the samplers of projUNN (Kiani,
/// Balestriero, LeCun, Lloyd 2022, arXiv 2203.05483).
public sealed interface RankSampler {
    /// The approximation of a matrix, or of each matrix of a stack. The caller's scope owns it.
    ///
    /// @param matrix A, `[n, n]` or `[F, n, n]`, real or complex
    /// @param rank k, from 1 to n
    /// @throws InputException when the rank is too large, or a number is not finite
    default LowRank sample(Tensor matrix, int rank, RandomGenerator random) {
        Orthogonal.requireSquares("low-rank approximation", matrix);
        long n = matrix.size(-1);
        InputException.unless(
                rank >= 1 && rank <= n,
                "low-rank approximation: found rank %d of a matrix with %d rows, expected 1 to %d",
                rank,
                n,
                n);
        InputException.unless(
                Orthogonal.isFinite(matrix),
                "low-rank approximation: found a number that is not finite, expected finite numbers; look for the first"
                        + " step with a gradient that is not finite");
        return NativeErrors.guard("low-rank approximation", () -> {
            try (var off = Gradients.off()) {
                return of(matrix, rank, random);
            }
        });
    }

    /// The approximation of checked matrices.
    LowRank of(Tensor matrix, int rank, RandomGenerator random);

    /// A random sketch of the row space (LSI): `A V V^H`, where the columns of V are an orthonormal basis of
    /// the rows of `R^H A` and R is Gaussian, `[n, k]`. A matrix whose rank is at most k is found exactly.
    ///
    /// @param powers how often `V` is multiplied by `A^H A` (Halko, Martinsson, Tropp 2011, "Finding structure
    ///     with randomness", algorithm 4.4). Each power favors large singular values and costs two more
    ///     products
    record Sketch(int powers) implements RankSampler {
        /// As in the paper.
        public static final int DEFAULT_POWERS = 0;
        /// A singular value of half the largest one then has a weight of 1e-6.
        static final int MOST_POWERS = 10;

        public Sketch {
            InputException.unless(
                    powers >= 0 && powers <= MOST_POWERS, "powers: found %d, expected 0 to %d", powers, MOST_POWERS);
        }

        public static Sketch defaults() {
            return new Sketch(DEFAULT_POWERS);
        }

        @Override
        public LowRank of(Tensor matrix, int rank, RandomGenerator random) {
            Tensor drawn = gaussianLike(matrix, rank, random); // [..., n, k]
            Tensor v = torch.linalg_qr(matrix.mH().matmul(drawn)).get0(); // [..., n, k]
            for (int i = 0; i < powers; i++) {
                v = torch.linalg_qr(matrix.mH().matmul(matrix.matmul(v))).get0();
            }
            return new LowRank(matrix.matmul(v), v);
        }

        private static Tensor gaussianLike(Tensor matrix, int columns, RandomGenerator random) {
            long[] shape = Tensors.shape(matrix);
            shape[shape.length - 1] = columns;
            int rows = Math.toIntExact(matrix.numel() / matrix.size(-1));
            Tensor drawn = matrix.is_complex()
                    ? Orthogonal.complexGaussian(rows, columns, random)
                    : Orthogonal.gaussian(rows, columns, random);
            return drawn.view(shape).to(matrix.device(), matrix.scalar_type());
        }
    }

    /// Drawn columns: `H H^H A`, where the columns of H are an orthonormal basis of k columns of A. They are
    /// drawn without replacement with probabilities in proportion to their norms. With more columns than k, H
    /// has the k largest singular directions of the drawn columns, each divided by the root of its
    /// probability. (The official code takes the k smallest.)
    ///
    /// @param extra how many columns are drawn in addition to k
    record Columns(int extra) implements RankSampler {
        /// As in the paper.
        public static final int DEFAULT_EXTRA = 0;

        public Columns {
            InputException.unless(extra >= 0, "extra: found %d, expected 0 or more columns", extra);
        }

        public static Columns defaults() {
            return new Columns(DEFAULT_EXTRA);
        }

        @Override
        public LowRank of(Tensor matrix, int rank, RandomGenerator random) {
            long n = matrix.size(-1);
            Tensor norms = norms(matrix); // [..., n]
            Tensor indices = drawn(norms, Math.min(rank + (long) extra, n), random); // [..., c]
            Tensor scales = norms.gather(-1, indices).sqrt().clamp_min(Tensors.scalar(Float.MIN_NORMAL)); // [..., c]
            Tensor places = indices.unsqueeze(-2).expand_as(matrix.narrow(-1, 0, indices.size(-1))); // [..., n, c]
            Tensor columns = matrix.gather(-1, places).div(scales.unsqueeze(-2)); // [..., n, c]
            Tensor h = torch.linalg_svd(columns, false, new StringViewOptional())
                    .get0()
                    .narrow(-1, 0, rank); // [..., n, k]
            return new LowRank(h, matrix.mH().matmul(h));
        }

        private static Tensor norms(Tensor matrix) {
            return torch.linalg_vector_norm(
                    matrix, Tensors.scalar(2), new long[] {-2}, false, new ScalarTypeOptional());
        }

        /// The indices of the first `count` events of n Poisson processes with rates `weights`, `[..., n]`.
        /// This is a draw without replacement with probabilities in proportion to the weights.
        private static Tensor drawn(Tensor weights, long count, RandomGenerator random) {
            double[] times = new double[Math.toIntExact(weights.numel())];
            for (int i = 0; i < times.length; i++) {
                times[i] = random.nextExponential();
            }
            Tensor waits = Tensors.of(times, Tensors.shape(weights)).div(Tensors.to(weights, Device.CPU));
            return torch.topk(waits, count, -1, false, true).get1().to(weights.device(), ScalarType.Long);
        }
    }
}
