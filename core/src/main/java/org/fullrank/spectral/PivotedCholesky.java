package org.fullrank.spectral;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Randomly pivoted Cholesky (Chen, Epperly, Tropp and Webber 2022). The method chooses rows of a kernel
/// matrix one after another. The probability of a row is proportional to the part of its diagonal value that
/// the earlier rows do not explain.
///
/// Rows are proposed in blocks. When its turn comes, a proposed row is accepted with a certain probability:
/// the share of its diagonal value that is still not explained (Epperly, Tropp and Webber 2024). So the
/// choice has the same distribution as without blocks, but the work consists of matrix products.
final class PivotedCholesky {
    private static final int BLOCK = 64;
    /// An unexplained part below this share of the trace is a rounding error.
    private static final double ROUNDING = 1e-13;
    /// What is missed of a row below this share of its own diagonal is rounding too: the row repeats earlier
    /// ones, and its pivot would be noise or negative.
    private static final double REPEATED = 1e-12;

    private final Kernel kernel;
    private final Tensor rows; // [c, D]
    private final Keyed random;
    private final Tensor factor; // [c, p]; its first `count` columns are those of Cholesky
    private final double[] diagonal; // [c]
    private final double[] missed; // diagonal that is not explained yet
    private final int[] pivots;
    private int count;

    private PivotedCholesky(Kernel kernel, Tensor rows, int wanted, Keyed random) {
        this.kernel = kernel;
        this.rows = rows;
        this.random = random;
        factor = Tensors.empty(ScalarType.Double, rows.size(0), wanted);
        diagonal = Tensors.doubles(kernel.diagonal(rows));
        missed = diagonal.clone();
        pivots = new int[wanted];
    }

    /// The indices of at most `wanted` rows. There are fewer if these rows explain the whole matrix.
    static int[] choose(Kernel kernel, Tensor rows, int wanted, Keyed random) {
        try (var scope = Scope.open()) {
            var search = new PivotedCholesky(kernel, rows, wanted, random);
            double floor = ROUNDING * Arrays.stream(search.missed).sum();
            while (search.count < wanted && Arrays.stream(search.missed).sum() > floor) {
                search.round();
            }
            return Arrays.copyOf(search.pivots, search.count);
        }
    }

    private void round() {
        try (var scope = Scope.open()) {
            int[] proposed = new int[BLOCK];
            double sum = Arrays.stream(missed).sum();
            Arrays.setAll(proposed, i -> LandmarkChoice.draw(missed, random.nextDouble() * sum));
            int[] accepted = accepted(proposed);
            if (accepted.length == 0) {
                return; // the first proposal repeats earlier rows, and is not proposed again
            }
            Tensor index = Tensors.of(accepted);
            Tensor columns = residual(rows, factor, index); // [c, a]
            Tensor block = columns.index_select(0, index); // [a, a]
            Tensor lower = torch.linalg_cholesky(block);
            Tensor fresh =
                    torch.linalg_solve_triangular(lower, columns.t(), false).t(); // [c, a]
            factor.narrow(1, count, accepted.length).copy_(fresh);
            double[] explained = Tensors.doubles(fresh.mul(fresh).sum(1));
            Arrays.setAll(missed, i -> Math.max(0, missed[i] - explained[i]));
            for (int pivot : accepted) {
                missed[pivot] = 0;
                pivots[count++] = pivot;
            }
        }
    }

    /// The kernel between some rows and the rows `index`, minus what the factor explains.
    private Tensor residual(Tensor some, Tensor explaining, Tensor index) {
        Tensor before = explaining.narrow(1, 0, count);
        return kernel.gram(some, rows.index_select(0, index))
                .sub_(before.matmul(
                        factor.narrow(1, 0, count).index_select(0, index).t()));
    }

    /// The first proposal is accepted unless it repeats earlier rows.
    private int[] accepted(int[] proposed) {
        Tensor index = Tensors.of(proposed);
        Tensor rest = residual(rows.index_select(0, index), factor.index_select(0, index), index);
        double[] left = Tensors.doubles(rest); // [b, b]
        int[] accepted = new int[BLOCK];
        int size = 0;
        for (int i = 0; i < BLOCK && count + size < pivots.length; i++) {
            int place = proposed[i];
            double own = left[i * BLOCK + i];
            if (own <= REPEATED * diagonal[place]) {
                missed[place] = 0;
            } else if (i == 0 || random.nextDouble() * missed[place] < own) {
                accepted[size++] = place;
                eliminate(left, i);
            }
        }
        return Arrays.copyOf(accepted, size);
    }

    private static void eliminate(double[] matrix, int pivot) {
        double[] column = new double[BLOCK];
        Arrays.setAll(column, i -> matrix[i * BLOCK + pivot]);
        for (int i = 0; i < BLOCK; i++) {
            for (int j = 0; j < BLOCK; j++) {
                matrix[i * BLOCK + j] -= column[i] * column[j] / column[pivot];
            }
        }
    }
}
