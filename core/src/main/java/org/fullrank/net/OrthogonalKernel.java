package org.fullrank.net;

import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Orthogonal;

/// A kernel of 3x3 taps whose convolution with circular borders is orthogonal (Xiao et al. 2018, "Dynamical
/// isometry and a mean field theory of CNNs", algorithm 1; Li et al. 2019, arXiv 1911.00937): an orthogonal
/// matrix Q times two factors `P + (I - P) s` for each axis, where P is a random projection on half of the
/// channels and s shifts the image by one pixel, forward in one factor and back in the other.
///
/// @param taps `[9, n, n]`, float64; tap `3 (dy + 1) + dx + 1` multiplies the pixel that is `(dy, dx)` before
record OrthogonalKernel(Tensor taps) {
    private static final int TAPS = 3;

    /// A random kernel of n channels. The caller's scope owns it.
    static OrthogonalKernel random(int n, RandomGenerator random) {
        Tensor q = Orthogonal.random(n, random); // [n, n]
        Tensor[] vertical = line(n, random);
        Tensor[] horizontal = line(n, random);
        var taps = new TensorVector();
        for (Tensor v : vertical) {
            for (Tensor h : horizontal) {
                taps.push_back(q.mm(v).mm(h));
            }
        }
        return new OrthogonalKernel(torch.stack(taps));
    }

    /// The taps -1, 0 and 1 of `(P + (I - P) s) (R + (I - R) / s)`, `[n, n]` each.
    private static Tensor[] line(int n, RandomGenerator random) {
        Tensor p = projection(n, random);
        Tensor r = projection(n, random);
        Tensor identity = torch.eye(n, p.options());
        Tensor pRest = identity.sub(p);
        Tensor rRest = identity.sub(r);
        return new Tensor[] {p.mm(rRest), p.mm(r).add(pRest.mm(rRest)), pRest.mm(r)};
    }

    private static Tensor projection(int n, RandomGenerator random) {
        Tensor half = Orthogonal.random(n, random).narrow(1, 0, n / 2); // [n, n / 2]
        return half.mm(half.t());
    }

    /// The real matrices at the frequencies [FourierGrid#own], `[F, n, n]`.
    Tensor orthogonal(FourierGrid grid) {
        return combined(grid, grid.own(), Math::cos);
    }

    /// The matrices at the frequencies [FourierGrid#paired], real and imaginary parts, `[F, n, n, 2]`.
    Tensor unitary(FourierGrid grid) {
        return torch.stack(
                new TensorVector(
                        combined(grid, grid.paired(), Math::cos),
                        combined(grid, grid.paired(), angle -> -Math.sin(angle))),
                -1);
    }

    private interface Wave {
        double of(double angle);
    }

    /// The sums of the taps, each times the wave of its angle, `[F, n, n]`.
    private Tensor combined(FourierGrid grid, int[] frequencies, Wave wave) {
        double[] weights = new double[frequencies.length * TAPS * TAPS];
        for (int i = 0; i < weights.length; i++) {
            int f = frequencies[i / (TAPS * TAPS)];
            int dy = i / TAPS % TAPS - 1;
            int dx = i % TAPS - 1;
            double turns = (double) (f / grid.columns() * dy) / grid.height()
                    + (double) (f % grid.columns() * dx) / grid.width();
            weights[i] = wave.of(2 * Math.PI * turns);
        }
        long n = taps.size(-1);
        return Tensors.of(weights, frequencies.length, TAPS * TAPS)
                .mm(taps.view(TAPS * TAPS, n * n))
                .view(frequencies.length, n, n);
    }
}
