package org.fullrank.independence;

/// A kernel on each column of a matrix, which says how similar two values of the column are.
public sealed interface ColumnKernel permits GaussianKernel, FeatureKernel {
    /// The sums over the kernel matrices of the columns from which HSIC is computed.
    KernelSums sums(Columns columns);
}
