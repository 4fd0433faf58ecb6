package org.fullrank.decompose;

import java.util.List;
import org.fullrank.engine.Keyed;
import org.fullrank.net.SkipNetwork;

/// Small noisy matrices with a known truth, and quick settings.
///
/// @param truth `[rows, columns]`, of the rank of its smooth factors
/// @param values truth plus noise
record Noisy(int rows, int columns, float[] truth, float[] values) {
    /// Factors are sines of different phases, shifted to be positive; noise is Gaussian.
    static Noisy matrix(int rows, int columns, int rank, double noise, long seed) {
        Keyed random = Keyed.of(seed, 77);
        double[][] u = sines(rows, rank, random);
        double[][] v = sines(columns, rank, random);
        float[] truth = new float[rows * columns];
        float[] values = new float[rows * columns];
        for (int i = 0; i < truth.length; i++) {
            double sum = 0;
            for (int r = 0; r < rank; r++) {
                sum += u[r][i / columns] * v[r][i % columns] / rank;
            }
            truth[i] = (float) sum;
            values[i] = (float) (sum + noise * random.nextGaussian());
        }
        return new Noisy(rows, columns, truth, values);
    }

    private static double[][] sines(int length, int rank, Keyed random) {
        double[][] factors = new double[rank][length];
        for (double[] factor : factors) {
            double phase = random.nextDouble(2 * Math.PI);
            double frequency = random.nextDouble(0.5, 2);
            for (int i = 0; i < length; i++) {
                factor[i] = 1 + Math.sin(phase + 2 * Math.PI * frequency * i / length);
            }
        }
        return factors;
    }

    PartialTensor tensor() {
        return PartialTensor.of(shape(), values);
    }

    List<Integer> shape() {
        return List.of(rows, columns);
    }

    /// A small network, few steps.
    static DecompositionSettings settings(int rank, int iterations) {
        DecompositionSettings defaults = DecompositionSettings.ofRank(rank);
        return new DecompositionSettings(
                rank,
                new SkipNetwork(8, 2, 2),
                defaults.loss(),
                defaults.rowSign(),
                defaults.columnSign(),
                defaults.threeWay(),
                stopping(iterations, iterations),
                0,
                new DecompositionSettings.Descent(1e-2, 0.02, 0.8),
                3);
    }

    /// One split with a tenth of the entries held out.
    static DecompositionSettings.Stopping stopping(int patience, int iterations) {
        return new DecompositionSettings.Stopping(0.1, 1, patience, iterations, new NoiseLevel.Unknown());
    }

    static DecompositionSettings settings(int rank, int iterations, FitLoss loss, FactorSign rows, FactorSign columns) {
        DecompositionSettings plain = settings(rank, iterations);
        return new DecompositionSettings(
                rank,
                plain.network(),
                loss,
                rows,
                columns,
                plain.threeWay(),
                plain.stopping(),
                0,
                plain.descent(),
                plain.seed());
    }
}
