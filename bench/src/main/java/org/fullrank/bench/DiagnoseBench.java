package org.fullrank.bench;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.diagnose.Ranks;
import org.fullrank.diagnose.Reservoir;
import org.fullrank.diagnose.Spread;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.linalg.Moments;
import org.fullrank.rows.Batch;

/// Measures the wall-clock time and the processor time of moments, ranks and spread for a stream of float32
/// rows. The benchmark also compares the speed of the moments with the speed of a plain float64 matrix
/// product. The stream repeats one block of noise. The symmetric product of the moments counts as `N D^2`
/// operations, which is half of a plain product.
///
/// ```
/// bench/run DiagnoseBench [ROWS] [COLUMNS] [BLOCK] [THREADS]
/// ```
public final class DiagnoseBench {
    private static final int ROWS = 1_000_000;
    private static final int COLUMNS = 512;
    private static final int BLOCK = 4096;
    private static final int SIDE = 2048;

    private double seconds;
    private double processor;
    private final List<Double> rounds = new ArrayList<>(); // processor seconds of each call of [#time]

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
            double plain = product();
            var adding = new DiagnoseBench();
            var sampling = new DiagnoseBench();
            for (long from = 0; from < rows; from += block) {
                long[] numbers =
                        LongStream.range(from, Math.min(from + block, rows)).toArray();
                Tensor some = z.narrow(0, 0, numbers.length);
                adding.time(() -> moments.add(some));
                sampling.time(() -> reservoir.add(new Batch(some, null, null, numbers)));
            }
            double rate = (double) rows * columns * columns / adding.processor / 1e9;
            adding.print("moments");
            Figure.report(
                    "moments of a block, processor time",
                    "ms",
                    1e3,
                    adding.rounds.stream().mapToDouble(t -> t).toArray());
            System.out.printf(Locale.ROOT, "  %.1f GFLOP/s of processor time, %.2f of plain%n", rate, rate / plain);
            sampling.print("sample");
            Batch sample = reservoir.sample();
            new DiagnoseBench().time(() -> Ranks.of(moments)).print("ranks without intervals");
            new DiagnoseBench().time(() -> Ranks.of(moments, sample)).print("ranks with intervals");
            new DiagnoseBench().time(() -> Spread.of(moments, sample)).print("spread with intervals");
        }
    }

    /// GFLOP/s of the plain product, of processor time.
    private static double product() {
        Tensor a = torch.ones(SIDE, SIDE).to(ScalarType.Double);
        a.matmul(a); // warms up
        var took = new DiagnoseBench().time(() -> a.matmul(a)).print("plain product 2048 x 2048");
        double rate = 2.0 * SIDE * SIDE * SIDE / took.processor / 1e9;
        System.out.printf(Locale.ROOT, "  %.1f GFLOP/s of processor time%n", rate);
        return rate;
    }

    private DiagnoseBench time(Runnable work) {
        double before = processorSeconds();
        seconds += Timing.seconds(work);
        double spent = processorSeconds() - before;
        processor += spent;
        rounds.add(spent);
        return this;
    }

    private DiagnoseBench print(String what) {
        System.out.printf(Locale.ROOT, "%-28s %8.2f s, processor %8.2f s%n", what, seconds, processor);
        return this;
    }

    private static double processorSeconds() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getProcessCpuTime() / 1e9
                : Double.NaN;
    }

    private static Tensor noise(int rows, int columns) {
        Keyed random = Keyed.of(1);
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, rows, columns);
    }
}
