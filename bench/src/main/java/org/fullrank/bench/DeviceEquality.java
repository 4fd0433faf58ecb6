package org.fullrank.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.Method;
import org.fullrank.objective.Need;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Regularizer;
import org.fullrank.objective.Views;
import org.fullrank.optim.Optimizer;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.settings.Choices;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;
import org.jspecify.annotations.Nullable;

/// Compares the GPU with the CPU. First, it compares the value and the gradient of every objective and
/// regularizer in float64 and float32, for more rows than columns and for fewer. Then it compares the first
/// steps of every small recipe and of some encoders in float64: loss, gradient, and the weights after the
/// steps. It prints relative differences, and last the lines that are above the tolerance. The exit code is 1
/// if there are such lines.
///
/// ```
/// bench/run DeviceEquality [DEVICE] [STEPS]      cuda and 3 by default
/// ```
public final class DeviceEquality {
    private static final int STEPS = 3;

    /// Sums in another order: a few hundred roundings of float64.
    private static final double WIDE = 1e-10;
    /// The same in float32. Gradients of whitening are divided by small eigenvalues.
    private static final double SINGLE = 2e-4;
    /// A few float64 steps of a network.
    private static final double TRAINED = 1e-8;

    private static final List<String> MORE = List.of(
            "published-vicreg encoder.depth=18 train.batch=64",
            "published-nt-xent encoder.depth=50 train.batch=32",
            "published-byol train.batch=64",
            "published-w-mse train.batch=128",
            "published-lpl-local train.batch=64");

    private final List<String> failures = new ArrayList<>();
    private final Device device;

    private DeviceEquality(Device device) {
        this.device = device;
    }

    public static void main(String[] arguments) {
        var choice = arguments.length > 0
                ? Device.Choice.valueOf(arguments[0].toUpperCase(Locale.ROOT))
                : Device.Choice.CUDA;
        int steps = Timing.argument(arguments, 1, STEPS);
        var equality = new DeviceEquality(choice.resolve());
        equality.losses();
        equality.recipes(steps);
        equality.failures.forEach(line -> System.out.println("DIFFERS " + line));
        System.out.println(equality.failures.size() + " differ");
        System.exit(equality.failures.isEmpty() ? 0 : 1);
    }

    private void losses() {
        System.out.printf("%-28s %-6s %4s %4s %9s %9s%n", "loss", "type", "N", "D", "value", "gradient");
        for (ScalarType type : List.of(ScalarType.Double, ScalarType.Float)) {
            for (int[] size : new int[][] {{256, 64}, {64, 256}}) {
                Objective.all().forEach((name, objective) -> {
                    if (objective.need(size[0], size[1]).verdict() == Need.Verdict.UNMET) {
                        System.out.printf("%-28s %-6s %4d %4d too few rows%n", name, type, size[0], size[1]);
                    } else {
                        compare(
                                name,
                                type,
                                size,
                                z -> objective
                                        .evaluate(new Views(z, 1, memory(objective, z.getFirst())))
                                        .total());
                    }
                });
                Choices.of(Regularizer.class)
                        .forEach(choice -> compare(
                                choice.name(),
                                type,
                                size,
                                z -> choice.defaults().evaluate(z.getFirst(), 1).total()));
            }
        }
    }

    private static @Nullable Tensor memory(Objective objective, Tensor z) {
        long[] shape = objective.memory(z.size(1));
        if (shape.length == 0) {
            return null;
        }
        Tensor past = z.detach().t().mm(z.detach());
        return past.div(Tensors.scalar((double) z.size(0) * z.size(1)));
    }

    private void compare(String name, ScalarType type, int[] size, Function<List<Tensor>, Tensor> loss) {
        String what = "%-28s %-6s %4d %4d".formatted(name, type, size[0], size[1]);
        guarded(what, () -> {
            Result host = result(Device.CPU, type, size, loss);
            Result there = result(device, type, size, loss);
            double tolerance = type == ScalarType.Double ? WIDE : SINGLE;
            report(what, tolerance, apart(there.value(), host.value()), apart(there.gradient(), host.gradient()));
        });
    }

    private record Result(double[] value, double[] gradient) {}

    private static Result result(Device on, ScalarType type, int[] size, Function<List<Tensor>, Tensor> loss) {
        try (var scope = Scope.open()) {
            Tensor x = noise(size, 1);
            Tensor y = x.add(noise(size, 2).mul(Tensors.scalar(0.5)));
            List<Tensor> leaves = new ArrayList<>();
            for (Tensor t : List.of(x, y)) {
                leaves.add(Tensors.to(t.to(type), on).detach().set_requires_grad(true));
            }
            Tensor total = loss.apply(leaves);
            total.backward();
            double[] first = Tensors.doubles(leaves.get(0).grad());
            double[] second = leaves.get(1).grad().defined()
                    ? Tensors.doubles(leaves.get(1).grad())
                    : new double[0];
            double[] both = Arrays.copyOf(first, first.length + second.length);
            System.arraycopy(second, 0, both, first.length, second.length);
            return new Result(new double[] {Tensors.value(total)}, both);
        }
    }

    private static Tensor noise(int[] size, long seed) {
        double[] values = new double[size[0] * size[1]];
        Keyed random = Keyed.of(seed);
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextGaussian();
        }
        return Tensors.of(values, size[0], size[1]);
    }

    private void recipes(int steps) {
        System.out.printf("%-60s %9s %9s %9s%n", "recipe, " + steps + " steps", "loss", "gradient", "weights");
        var lines = new ArrayList<String>();
        Recipes.list().stream().filter(name -> name.startsWith("small-")).forEach(lines::add);
        lines.addAll(MORE);
        for (String line : lines) {
            guarded(line, () -> {
                Trained host = train(line, Device.CPU, steps);
                Trained there = train(line, device, steps);
                report(
                        "%-60s".formatted(line),
                        TRAINED,
                        apart(there.loss(), host.loss()),
                        apart(there.gradient(), host.gradient()),
                        apart(there.moved(), host.moved()));
            });
        }
    }

    /// The losses of the steps, the first gradient, and the weights minus the initial weights.
    private record Trained(double[] loss, double[] gradient, double[] moved) {}

    private static Trained train(String line, Device on, int steps) {
        String[] words = line.split(" ");
        var settings = new ArrayList<>(List.of("data={path: shapes, samples: 512}"));
        settings.addAll(Arrays.asList(words).subList(1, words.length));
        Recipe recipe = Recipes.load(words[0], settings);
        var setting = new Method.Setting(on, Precision.FP32, ScalarType.Double);
        try (Dataset data = Dataset.open(recipe.data())) {
            var generator = ViewGenerator.of(data.pretraining(), recipe.views(), recipe.seed(), 1);
            try (Method method =
                            Method.of(recipe.method(), recipe.encoder(), generator.shape(), recipe.seed(), setting);
                    var optimizer =
                            Optimizer.of(recipe.optimizer(), recipe.groups(), method.parameters(), recipe.seed())) {
                return train(recipe, generator, method, optimizer, steps);
            }
        }
    }

    private static Trained train(
            Recipe recipe, ViewGenerator generator, Method method, Optimizer optimizer, int steps) {
        int[] indices = IntStream.range(0, recipe.train().batch()).toArray();
        double rate = recipe.optimizer().learningRate();
        Tensor values = method.parameters().values();
        double[] before = inOrder(method, values);
        double[] losses = new double[steps];
        double[] gradient = {};
        for (int step = 0; step < steps; step++) {
            try (var scope = Scope.open()) {
                var views = new ArrayList<Tensor>();
                for (int v = 0; v < generator.views(); v++) {
                    views.add(ViewTensors.view(
                                    generator,
                                    indices,
                                    step,
                                    v,
                                    method.setting().device())
                            .to(ScalarType.Double));
                }
                losses[step] =
                        method.learn(views, recipe.train().chunks(), step).total();
                if (step == 0) {
                    gradient = inOrder(method, method.parameters().gradients());
                }
                optimizer.step(rate, rate, step);
                method.stepped(step, steps);
            }
        }
        double[] moved = inOrder(method, values);
        for (int i = 0; i < moved.length; i++) {
            moved[i] -= before[i];
        }
        return new Trained(losses, gradient, moved);
    }

    /// The values of a vector of the parameter buffer, one segment after the other, the last index fastest.
    private static double[] inOrder(Method method, Tensor vector) {
        return method.parameters().segments().stream()
                .flatMapToDouble(s -> Arrays.stream(Tensors.doubles(s.view(vector))))
                .toArray();
    }

    private void report(String what, double tolerance, double... apart) {
        var line = new StringBuilder(what);
        boolean above = false;
        for (double d : apart) {
            line.append(String.format(Locale.ROOT, " %9.1e", d));
            above |= !(d <= tolerance);
        }
        System.out.println(line);
        if (above) {
            failures.add(line.toString());
        }
    }

    private void guarded(String what, Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            System.out.println(what + " " + message);
            failures.add(what + " " + message);
        }
    }

    /// `|a - b| / |b|` in the Euclidean norm.
    private static double apart(double[] a, double[] b) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < b.length; i++) {
            difference += (a[i] - b[i]) * (a[i] - b[i]);
            norm += b[i] * b[i];
        }
        return Math.sqrt(difference / norm);
    }
}
