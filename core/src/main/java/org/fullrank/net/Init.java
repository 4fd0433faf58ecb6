package org.fullrank.net;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;

/// The initial value of a parameter.
sealed interface Init {
    /// Fills `count` values from `offset` on.
    void fill(float[] values, int offset, int count, RandomGenerator random);

    /// The `count` values of a parameter, `[count]`.
    default Tensor values(int count, RandomGenerator random) {
        float[] values = new float[count];
        fill(values, 0, count, random);
        return Tensors.of(values, count);
    }

    /// The same value everywhere.
    record Constant(double value) implements Init {
        @Override
        public void fill(float[] values, int offset, int count, RandomGenerator random) {
            Arrays.fill(values, offset, offset + count, (float) value);
        }
    }

    /// Gaussian with standard deviation sqrt(2 / fanOut): He et al., "Delving deep into rectifiers" (2015),
    /// in the fan-out form that torchvision uses for ResNets.
    record KaimingNormal(long fanOut) implements Init {
        @Override
        public void fill(float[] values, int offset, int count, RandomGenerator random) {
            new Normal(Math.sqrt(2.0 / fanOut)).fill(values, offset, count, random);
        }
    }

    /// Gaussian with mean 0. timm's transformers use a truncated normal. In practice it is the same, because
    /// it is cut off at +-2, which is a hundred standard deviations of 0.02.
    record Normal(double std) implements Init {
        @Override
        public void fill(float[] values, int offset, int count, RandomGenerator random) {
            for (int i = offset; i < offset + count; i++) {
                values[i] = (float) (std * random.nextGaussian());
            }
        }
    }

    /// Uniform on +-1/sqrt(fanIn): PyTorch's default of linear layers and convolutions, for weight and bias.
    record FanInUniform(long fanIn) implements Init {
        @Override
        public void fill(float[] values, int offset, int count, RandomGenerator random) {
            double bound = 1.0 / Math.sqrt(fanIn);
            for (int i = offset; i < offset + count; i++) {
                values[i] = (float) random.nextDouble(-bound, bound);
            }
        }
    }

    /// Uniform on +-limit.
    record SymmetricUniform(double limit) implements Init {
        @Override
        public void fill(float[] values, int offset, int count, RandomGenerator random) {
            for (int i = offset; i < offset + count; i++) {
                values[i] = (float) random.nextDouble(-limit, limit);
            }
        }
    }

    /// A matrix A `[size, size]` for which `exp(A - A')` rotates the units 2i and 2i + 1 by an angle uniform
    /// in +-pi. If the size is odd, the last unit is fixed. Henaff, Szlam and LeCun, "Recurrent orthogonal
    /// networks and long-memory tasks" (2016).
    record Rotations(int size) implements Init {
        @Override
        public void fill(float[] values, int offset, int count, RandomGenerator random) {
            Arrays.fill(values, offset, offset + count, 0);
            for (int i = 0; i + 1 < size; i += 2) {
                float half = (float) random.nextDouble(-Math.PI / 2, Math.PI / 2);
                values[offset + i * size + i + 1] = -half;
                values[offset + (i + 1) * size + i] = half;
            }
        }
    }

    /// The matrices of a random orthogonal 3x3 kernel at frequencies, see [OrthogonalKernel]: `[F, size, size]`
    /// at those that are their own negatives, and otherwise `[F, size, size, 2]`. They are float64, because
    /// rounded matrices are not orthogonal.
    ///
    /// @param key of the kernel, which several parameters share
    /// @param paired whether the frequencies are those of [FourierGrid#paired] or of [FourierGrid#own]
    record Kernel(FourierGrid grid, int size, long key, boolean paired) implements Init {
        @Override
        public Tensor values(int count, RandomGenerator random) {
            var kernel = OrthogonalKernel.random(size, Keyed.of(key));
            return (paired ? kernel.unitary(grid) : kernel.orthogonal(grid)).flatten();
        }

        @Override
        public void fill(float[] values, int offset, int count, RandomGenerator random) {
            System.arraycopy(Tensors.floats(values(count, random)), 0, values, offset, count);
        }
    }

    /// Uniform from 0 to `limit`.
    record Uniform(double limit) implements Init {
        @Override
        public void fill(float[] values, int offset, int count, RandomGenerator random) {
            for (int i = offset; i < offset + count; i++) {
                values[i] = (float) random.nextDouble(limit);
            }
        }
    }
}
