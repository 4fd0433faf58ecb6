package org.fullrank.linalg;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// The largest eigenvalues of a large symmetric matrix, found by block Lanczos with thick restarts (Wu and
/// Simon 2000). If the matrix has several equal eigenvalues, a block finds as many of them as it has columns.
/// A single vector finds only one.
///
/// 1. Start with a block of random orthonormal columns.
/// 2. Take the best approximations within the basis (Rayleigh and Ritz), and stop once their residuals are
///    small.
/// 3. Add the residuals, made orthogonal to the basis, as new columns. If the basis is full, its best
///    approximations replace it first.
///
/// All columns are kept orthogonal explicitly. So no eigenvalue appears twice because of rounding.
public final class BlockLanczos {
    /// Number of columns of the block in addition to the wanted eigenpairs. They speed up the convergence if
    /// the next eigenvalues are close.
    public static final int EXTRA_COLUMNS = 8;
    /// Number of blocks in the basis. With more blocks, the search needs fewer products but more memory.
    public static final int BLOCKS = 5;

    private static final int KEPT_BLOCKS = 2;
    private static final int PROJECTIONS = 3;
    private static final double JITTER = 1e-12;
    private static final long STREAM = Keyed.name("linalg.lanczos");

    private final SymmetricOperator matrix;
    private final int wanted;
    private final int block;
    private final Tensor noise; // [N, b]
    private final Tensor basis; // [N, BLOCKS b], orthonormal in its first `columns` columns
    private final Tensor products; // [N, BLOCKS b], the matrix times the basis
    private final Tensor small; // [BLOCKS b, BLOCKS b], the matrix within the basis
    private int columns;

    private BlockLanczos(SymmetricOperator matrix, int wanted, long seed) {
        this.matrix = matrix;
        this.wanted = wanted;
        block = wanted + EXTRA_COLUMNS;
        noise = gaussian(matrix.size(), block, Keyed.of(seed, STREAM));
        basis = Tensors.empty(ScalarType.Double, matrix.size(), (long) BLOCKS * block);
        products = Tensors.empty(ScalarType.Double, matrix.size(), (long) BLOCKS * block);
        small = Tensors.zeros(Device.CPU, ScalarType.Double, (long) BLOCKS * block, (long) BLOCKS * block);
    }

    /// When to stop.
    ///
    /// @param tolerance largest residual `|A v - l v|`, relative to the largest `|l|`
    /// @param maxIterations largest number of products with a block
    public record Stop(double tolerance, int maxIterations) {
        /// With a residual of 1e-8, the error of an eigenvector is about 1e-8 divided by its relative gap.
        /// Graphs with a clear gap need tens of products.
        public static final Stop DEFAULT = new Stop(1e-8, 500);
    }

    /// The most eigenpairs for which [#largest] can search: the matrix must have more rows than the basis has
    /// columns. It is below 1 for a small matrix.
    public static int most(int size) {
        return (size - 1) / BLOCKS - EXTRA_COLUMNS;
    }

    /// The `wanted` largest eigenpairs. If there are too few iterations, the residual of the result is above
    /// the tolerance. The caller's scope owns the vectors.
    ///
    /// @throws IllegalArgumentException when the matrix is too small for the basis; see [#most]
    public static Eigenpairs largest(SymmetricOperator matrix, int wanted, Stop stop, long seed) {
        if (wanted > most(matrix.size())) {
            throw new IllegalArgumentException(
                    "a matrix of %d rows is too small to search for %d eigenpairs".formatted(matrix.size(), wanted));
        }
        Tensor vectors = Tensors.empty(ScalarType.Double, matrix.size(), wanted);
        try (var scope = Scope.withoutGradients()) {
            return new BlockLanczos(matrix, wanted, seed).run(stop, vectors);
        }
    }

    private Eigenpairs run(Stop stop, Tensor vectors) {
        expand(noise);
        for (int iteration = 1; ; iteration++) {
            try (var scope = Scope.open()) {
                Eigenpairs inside = Eigenpairs.of(small.narrow(0, 0, columns).narrow(1, 0, columns));
                Tensor turn = inside.vectors().narrow(1, 0, block); // [c, b]
                Tensor best = used(basis).matmul(turn); // [N, b]
                Tensor values = Tensors.of(Arrays.copyOf(inside.values(), block), 1, block);
                Tensor residuals = used(products).matmul(turn).sub_(best.mul(values)); // [N, b]
                Tensor lengths = Reductions.sum(residuals.mul(residuals), 0).sqrt_(); // [1, b]
                double residual = Tensors.value(lengths.narrow(1, 0, wanted).max()) / largest(inside.values());
                if (residual <= stop.tolerance || iteration >= stop.maxIterations) {
                    vectors.copy_(best.narrow(1, 0, wanted));
                    return new Eigenpairs(Arrays.copyOf(inside.values(), wanted), vectors, residual);
                }
                if (columns + block > BLOCKS * block) {
                    restart(inside);
                }
                Tensor unit = residuals.div_(lengths.clamp_min_(Tensors.scalar(Double.MIN_NORMAL)));
                expand(unit.add_(noise.mul(Tensors.scalar(JITTER)))); // no column is zero
            }
        }
    }

    /// Keeps only the best approximations.
    private void restart(Eigenpairs inside) {
        int kept = KEPT_BLOCKS * block;
        Tensor turn = inside.vectors().narrow(1, 0, kept); // [c, kept]
        basis.narrow(1, 0, kept).copy_(used(basis).matmul(turn));
        products.narrow(1, 0, kept).copy_(used(products).matmul(turn));
        Tensor values = torch.diag(Tensors.of(Arrays.copyOf(inside.values(), kept), kept));
        small.narrow(0, 0, kept).narrow(1, 0, kept).copy_(values);
        columns = kept;
    }

    /// Adds a block of columns. If a residual has vanished, only rounding errors are left of it after the
    /// projection. So projection and orthonormalization are repeated.
    private void expand(Tensor directions) {
        try (var scope = Scope.open()) {
            Tensor fresh = directions;
            for (int pass = 0; pass < PROJECTIONS; pass++) {
                Tensor inside = used(basis).matmul(used(basis).t().matmul(fresh));
                fresh = torch.linalg_qr(fresh.sub(inside)).get0(); // [N, b]
            }
            basis.narrow(1, columns, block).copy_(fresh);
            products.narrow(1, columns, block).copy_(matrix.times(fresh));
            columns += block;
            Tensor cross = used(basis).t().matmul(products.narrow(1, columns - block, block)); // [c, b]
            small.narrow(0, 0, columns).narrow(1, columns - block, block).copy_(cross);
            small.narrow(0, columns - block, block).narrow(1, 0, columns).copy_(cross.t());
        }
    }

    private Tensor used(Tensor buffer) {
        return buffer.narrow(1, 0, columns);
    }

    private static double largest(double[] values) {
        return Math.max(Arrays.stream(values).map(Math::abs).max().orElse(0), Double.MIN_NORMAL);
    }

    private static Tensor gaussian(int rows, int columns, Keyed random) {
        double[] values = new double[Math.multiplyExact(rows, columns)];
        Arrays.setAll(values, i -> random.nextGaussian());
        return Tensors.of(values, rows, columns);
    }
}
