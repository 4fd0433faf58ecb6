package org.fullrank.decompose;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// The distance between a fitted entry y and a measured entry x. Each one is homogeneous: it grows by the
/// `degree`-th power of a factor that multiplies both. So the fit works on scaled data and reports in the units
/// of the data.
public sealed interface FitLoss {
    /// One number for each entry, of the shape of both.
    Tensor of(Tensor fitted, Tensor measured);

    /// The power by which the loss grows with the scale of the data.
    int degree();

    /// `(y - x)^2`: the negative log-likelihood of Gaussian noise.
    record L2() implements FitLoss {
        @Override
        public Tensor of(Tensor fitted, Tensor measured) {
            return fitted.sub(measured).square();
        }

        @Override
        public int degree() {
            return 2;
        }
    }

    /// `|y - x|`: for noise with heavy tails. It fits the median.
    record L1() implements FitLoss {
        @Override
        public Tensor of(Tensor fitted, Tensor measured) {
            return fitted.sub(measured).abs();
        }

        @Override
        public int degree() {
            return 1;
        }
    }

    /// Half of `(y - x)^2` up to a distance delta, and linear from there (Huber 1964).
    ///
    /// @param delta in units of the root mean square of the data
    record Huber(double delta) implements FitLoss {
        /// A quarter of the root mean square of the data: noise is mostly below, outliers are above.
        public static final double DEFAULT_DELTA = 0.25;

        public Huber {
            InputException.unless(
                    delta > 0 && delta < 1e6, "delta: found %s, expected a positive number below 1e6", delta);
        }

        public static Huber defaults() {
            return new Huber(DEFAULT_DELTA);
        }

        @Override
        public Tensor of(Tensor fitted, Tensor measured) {
            return torch.huber_loss(fitted, measured, 0, delta * DataScale.TARGET);
        }

        @Override
        public int degree() {
            return 2;
        }
    }

    /// `y - x + x log(x / y)`: the negative log-likelihood of a count x with mean y, shifted so that its
    /// minimum is 0. Its sum is the generalized Kullback-Leibler divergence.
    record Poisson() implements FitLoss {
        /// Smaller means are raised to this, in units of scaled data, because the logarithm of 0 is infinite.
        private static final double LEAST_MEAN = 1e-6;

        @Override
        public Tensor of(Tensor fitted, Tensor measured) {
            Tensor mean = fitted.clamp_min(Tensors.scalar(LEAST_MEAN));
            return mean.sub(measured).add(torch.xlogy(measured, measured)).sub(torch.xlogy(measured, mean));
        }

        @Override
        public int degree() {
            return 1;
        }
    }
}
