package org.fullrank.bench;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.objective.NtXent;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Vicreg;
import org.fullrank.objective.Views;

/// Seconds of VICReg and NT-Xent, forward and backward, on two views `[N, D]` in float32, beside a floor: the
/// arithmetic of the Gram matrices at the speed of a large matrix product measured in the same process. The floor
/// counts for each Gram matrix one product forward and one backward: VICReg has two of `[N, N]`, NT-Xent one of
/// `[2N, 2N]`.
///
/// ```
/// bench/run ObjectiveBench [N] [D] [ROUNDS] [THREADS]
/// ```
public final class ObjectiveBench {
    private static final int SAMPLES = 256;
    private static final int WIDTH = 8192;
    private static final int ROUNDS = 20;
    private static final int PEAK_SIDE = 2048;

    private ObjectiveBench() {}

    public static void main(String[] arguments) {
        long n = Timing.argument(arguments, 0, SAMPLES);
        long d = Timing.argument(arguments, 1, WIDTH);
        int rounds = Timing.argument(arguments, 2, ROUNDS);
        Threads.use(Threads.resolve(Timing.argument(arguments, 3, 0)));
        double peak = peak(rounds);
        System.out.printf(Locale.ROOT, "peak %.0f GFLOP/s (product of %d x %2$d in fp32)%n", peak / 1e9, PEAK_SIDE);
        long inner = Math.min(n, d); // the smaller Gram matrix is the one that is formed
        long outer = Math.max(n, d);
        Objective vicreg = Vicreg.defaults().objective();
        print("vicreg", n, d, median(vicreg, n, d, rounds), 2 * 2 * product(inner, outer) / peak);
        print("nt-xent", n, d, median(NtXent.defaults(), n, d, rounds), 2 * product(2 * n, d) / peak);
    }

    /// Operations of `[side, inner] [inner, side]`.
    private static double product(long side, long inner) {
        return 2.0 * side * side * inner;
    }

    private static double peak(int rounds) {
        try (var scope = Scope.open()) {
            Tensor a = noise(1, PEAK_SIDE, PEAK_SIDE);
            Tensor b = noise(2, PEAK_SIDE, PEAK_SIDE);
            double seconds = median(rounds, () -> {
                try (var inner = Scope.open()) {
                    a.mm(b);
                }
            });
            return product(PEAK_SIDE, PEAK_SIDE) / seconds;
        }
    }

    private static double median(Objective objective, long n, long d, int rounds) {
        try (var scope = Scope.open()) {
            List<Tensor> leaves = IntStream.range(0, 2)
                    .mapToObj(v -> noise(v, n, d).set_requires_grad(true))
                    .toList();
            return median(rounds, () -> {
                try (var inner = Scope.open()) {
                    Tensor total = objective.evaluate(new Views(leaves)).total();
                    total.backward();
                    Tensors.value(total);
                }
            });
        }
    }

    private static double median(int rounds, Runnable work) {
        work.run();
        return Timing.median(IntStream.range(0, rounds)
                .mapToDouble(i -> Timing.seconds(work))
                .toArray());
    }

    private static Tensor noise(long seed, long rows, long columns) {
        float[] values = new float[Math.toIntExact(rows * columns)];
        Keyed random = Keyed.of(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, rows, columns);
    }

    private static void print(String name, long n, long d, double seconds, double floor) {
        System.out.printf(
                Locale.ROOT,
                "%-8s N=%d D=%d: %.4f s forward and backward (median), floor %.4f s, ratio %.1f%n",
                name,
                n,
                d,
                seconds,
                floor,
                seconds / floor);
    }
}
