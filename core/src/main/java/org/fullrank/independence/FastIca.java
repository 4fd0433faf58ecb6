package org.fullrank.independence;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// Independent component analysis by fixed-point iteration on the log-cosh contrast, with symmetric
/// decorrelation. Source: Hyvärinen 1999, "Fast and robust fixed-point algorithms for independent component
/// analysis".
final class FastIca {
    /// Largest number of steps. Usually about ten steps are enough.
    private static final int MOST_STEPS = 400;

    /// The iteration ends when a step turns every row by less than this.
    private static final double TOLERANCE = 1e-10;

    private FastIca() {}

    /// The orthogonal unmixing matrix `[D, D]` of whitened rows `[N, D]`. The caller's scope owns it.
    static Tensor of(Tensor whitened) {
        long width = whitened.size(1);
        Tensor w = torch.eye(width).to(ScalarType.Double);
        for (int step = 0; step < MOST_STEPS; step++) {
            try (var scope = Scope.withoutGradients()) {
                Tensor next = orthogonal(step(whitened, w));
                double turned = 1 - Tensors.value(next.mul(w).sum(1).abs().min());
                w.copy_(next);
                if (turned < TOLERANCE) {
                    break;
                }
            }
        }
        return w;
    }

    /// `E[g(y) x'] - E[g'(y)] W` with `y = W x` and `g = tanh`.
    private static Tensor step(Tensor whitened, Tensor w) {
        Tensor g = whitened.matmul(w.t()).tanh_(); // [N, D]
        Tensor slope = Reductions.means(g.mul(g)).neg_().add_(Tensors.scalar(1)); // [1, D]
        return g.t().matmul(whitened)
                .div_(Tensors.scalar(whitened.size(0)))
                .sub_(slope.t().mul(w));
    }

    /// The nearest orthogonal matrix, `(W W')^(-1/2) W`.
    static Tensor orthogonal(Tensor w) {
        var eigen = torch.linalg_eigh(w.matmul(w.t()));
        Tensor vectors = eigen.get1();
        return vectors.div(eigen.get0().sqrt()).matmul(vectors.t()).matmul(w);
    }
}
