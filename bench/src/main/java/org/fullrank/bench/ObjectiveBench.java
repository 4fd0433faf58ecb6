package org.fullrank.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.objective.LeJepa;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Svmax;
import org.fullrank.objective.Views;
import org.fullrank.objective.WMse;

/// Measures the forward and backward pass of every objective with its default settings, on two float32 views
/// `[N, D]`. The benchmark compares each objective with the same formula and automatic differentiation
/// ([PlainObjectives]). The benchmark measures both computations alternately in one process until the time is
/// used up. The figures are medians. The first call of each computation is not timed. The benchmark also
/// checks that both computations give the same value and gradient. It prints the relative difference.
///
/// ```
/// bench/run ObjectiveBench [SECONDS] [THREADS] [NAME ...]
/// ```
public final class ObjectiveBench {
    private static final int SECONDS = 2;
    private static final int LEAST_TURNS = 3;
    private static final int MOST_TURNS = 200;

    private record Size(long n, long d) {}

    private static final List<Size> SIZES = List.of(new Size(256, 2048), new Size(256, 8192), new Size(1024, 2048));

    /// Whitening asks for N > D; these are the widths that it is published with.
    private static final List<Size> TALL = List.of(new Size(256, 64), new Size(1024, 128));

    /// A value and the gradients of the two views, V x `[N, D]`.
    private record Result(Tensor value, List<Tensor> gradients) {}

    private ObjectiveBench() {}

    public static void main(String[] arguments) {
        int seconds = Timing.argument(arguments, 0, SECONDS);
        Threads.use(Threads.resolve(Timing.argument(arguments, 1, 0)));
        List<String> names = Arrays.asList(arguments).subList(Math.min(2, arguments.length), arguments.length);
        System.out.printf(
                "%-13s %5s %5s %11s %11s %7s %9s %9s%n",
                "objective", "N", "D", "ours ms", "plain ms", "times", "value", "gradient");
        Objective.all().forEach((name, objective) -> {
            if (names.isEmpty() || names.contains(name)) {
                for (Size size : sizes(objective)) {
                    measure(name, objective, size, seconds);
                }
            }
        });
    }

    private static List<Size> sizes(Objective objective) {
        if (objective instanceof WMse) {
            return TALL;
        }
        var sizes = new ArrayList<>(SIZES);
        if (objective instanceof Svmax) {
            sizes.addFirst(new Size(256, 512));
        }
        return sizes;
    }

    private static void measure(String name, Objective objective, Size size, int seconds) {
        try (var scope = Scope.open()) {
            Tensor x = noise(size, 1);
            Tensor y = x.add(noise(size, 2).mul(Tensors.scalar(0.5)));
            Tensor memory = objective.memory(size.d()).length == 0 ? Tensors.of(new float[0], 0) : past(size);
            Function<List<Tensor>, Tensor> ours = z -> objective
                    .evaluate(new Views(z, 1, memory.numel() == 0 ? null : memory))
                    .total();
            Tensor keyed = objective instanceof LeJepa s ? keyedDirections(s, size.d()) : memory;
            if (!PlainObjectives.has(objective)) {
                double[] alone = turns(seconds, () -> run(ours, x, y), () -> {})[0];
                System.out.printf(
                        Locale.ROOT, "%-13s %5d %5d %11.2f%n", name, size.n(), size.d(), 1e3 * Timing.median(alone));
                return;
            }
            Result a = result(ours, x, y);
            Result b = result(z -> new PlainObjectives(z.get(0), z.get(1), memory, keyed).value(objective), x, y);
            double apart = Math.abs(Tensors.value(a.value().sub(b.value()).div(b.value())));
            double turned = Math.max(
                    apart(a.gradients().get(0), b.gradients().get(0)),
                    apart(a.gradients().get(1), b.gradients().get(1)));
            double[][] times = turns(
                    seconds,
                    () -> run(ours, x, y),
                    () -> run(
                            z -> {
                                Tensor drawn =
                                        objective instanceof LeJepa s ? torch.randn(s.directions(), size.d()) : memory;
                                return new PlainObjectives(z.get(0), z.get(1), memory, drawn).value(objective);
                            },
                            x,
                            y));
            Figure.report("%s %dx%d".formatted(name, size.n(), size.d()), "ms", 1e3, times[0]);
            double mine = Timing.median(times[0]);
            double plain = Timing.median(times[1]);
            System.out.printf(
                    Locale.ROOT,
                    "%-13s %5d %5d %11.2f %11.2f %7.2f %9.1e %9.1e%n",
                    name,
                    size.n(),
                    size.d(),
                    1e3 * mine,
                    1e3 * plain,
                    plain / mine,
                    apart,
                    turned);
        }
    }

    private static double[][] turns(int seconds, Runnable first, Runnable second) {
        var times = List.of(new ArrayList<Double>(), new ArrayList<Double>());
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        for (int i = 0; i < MOST_TURNS && (i < LEAST_TURNS || System.nanoTime() < end); i++) {
            times.get(0).add(Timing.seconds(first));
            times.get(1).add(Timing.seconds(second));
        }
        return times.stream()
                .map(list -> list.stream().mapToDouble(t -> t).toArray())
                .toArray(double[][]::new);
    }

    private static void run(Function<List<Tensor>, Tensor> objective, Tensor x, Tensor y) {
        try (var scope = Scope.open()) {
            result(objective, x, y);
        }
    }

    /// Forward and backward on new leaves.
    private static Result result(Function<List<Tensor>, Tensor> objective, Tensor x, Tensor y) {
        List<Tensor> leaves =
                List.of(x.detach().set_requires_grad(true), y.detach().set_requires_grad(true));
        Tensor total = objective.apply(leaves);
        total.backward();
        return new Result(total.detach(), leaves.stream().map(Tensor::grad).toList());
    }

    private static double apart(Tensor a, Tensor b) {
        return Tensors.value(a.sub(b).norm().div(b.norm()));
    }

    /// What TiCo remembers of a batch before, `[D, D]`.
    private static Tensor past(Size size) {
        Tensor z = noise(size, 3);
        return z.t().mm(z).div(Tensors.scalar((double) size.n() * size.d()));
    }

    /// The draw 1 of sliced gaussianity; the timed plain formula draws with the engine's generator.
    private static Tensor keyedDirections(LeJepa s, long width) {
        long name = Keyed.name("direction of sliced gaussianity");
        float[] values = new float[Math.toIntExact(s.directions() * width)];
        for (int m = 0; m < s.directions(); m++) {
            Keyed random = Keyed.of(1, name, m);
            for (int j = 0; j < width; j++) {
                values[Math.toIntExact(m * width) + j] = (float) random.nextGaussian();
            }
        }
        return Tensors.of(values, s.directions(), width);
    }

    private static Tensor noise(Size size, long seed) {
        float[] values = new float[Math.toIntExact(size.n() * size.d())];
        Keyed random = Keyed.of(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return Tensors.of(values, size.n(), size.d());
    }
}
