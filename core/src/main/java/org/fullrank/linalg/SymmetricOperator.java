package org.fullrank.linalg;

import org.bytedeco.pytorch.Tensor;

/// A symmetric matrix `[N, N]` that is known only through products with it.
public interface SymmetricOperator {
    /// Number of rows N.
    int size();

    /// The product with `x`, shape `[N, b]` float64. The caller's scope owns the result, `[N, b]`.
    Tensor times(Tensor x);
}
