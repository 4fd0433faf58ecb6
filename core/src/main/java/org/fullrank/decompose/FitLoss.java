package org.fullrank.decompose;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// The distance between a fitted entry y and a measured entry x. Each loss is homogeneous: if both entries
/// are multiplied by a factor, the loss is multiplied by the factor to the power `degree`. So the fit can use
/// scaled data and report losses in the units of the data.
public sealed interface FitLoss {
    /// One number for each entry, in the shape of both arguments.
    Tensor of(Tensor fitted, Tensor measured);

    /// The power of the data's scale with which the loss grows.
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

    /// `|y - x|`: for noise with heavy tails. The fit approximates the median.
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

    /// Half of `(y - x)^2` for differences up to delta, and linear for larger differences (Huber 1964).
    ///
    /// @param delta as a multiple of the root mean square of the data
    record Huber(double delta) implements FitLoss {
        /// A quarter of the root mean square of the data. Most noise is below this value, and outliers are
        /// above it.
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
        /// Means below this value are raised to it, because the logarithm of 0 is infinite. The value is for
        /// scaled data.
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
