package org.fullrank.spectral;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// Angles between rows, and the arc-cosine kernels, which are functions of these angles.
///
/// The angle of unit vectors is `2 atan2(|u - v|, |u + v|)` (Kahan). The two lengths could also be computed
/// from the inner product of the vectors. But if the vectors nearly coincide or oppose each other, half of
/// the digits would be lost. For these pairs the differences are computed directly.
final class Angles {
    /// Below this absolute value, the inner product gives the angle to about 1e-13.
    private static final double NEARLY_PARALLEL = 1 - 1e-6;

    private static final int BLOCK_VALUES = 1 << 22;

    private Angles() {}

    /// The angles of all pairs of rows, in [0, pi]. The inputs are `[n, D]` and `[p, D]`, and the result is
    /// `[n, p]`. A row of zeros has an angle of pi / 2 to every row.
    static Tensor between(Tensor x, Tensor y) {
        Tensor u = Reductions.unit(x);
        Tensor v = Reductions.unit(y);
        Tensor cosine = u.matmul(v.t()); // [n, p]
        Tensor angles = angle(chord(cosine, -2), chord(cosine, 2));
        Tensor near = cosine.abs_()
                .gt(Tensors.scalar(NEARLY_PARALLEL))
                .view(-1)
                .nonzero()
                .view(-1); // [q]
        int block = Math.max(1, BLOCK_VALUES / Math.toIntExact(x.size(1)));
        for (long begin = 0; begin < near.size(0); begin += block) {
            refine(angles, near.narrow(0, begin, Math.min(block, near.size(0) - begin)), u, v);
        }
        return angles;
    }

    /// @param places of pairs in `angles`, in row-major order
    private static void refine(Tensor angles, Tensor places, Tensor u, Tensor v) {
        try (var scope = Scope.open()) {
            var columns = new Scalar(v.size(0));
            Tensor a = u.index_select(0, places.floor_divide(columns)); // [q, D]
            Tensor b = v.index_select(0, places.remainder(columns));
            angles.view(-1)
                    .index_copy_(
                            0, places, angle(length(a.sub(b)), length(a.add(b))).view(-1));
        }
    }

    /// `1 - t / pi`.
    static Tensor step(Tensor angles) {
        return angles.mul(Tensors.scalar(-1 / Math.PI)).add_(Tensors.scalar(1));
    }

    /// `|x| |y| (sin t + (pi - t) cos t) / pi`.
    static Tensor relu(Tensor angles, Tensor x, Tensor y) {
        Tensor rest = angles.neg().add_(Tensors.scalar(Math.PI));
        return angles.sin()
                .add_(rest.mul_(angles.cos()))
                .mul_(Tensors.scalar(1 / Math.PI))
                .mul_(length(x))
                .mul_(length(y).t());
    }

    /// `sqrt(2 + factor cosine)`, the length of a sum or difference of unit vectors.
    private static Tensor chord(Tensor cosine, double factor) {
        return cosine.mul(Tensors.scalar(factor))
                .add_(Tensors.scalar(2))
                .clamp_min_(Tensors.scalar(0))
                .sqrt_();
    }

    private static Tensor angle(Tensor difference, Tensor sum) {
        return torch.atan2(difference, sum).mul_(Tensors.scalar(2));
    }

    private static Tensor length(Tensor rows) {
        return Reductions.squaredNorms(rows).sqrt_();
    }
}
