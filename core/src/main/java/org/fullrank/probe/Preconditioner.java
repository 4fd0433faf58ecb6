package org.fullrank.probe;

import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Gram;

/// Multiplies a point `[C, D + 1]` of [SoftmaxLoss], class by class, by the inverse of `X' X / (N C) + l2 I`.
/// This matrix is the Hessian at zero weights. The blocks of the Hessian are the same for every class.
final class Preconditioner implements UnaryOperator<double[]> {
    // Added to the diagonal as a share of its mean: keeps the matrix positive under float32 rounding.
    private static final double JITTER = 1e-6;

    private final Tensor factor; // [D + 1, D + 1] lower triangular, or [D + 1] an inverse diagonal
    private final int classes;

    private Preconditioner(Tensor factor, int classes) {
        this.factor = factor;
        this.classes = classes;
    }

    /// Its tensors belong to the caller's scope.
    ///
    /// @param x `[N, D + 1]` float32, standardized; the last column contains ones
    static Preconditioner of(Tensor x, int classes, double l2) {
        if (x.size(1) > Linear.WIDEST_FULL) {
            Tensor diagonal = x.mul(x).mean(0).to(torch.ScalarType.Double); // [D + 1]
            diagonal.mul_(Tensors.scalar(1.0 / classes)).add_(Tensors.scalar(l2 + JITTER));
            return new Preconditioner(diagonal.reciprocal(), classes);
        }
        Tensor hessian = Gram.secondMoment(x).mul_(Tensors.scalar(1.0 / classes)); // [D + 1, D + 1]
        hessian.diagonal().add_(Tensors.scalar(l2 + JITTER));
        return new Preconditioner(torch.linalg_cholesky(hessian), classes);
    }

    @Override
    public double[] apply(double[] point) {
        try (var scope = Scope.open()) {
            Tensor rows = Tensors.of(point, classes, point.length / classes); // [C, D + 1]
            Tensor product = factor.dim() == 1
                    ? rows.mul(factor)
                    : torch.cholesky_solve(rows.t(), factor).t().contiguous(); // [C, D + 1]
            double[] result = new double[point.length];
            new DoublePointer(product.data_ptr_double()).get(result);
            return result;
        }
    }
}
