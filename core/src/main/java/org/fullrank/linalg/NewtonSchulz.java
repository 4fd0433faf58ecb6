package org.fullrank.linalg;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;

/// Approximates the polar factor of a matrix to about one digit. The Newton-Schulz iteration needs only products
/// of matrices and no decomposition. Each iteration replaces X by `a X + b (X X') X + c (X X')^2 X`, which moves every
/// singular value toward 1. With
/// the coefficients of Jordan (2024, "Muon: an optimizer for hidden layers in neural networks"), five
/// iterations bring singular values between about 0.002 and 1 into the range from 0.7 to 1.2.
///
/// [Orthogonal#nearest] computes the exact factor.
public final class NewtonSchulz {
    /// Iterations in Jordan's code.
    public static final int ITERATIONS = 5;

    private static final double A = 3.4445;
    private static final double B = -4.7750;
    private static final double C = 2.0315;

    /// Keeps the norm of a matrix of zeros above 0, as in Jordan's code.
    private static final double NORM_FLOOR = 1e-7;

    private NewtonSchulz() {}

    /// The approximate polar factor of `matrix`, `[n, m]`. The result has no graph for backpropagation. A matrix
    /// of zeros stays zero. The caller's scope owns the result.
    public static Tensor polar(Tensor matrix) {
        return polar(matrix, matrix.scalar_type().intern());
    }

    /// The same, but the products are computed in another type, such as bfloat16. The result has this type.
    public static Tensor polar(Tensor matrix, ScalarType type) {
        boolean tall = matrix.size(0) > matrix.size(1);
        Tensor x = tall ? matrix.t().contiguous() : matrix; // [k, l], k <= l
        x = x.div(x.norm().add_(Tensors.scalar(NORM_FLOOR))).to(type);
        for (int i = 0; i < ITERATIONS; i++) {
            Tensor gram = Gram.ofRows(x); // [k, k]
            Tensor factor =
                    gram.mul(Tensors.scalar(B)).addmm_(gram, gram, Tensors.scalar(1), Tensors.scalar(C)); // [k, k]
            x = x.mul(Tensors.scalar(A)).addmm_(factor, x, Tensors.scalar(1), Tensors.scalar(1));
        }
        return tall ? x.t() : x;
    }
}
