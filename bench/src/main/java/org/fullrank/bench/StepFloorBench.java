package org.fullrank.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorArrayRefOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.bench.NetworkOperations.Operation;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.text.Table;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// Compares the time of a training step with its floor. The floor of an operation is the time of its
/// multiply-adds at the rate of a large matrix product, or the time to move its numbers at the rate of a large
/// copy, whichever is longer. Both rates are measured first. The benchmark then times each operation of the
/// network alone, forward and backward, and then the whole step, the objective, the update and the views.
///
/// ```
/// bench/run StepFloorBench [ROUNDS] [RECIPE] [KEY=VALUE ...]
/// ```
public final class StepFloorBench {
    private static final int ROUNDS = 10;
    private static final int PRODUCT = 2048;
    private static final int COPIED = 1 << 26; // 256 MiB of floats: far more than a cache holds

    private final BareNetwork network;
    private final int rounds;
    private final int views;
    private final ScalarType type;
    private final double operationsPerSecond;
    private final double bytesPerSecond;

    private StepFloorBench(BareNetwork network, int rounds, int views) {
        this.network = network;
        this.rounds = rounds;
        this.views = views;
        type = network.precision() == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float;
        operationsPerSecond = 2 * Math.pow(PRODUCT, 3) / product();
        bytesPerSecond = 2.0 * Float.BYTES * COPIED / copy();
    }

    public static void main(String[] arguments) {
        int rounds = Timing.argument(arguments, 0, ROUNDS);
        String name = arguments.length > 1 ? arguments[1] : Recipes.DEFAULT;
        List<String> settings = Arrays.asList(arguments).subList(Math.min(2, arguments.length), arguments.length);
        Recipe recipe = Recipes.load(name, settings);
        int threads = Threads.resolve(recipe.train().threads());
        Threads.use(threads);
        try (Dataset data = Dataset.open(recipe.data())) {
            ViewGenerator generator = ViewGenerator.of(data.pretraining(), recipe.views(), recipe.seed(), threads);
            int[] indices = IntStream.range(0, recipe.train().batch()).toArray();
            try (var scope = Scope.open();
                    var network = new BareNetwork(recipe, generator.shape())) {
                var bench = new StepFloorBench(network, rounds, generator.views());
                System.out.printf(
                        Locale.ROOT,
                        "%s, batch %d, %d views, %s, %d threads; product %.0f GFLOP/s, copy %.1f GB/s%n%n",
                        recipe.name(),
                        recipe.train().batch(),
                        generator.views(),
                        network.precision().name().toLowerCase(Locale.ROOT),
                        threads,
                        bench.operationsPerSecond / 1e9,
                        bench.bytesPerSecond / 1e9);
                bench.print(made(generator, indices, network), () -> made(generator, indices, network));
            }
        }
    }

    private static List<Tensor> made(ViewGenerator generator, int[] indices, BareNetwork network) {
        return IntStream.range(0, generator.views())
                .mapToObj(v -> ViewTensors.view(generator, indices, 0, v, network.device()))
                .toList();
    }

    private double product() {
        Tensor a = torch.randn(PRODUCT, PRODUCT).to(type);
        Tensor b = torch.randn(PRODUCT, PRODUCT).to(type);
        return median(() -> a.matmul(b));
    }

    private double copy() {
        Tensor a = torch.zeros(COPIED);
        Tensor b = torch.zeros(COPIED);
        return median(() -> b.copy_(a));
    }

    /// The median seconds of a call, after one to warm up.
    private double median(Runnable work) {
        return Timing.median(DoubleStream.generate(() -> {
                    try (var scope = Scope.open()) {
                        return Timing.seconds(work);
                    }
                })
                .limit(rounds + 1L)
                .skip(1)
                .toArray());
    }

    /// @param batch one tensor `[N, C, H, W]` for each view
    private void print(List<Tensor> batch, Runnable makeViews) {
        List<Operation> operations = NetworkOperations.of(network.layers(), Tensors.shape(batch.getFirst()));
        var table = new Table().row("operation, for one view", "GFLOP", "MB", "floor, ms", "measured, ms", "ratio");
        double floors = 0;
        double times = 0;
        for (int i = 0; i < operations.size(); i++) {
            Operation operation = operations.get(i);
            double floor = floor(operation, i > 0);
            double time = time(operation, i > 0);
            floors += floor;
            times += time;
            row(table, operation.title(), flops(operation, i > 0), bytes(operation), floor, time);
        }
        row(table, "all operations, for all views", sum(operations), 0, views * floors, views * times);
        double step = median(() -> network.step(batch));
        List<Tensor> embeddings = embeddings(batch);
        double objective = median(() -> network.evaluate(embeddings));
        double update = median(network::update);
        row(table, "the whole step, without the views", 0, 0, views * floors, step);
        table.row("of it: objective", "", "", "", number(1e3 * objective), "");
        table.row("of it: update", "", "", "", number(1e3 * update), "");
        table.row("views of the batch, before the step", "", "", "", number(1e3 * median(makeViews)), "");
        System.out.print(table.markdown());
    }

    private static double flops(Operation operation, boolean inner) {
        return inner ? operation.operations() : operation.operations() * 2 / 3; // no gradient of the views
    }

    private double sum(List<Operation> operations) {
        return views
                * IntStream.range(0, operations.size())
                        .mapToDouble(i -> flops(operations.get(i), i > 0))
                        .sum();
    }

    private double bytes(Operation operation) {
        return operation.numbers() * (type == ScalarType.BFloat16 ? 2 : Float.BYTES);
    }

    private double floor(Operation operation, boolean inner) {
        return Math.max(flops(operation, inner) / operationsPerSecond, bytes(operation) / bytesPerSecond);
    }

    private List<Tensor> embeddings(List<Tensor> batch) {
        var embeddings = new ArrayList<Tensor>();
        for (Tensor view : batch) {
            embeddings.add(network.embed(view));
        }
        return embeddings;
    }

    /// Seconds of forward and backward of one operation, on random numbers in the layout of a step.
    private double time(Operation operation, boolean inner) {
        Tensor x = torch.randn(operation.input()).to(inner ? type : ScalarType.Float);
        Tensor input = channelsLast(x).set_requires_grad(inner);
        Tensor gradient;
        try (var autocast = network.precision().autocast(network.device())) {
            gradient = torch.randn_like(operation.forward().apply(input));
        }
        return median(() -> {
            Tensor y;
            try (var autocast = network.precision().autocast(network.device())) {
                y = operation.forward().apply(input);
            }
            y.backward(gradient, new BoolOptional(), false, new TensorArrayRefOptional());
        });
    }

    /// The layout of views on the CPU.
    private static Tensor channelsLast(Tensor x) {
        return x.dim() == 4 ? x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : x;
    }

    private static void row(Table table, String title, double flops, double bytes, double floor, double time) {
        table.row(Stream.of(
                        title,
                        flops > 0 ? number(flops / 1e9) : "",
                        bytes > 0 ? number(bytes / 1e6) : "",
                        number(1e3 * floor),
                        number(1e3 * time),
                        number(time / floor))
                .toList());
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, value < 10 ? "%.2f" : value < 100 ? "%.1f" : "%.0f", value);
    }
}
