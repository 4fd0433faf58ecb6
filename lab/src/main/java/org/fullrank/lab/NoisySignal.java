package org.fullrank.lab;

import java.util.List;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.decompose.PartialTensor;

/// A tensor with noise and the truth behind it, as in the official code of DeepTensor.
///
/// @param shape of both
/// @param truth entries without noise, row-major
/// @param values entries with noise
record NoisySignal(List<Integer> shape, float[] truth, float[] values) {
    /// Number of impulses whose running sum is a column of a piecewise constant factor.
    private static final int IMPULSES = 10;

    /// The product of two factors `[size, rank]`, shifted and scaled to [0, 1].
    ///
    /// @param piecewise whether the columns of the factors are piecewise constant; otherwise, all entries are
    ///     independent N(0, 1)
    static NoisySignal product(RandomGenerator random, int size, int rank, boolean piecewise) {
        SimpleMatrix u = factor(random, size, rank, piecewise);
        SimpleMatrix product = u.mult(factor(random, size, rank, piecewise).transpose()); // [size, size]
        double low = product.elementMin();
        double range = product.elementMax() - low;
        float[] truth = new float[size * size];
        for (int i = 0; i < truth.length; i++) {
            truth[i] = (float) ((product.get(i) - low) / range);
        }
        return new NoisySignal(List.of(size, size), truth, truth);
    }

    private static SimpleMatrix factor(RandomGenerator random, int size, int rank, boolean piecewise) {
        if (!piecewise) {
            return MatrixMath.gaussian(random, size, rank, 1);
        }
        SimpleMatrix factor = new SimpleMatrix(size, rank);
        for (int r = 0; r < rank; r++) {
            for (int k = 0; k < IMPULSES; k++) {
                double height = random.nextGaussian();
                for (int i = random.nextInt(size); i < size; i++) {
                    factor.set(i, r, factor.get(i, r) + height);
                }
            }
        }
        return factor;
    }

    /// The truth plus N(0, deviation^2).
    NoisySignal gaussian(RandomGenerator random, double deviation) {
        float[] noisy = new float[truth.length];
        for (int i = 0; i < noisy.length; i++) {
            noisy[i] = (float) (truth[i] + deviation * random.nextGaussian());
        }
        return new NoisySignal(shape, truth, noisy);
    }

    /// The length of `(truth + N(0, deviation^2), N(0, deviation^2))`: Rician noise.
    NoisySignal rician(RandomGenerator random, double deviation) {
        float[] noisy = new float[truth.length];
        for (int i = 0; i < noisy.length; i++) {
            double real = truth[i] + deviation * random.nextGaussian();
            noisy[i] = (float) Math.hypot(real, deviation * random.nextGaussian());
        }
        return new NoisySignal(shape, truth, noisy);
    }

    /// Counts of photons plus the noise of their reading: `Poisson(peak truth) + N(0, readout^2)`. The truth of
    /// the result is `peak truth`.
    ///
    /// @param peak mean count where the truth is 1
    NoisySignal poisson(RandomGenerator random, double peak, double readout) {
        float[] means = new float[truth.length];
        float[] noisy = new float[truth.length];
        for (int i = 0; i < noisy.length; i++) {
            means[i] = (float) (peak * truth[i]);
            noisy[i] = (float) (count(random, means[i]) + readout * random.nextGaussian());
        }
        return new NoisySignal(shape, means, noisy);
    }

    /// A Poisson number: how many uniform factors fit before their product falls below `exp(-mean)` (Knuth,
    /// "The Art of Computer Programming", volume 2, section 3.4.1). For means up to some hundreds.
    private static int count(RandomGenerator random, double mean) {
        double least = StrictMath.exp(-mean);
        int count = 0;
        for (double product = random.nextDouble(); product > least; product *= random.nextDouble()) {
            count++;
        }
        return count;
    }

    PartialTensor tensor() {
        return PartialTensor.of(shape, values);
    }
}
