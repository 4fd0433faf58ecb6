package org.fullrank.independence;

/// The Hilbert-Schmidt independence criterion of the columns of a matrix. The HSIC of two columns is 0 if
/// they are independent. With the Gaussian kernel and a growing number of rows, it approaches 0 only if they
/// are independent. Source: Gretton et al. 2005, "Measuring statistical dependence with Hilbert-Schmidt
/// norms".
///
/// @param kernel on each column
/// @param estimator formula of the pairwise values
public record Hsic(ColumnKernel kernel, Estimator estimator) {
    /// The values of HSIC.
    ///
    /// @param pairwise HSIC of each pair, `[D][D]`, including each column paired with itself
    /// @param criterion the pairwise criterion of an embedding: the mean over all pairs of different columns
    /// @param dHsic dHSIC of all columns together; NaN for random features
    public record Values(double[][] pairwise, double criterion, double dHsic) {}

    /// Measures columns.
    public Values of(Columns columns) {
        return of(kernel.sums(columns));
    }

    /// Values that are computed from the sums over rows.
    public Values of(KernelSums sums) {
        double[][] pairwise = sums.hsic(estimator);
        double sum = 0;
        for (int i = 0; i < pairwise.length; i++) {
            for (int j = 0; j < pairwise.length; j++) {
                sum += i == j ? 0 : pairwise[i][j];
            }
        }
        return new Values(pairwise, sum / pairwise.length / (pairwise.length - 1), sums.dHsic());
    }
}
