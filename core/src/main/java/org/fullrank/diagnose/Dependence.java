package org.fullrank.diagnose;

import static org.fullrank.diagnose.ScaleRules.text;

import java.util.Arrays;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.fullrank.independence.Columns;
import org.fullrank.independence.Estimator;
import org.fullrank.independence.FeatureKernel;
import org.fullrank.independence.Hsic;
import org.fullrank.independence.PermutationTest;
import org.fullrank.independence.ScalarFeatures;
import org.jspecify.annotations.Nullable;

/// A permutation test of whether uncorrelated dimensions depend on one another. The statistic is the pairwise
/// criterion of [Hsic] with random features. Whitening removes the correlations that are left. So the test
/// finds only dependence that is not a correlation. The test takes the rows for independent.
///
/// Whitened dimensions are less correlated than shuffled ones, which are correlated by chance. So independent
/// dimensions are called dependent in fewer than 1 % of cases.
///
/// @param rows rows that were compared
/// @param test of these dimensions
record Dependence(int rows, PermutationTest test) {
    /// Dimensions count as uncorrelated if their mean squared correlation above chance is at most this: a
    /// typical correlation of 0.1.
    static final double UNCORRELATED = 0.01;

    /// Smallest eigenvalue of the correlations of uncorrelated dimensions. With four rows for each dimension,
    /// that of independent ones is about 0.25. With smaller ones, whitening would enlarge noise.
    static final double LEAST_EIGENVALUE = 0.1;

    /// Most rows and dimensions that are compared. The test then takes about a second.
    static final int ROWS = 1024;

    static final int COLUMNS = 32;

    /// Rows for each dimension, at least, so that whitening is possible.
    private static final int ROWS_PER_COLUMN = 4;

    /// Features of a dimension. The criterion is a mean over pairs, so a few are enough.
    private static final int FEATURES = 8;

    /// Number of shuffles, and the largest p-value of dependent dimensions, which is the smallest possible one.
    private static final int SHUFFLES = 99;

    private static final double SIGNIFICANT = 0.01;

    private static final long SEED = Keyed.name("dependence");

    /// Tests finite rows `[N, D]`, which the caller still owns.
    ///
    /// @return null if the dimensions are correlated, or if there are too few rows or dimensions
    static @Nullable Dependence of(Tensor rows, Redundancy redundancy) {
        if (!(redundancy.excess() <= UNCORRELATED) || rows.size(0) < SampleRules.ENOUGH_ROWS) {
            return null;
        }
        return Matrices.guarded("dependence", () -> of(rows)).orElse(null);
    }

    private static Optional<Dependence> of(Tensor rows) {
        Tensor z = UnitColumns.of(rows, ROWS).columns(); // [N, d]
        if (z.size(1) < 2) {
            return Optional.empty();
        }
        Columns columns = Independence.some(z, Math.toIntExact(Math.min(COLUMNS, z.size(0) / ROWS_PER_COLUMN)));
        return smallestEigenvalue(columns) < LEAST_EIGENVALUE
                ? Optional.empty()
                : Optional.of(new Dependence(columns.rows(), test(columns.whitened())));
    }

    /// The smallest eigenvalue of the correlations of centered columns of length 1.
    private static double smallestEigenvalue(Columns columns) {
        Tensor z = Tensors.of(columns.values()); // [d, N]
        return Tensors.value(torch.linalg_eigvalsh(z.matmul(z.t())).min());
    }

    private static PermutationTest test(Columns whitened) {
        double[] deviations = new double[whitened.width()];
        Arrays.fill(deviations, 1);
        var kernel =
                new FeatureKernel(ScalarFeatures.fourier(FEATURES, SEED), new double[whitened.width()], deviations);
        return PermutationTest.of(
                whitened, new Hsic(kernel, Estimator.BIASED), new PermutationTest.Shuffles(SHUFFLES, SEED));
    }

    /// Whether the dimensions depend on one another.
    boolean found() {
        return test.criterion() <= SIGNIFICANT;
    }

    /// What was found, in one line.
    String note() {
        return text(
                "the dimensions are uncorrelated but not independent: HSIC of %d dimensions is %.3g on average, 95 %% of"
                        + " the values for shuffled dimensions are below %.3g, p = %.2f",
                test.pairwise().length, test.found().criterion(), test.nullUpper(), test.criterion());
    }
}
