package org.fullrank.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import org.fullrank.online.Decorrelation;
import org.fullrank.online.LatentPredictive;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.Population;
import org.fullrank.online.RuleName;

/// Measures the microseconds per update of the online rules on one thread. Compares these times with a lower
/// bound. The lower bound is the time of the necessary memory accesses. The benchmark measures this bound
/// alternately with the updates, in the same process, on one array as large as the weights. An update must
/// read the weights to compute the output, and read and write them to change them. With the corrected
/// decorrelation, an update must do the same with the covariance. To measure the lower bound, the benchmark
/// runs one loop over each array. This loop does the same reads and writes as the rule, but no arithmetic.
///
/// ```
/// bench/run OnlineBench [INPUTS] [UNITS]
/// ```
///
/// The script `bench/peers/online_numpy.py` does the same update in numpy.
public final class OnlineBench {
    private static final int INPUTS = 784;
    private static final int UNITS = 256;
    private static final int ROUNDS = 501;
    private static final int UPDATES = 20;
    private static final int SAMPLES = 64;
    /// Floats of a loop of the bound: long enough to hide what a loop costs, short enough that sums stay in
    /// the L1 cache.
    private static final int PIECE = 2048;

    private OnlineBench() {}

    public static void main(String[] arguments) {
        int inputs = Timing.argument(arguments, 0, INPUTS);
        int units = Timing.argument(arguments, 1, UNITS);
        System.out.printf(
                Locale.ROOT,
                "%d -> %d, Java %s%n",
                inputs,
                units,
                Runtime.version().feature());
        OnlineRule plain = LatentPredictive.builder(inputs, units)
                .decorrelation(Decorrelation.NONE, Population.OTHERS, 0)
                .build();
        measure("lpl without decorrelation", plain, inputs * units);
        for (RuleName name : RuleName.values()) {
            int covariance = name == RuleName.LPL ? units * units : 0;
            OnlineRule rule = name.builder(inputs, units).learningRate(1e-4).build();
            measure(name.label(), rule, inputs * units + covariance);
        }
    }

    private static void measure(String name, OnlineRule rule, int floats) {
        var random = new Random(1);
        float[][] samples = new float[SAMPLES][rule.inputs()];
        for (float[] x : samples) {
            for (int j = 0; j < x.length; j++) {
                x[j] = (float) (0.1 * random.nextGaussian());
            }
        }
        float[][] pieces = new float[(floats + PIECE - 1) / PIECE][PIECE];
        for (float[] piece : pieces) {
            Arrays.fill(piece, 0.01f);
        }
        float[] sums = new float[PIECE];
        double[] updates = new double[ROUNDS];
        double[] bounds = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            updates[round] = Timing.seconds(() -> {
                for (int t = 0; t < UPDATES; t++) {
                    rule.update(samples[t % SAMPLES]);
                }
            });
            bounds[round] = Timing.seconds(() -> {
                for (int t = 0; t < UPDATES; t++) {
                    read(sums, pieces);
                    for (float[] piece : pieces) {
                        scale(piece);
                    }
                }
            });
        }
        Figure.report(name, "us", 1e6 / UPDATES, updates);
        double update = best(updates);
        double bound = best(bounds);
        System.out.printf(
                Locale.ROOT,
                "%-26s %7.1f us per update, bound %6.1f us, %3.0f %% of the bound (medians %.1f and %.1f us)%n",
                name,
                update,
                bound,
                100 * bound / update,
                1e6 * Timing.median(updates) / UPDATES,
                1e6 * Timing.median(bounds) / UPDATES);
    }

    private static double best(double[] seconds) {
        return 1e6 * Arrays.stream(seconds).min().orElseThrow() / UPDATES;
    }

    /// Four pieces in a loop, which is faster than one.
    private static void read(float[] sums, float[][] pieces) {
        int p = 0;
        for (; p + 3 < pieces.length; p += 4) {
            add(sums, pieces[p], pieces[p + 1], pieces[p + 2], pieces[p + 3]);
        }
        for (; p < pieces.length; p++) {
            add(sums, pieces[p]);
        }
    }

    private static void add(float[] sums, float[] a, float[] b, float[] c, float[] d) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += (a[i] + b[i]) + (c[i] + d[i]);
        }
    }

    private static void add(float[] sums, float[] piece) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += piece[i];
        }
    }

    private static void scale(float[] array) {
        for (int i = 0; i < array.length; i++) {
            array[i] *= 0.99999f;
        }
    }
}
