package org.fullrank.bench;

import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.diagnose.Moments;
import org.fullrank.diagnose.Ranks;
import org.fullrank.diagnose.Reservoir;
import org.fullrank.diagnose.Spread;
import org.fullrank.diagnose.rows.Batch;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;

/// Seconds that moments, ranks and spread of a stream of float32 rows take, and the rate of the moments as a share of
/// the plain float64 matrix product. The stream is one block of noise, given again and again.
///
/// ```
/// bench/run DiagnoseBench [ROWS] [COLUMNS] [BLOCK] [THREADS]
/// ```
public final class DiagnoseBench {
    private static final int ROWS = 1_000_000;
    private static final int COLUMNS = 512;
    private static final int BLOCK = 4096;
    private static final int SIDE = 2048;

    private DiagnoseBench() {}

    public static void main(String[] arguments) {
        int rows = Timing.argument(arguments, 0, ROWS);
        int columns = Timing.argument(arguments, 1, COLUMNS);
        int block = Timing.argument(arguments, 2, BLOCK);
        Threads.use(Threads.resolve(Timing.argument(arguments, 3, 0)));
        try (var scope = Scope.open();
                var moments = new Moments(columns);
                var reservoir = new Reservoir(1)) {
            Tensor z = noise(block, columns); // [block, columns]
            double product = product();
            print("float64 product, %d x %d".formatted(SIDE, SIDE), product, 2.0 * SIDE * SIDE * SIDE);
            double accumulated = 0;
            double sampled = 0;
            for (long from = 0; from < rows; from += block) {
                long[] numbers = new long[Math.toIntExact(Math.min(block, rows - from))];
                java.util.Arrays.setAll(numbers, i -> i);
                for (int i = 0; i < numbers.length; i++) {
                    numbers[i] += from;
                }
                Tensor some = z.narrow(0, 0, numbers.length);
                accumulated += Timing.seconds(() -> moments.add(some));
                sampled += Timing.seconds(() -> reservoir.add(new Batch(some, null, null, numbers)));
            }
            print("moments", accumulated, (double) rows * columns * columns);
            System.out.printf(
                    Locale.ROOT,
                    "%-32s %8.2f%n",
                    "  product of half the entries at that rate",
                    product * rows * columns * columns / (2.0 * SIDE * SIDE * SIDE));
            print("reservoir", sampled, 0);
            Batch sample = reservoir.sample();
            print("both spectra", Timing.seconds(() -> moments.raw().rankMe() ), 0);
            print("ranks without intervals", Timing.seconds(() -> Ranks.of(moments)), 0);
            print("ranks with intervals", Timing.seconds(() -> Ranks.of(moments, sample)), 0);
            print("spread with intervals", Timing.seconds(() -> Spread.of(moments, sample)), 0);
        }
    }

    private static Tensor noise(int rows, int columns) {
        Keyed random = Keyed.of(1);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, rows, columns);
    }

    private static double product() {
        Tensor a = torch.ones(SIDE, SIDE).to(ScalarType.Double);
        a.matmul(a); // warms up
        double[] seconds = new double[3];
        for (int i = 0; i < seconds.length; i++) {
            seconds[i] = Timing.seconds(() -> a.matmul(a));
        }
        return Timing.median(seconds);
    }

    private static void print(String what, double seconds, double operations) {
        System.out.printf(Locale.ROOT, "%-32s %8.2f s", what, seconds);
        System.out.printf(Locale.ROOT, operations == 0 ? "%n" : " %8.1f GFLOP/s%n", operations / seconds / 1e9);
    }
}
