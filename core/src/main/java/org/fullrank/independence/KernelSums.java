package org.fullrank.independence;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// Sums over the kernel matrices `K_i [N, N]` of the columns of a matrix. Every estimator of HSIC and dHSIC
/// follows from these sums. All matrices are `[D][D]`, and `r_i = K_i 1` is the vector of row sums.
///
/// @param rows N
/// @param products `Tr(K_i K_j)`
/// @param rowProducts `r_i . r_j`
/// @param totals `1' K_i 1`
/// @param diagonal sums over the diagonals
/// @param joint sums over products of all kernels; NaN if the entries of the kernels are not computed one by
///     one
public record KernelSums(
        int rows, double[][] products, double[][] rowProducts, double[] totals, Diagonal diagonal, Joint joint) {

    /// Sums over the diagonals `q_i` of the kernel matrices.
    ///
    /// @param products `q_i . q_j`
    /// @param rowProducts `r_i . q_j`
    /// @param totals `1 . q_i`
    public record Diagonal(double[][] products, double[][] rowProducts, double[] totals) {}

    /// Sums over products of all columns' kernels, for dHSIC.
    ///
    /// @param mean mean over all pairs of rows of `prod_i K_i(a, b)`
    /// @param rowMean mean over the rows of the product of the row means, `prod_i r_i(a) / N`
    /// @param product product of the means, `prod_i 1' K_i 1 / N^2`
    public record Joint(double mean, double rowMean, double product) {
        /// No such sums.
        static final Joint NONE = new Joint(Double.NaN, Double.NaN, Double.NaN);
    }

    /// HSIC of all pairs of columns, `[D][D]`, including each column paired with itself.
    public double[][] hsic(Estimator estimator) {
        int width = totals.length;
        double[][] pairwise = new double[width][width];
        for (int i = 0; i < width; i++) {
            for (int j = 0; j < width; j++) {
                pairwise[i][j] = i <= j ? hsic(estimator, i, j) : pairwise[j][i];
            }
        }
        return pairwise;
    }

    private double hsic(Estimator estimator, int i, int j) {
        double n = rows;
        return switch (estimator) {
            case BIASED -> centered(i, j) / ((n - 1) * (n - 1));
            case V_STATISTIC -> centered(i, j) / (n * n);
            case UNBIASED -> unbiased(i, j);
        };
    }

    /// `Tr(K H L H)` with `H = I - 1 1' / N`.
    private double centered(int i, int j) {
        return products[i][j] - 2.0 / rows * rowProducts[i][j] + totals[i] / rows * (totals[j] / rows);
    }

    /// The U-statistic. It is computed from sums over kernel matrices whose diagonals are set to zero.
    private double unbiased(int i, int j) {
        double n = rows;
        double product = products[i][j] - diagonal.products[i][j];
        double rowProduct =
                rowProducts[i][j] - diagonal.rowProducts[i][j] - diagonal.rowProducts[j][i] + diagonal.products[i][j];
        double total = (totals[i] - diagonal.totals[i]) * (totals[j] - diagonal.totals[j]);
        return (product + total / ((n - 1) * (n - 2)) - 2 / (n - 2) * rowProduct) / (n * (n - 3));
    }

    /// dHSIC of all columns. Without noise, it is 0 only if the columns are mutually independent. Source:
    /// Pfister et al. 2018, "Kernel-based tests for joint independence", definition 2.
    public double dHsic() {
        return joint.mean + joint.product - 2 * joint.rowMean;
    }

    /// The rows of a square matrix.
    static double[][] matrix(Tensor square) {
        double[] values = Tensors.doubles(square);
        int width = Math.toIntExact(square.size(1));
        double[][] rows = new double[width][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * width, (i + 1) * width));
        return rows;
    }
}
