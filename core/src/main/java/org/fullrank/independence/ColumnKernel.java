package org.fullrank.independence;

/// A kernel on each column of a matrix. A kernel says how similar two values of its column are.
public sealed interface ColumnKernel permits GaussianKernel, FeatureKernel {
    /// The sums over the kernel matrices of the columns. HSIC is computed from them.
    KernelSums sums(Columns columns);
}
