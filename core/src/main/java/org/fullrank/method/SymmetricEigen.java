package org.fullrank.method;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Eigenvalues `[D]`, in ascending order, and eigenvectors `[D, D]`, in columns, of a symmetric matrix.
record SymmetricEigen(Tensor values, Tensor vectors) {
    /// The decomposition of a symmetric `[D, D]` (only its lower triangle is read), on the same device and
    /// with the same type.
    static SymmetricEigen of(Tensor matrix) {
        var pair = torch.linalg_eigh(matrix);
        return new SymmetricEigen(pair.get0(), pair.get1());
    }

    /// The matrix with the same eigenvectors and other eigenvalues, `U diag(f(s)) U'`.
    Tensor map(UnaryOperator<Tensor> f) {
        return vectors.mul(f.apply(values)).mm(vectors.t());
    }
}
