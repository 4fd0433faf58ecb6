package org.fullrank.objective;

import java.util.List;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// The rows of a matrix, or of a stack of matrices, scaled to length 1.
///
/// @param values each row divided by its norm, `[..., N, D]`, without a graph; a row of zeros stays zero
/// @param norms norms of the rows, `[..., N, 1]`, at least [#NORM_FLOOR]
record UnitRows(Tensor values, Tensor norms) {
    /// The norm below which a row counts as zero, as in PyTorch's `normalize`.
    static final double NORM_FLOOR = 1e-12;

    /// @param z `[..., N, D]`; its graph is ignored
    static UnitRows of(Tensor z) {
        Tensor fixed = z.detach();
        Tensor norms = norms(fixed); // [..., N, 1]
        if (!Double.isInfinite(Tensors.value(norms.max()))) {
            return new UnitRows(fixed.div(norms), norms);
        }
        // Squares beyond the largest number: the direction is that of the rows over their largest entry.
        Tensor largest = fixed.abs().amax(new long[] {-1}, true).clamp_min_(Tensors.scalar(1)); // [..., N, 1]
        UnitRows scaled = of(fixed.div(largest));
        return new UnitRows(scaled.values(), scaled.norms().mul(largest));
    }

    private static Tensor norms(Tensor z) {
        return z.norm(new ScalarOptional(Tensors.scalar(2)), new long[] {-1}, true)
                .clamp_min_(Tensors.scalar(NORM_FLOOR));
    }

    /// The rows of V views as a stack, `[V, N, D]`.
    static UnitRows of(Views views) {
        List<Tensor> z = views.embeddings();
        return of(Tensors.cat(z).view(z.size(), views.samples(), views.width()));
    }

    /// The gradient of a function with respect to the original rows, from its gradient with respect to the
    /// scaled rows. It overwrites `gradient`. Overwrites `gradient`.
    Tensor gradient(Tensor gradient) {
        Tensor along = Reductions.sum(gradient.mul(values), -1); // [..., N, 1]
        return gradient.addcmul_(values, along, Tensors.scalar(-1)).div_(norms);
    }

    /// The norm of each row, `[N, 1]`, differentiable.
    static Tensor norm(Tensor z) {
        Tensor squares = Reductions.sum(z.square(), 1); // [N, 1]
        // The floor comes before the root, whose slope at 0 is infinite: a row of zeros gets a finite gradient.
        return squares.clamp_min(Tensors.scalar(NORM_FLOOR * NORM_FLOOR)).sqrt();
    }
}
