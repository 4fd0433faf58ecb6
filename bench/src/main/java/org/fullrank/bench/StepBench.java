package org.fullrank.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Threads;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// Measures how much time the training loop adds to the bare computation of a step. The benchmark compares
/// two steps. The first of the two steps is a step of the real [Trainer], with views and records. The second
/// step is a forward pass, a backward pass and an update of the same network on a fixed batch. The benchmark
/// measures both steps alternately in one process, so that other work on the machine affects both alike. The
/// benchmark also measures the time for making the views separately. The kNN check and the checkpoints are
/// switched off. Fewer than half of the steps write a record. So the median does not contain this cost, and
/// the benchmark also prints the means.
///
/// ```
/// bench/run StepBench [STEPS] [RECIPE] [KEY=VALUE ...]
/// ```
public final class StepBench implements TrainingListener {
    private static final int STEPS = 200;
    private static final int WARMUP = 10;

    private final BareNetwork network;
    private final List<Tensor> batch;
    private final Runnable makeViews;
    private final double[] trainer;
    private final double[] bare;
    private final double[] views;
    private int turn = -WARMUP;
    private long begun;

    private StepBench(BareNetwork network, List<Tensor> batch, Runnable makeViews, int steps) {
        this.network = network;
        this.batch = batch;
        this.makeViews = makeViews;
        trainer = new double[steps];
        bare = new double[steps];
        views = new double[steps];
    }

    public static void main(String[] arguments) throws IOException {
        int steps = Timing.argument(arguments, 0, STEPS);
        String name = arguments.length > 1 ? arguments[1] : Recipes.DEFAULT;
        var settings = new java.util.ArrayList<>(List.of(
                "monitor.everyEpochs=0",
                "checkpoints.everyEpochs=0",
                "checkpoints.everyMinutes=0",
                "checkpoints.keepBest=false",
                "train.epochs=" + (steps + WARMUP + 1)));
        settings.addAll(Arrays.asList(arguments).subList(Math.min(2, arguments.length), arguments.length));
        Recipe recipe = Recipes.load(name, settings);
        Path folder = Files.createTempDirectory("step-bench");
        try (Dataset data = Dataset.open(recipe.data());
                RunFolder run = RunFolder.create(folder.resolve("run"), recipe)) {
            measure(recipe, data, run, steps);
        } finally {
            Timing.delete(folder);
        }
    }

    private static void measure(Recipe recipe, Dataset data, RunFolder run, int steps) {
        Items items = data.pretraining();
        int threads = Threads.resolve(recipe.train().threads());
        ViewGenerator generator = ViewGenerator.of(items, recipe.views(), recipe.seed(), threads);
        int[] indices = IntStream.range(0, recipe.train().batch()).toArray();
        try (var scope = Scope.open();
                var network = new BareNetwork(recipe, generator.shape())) {
            List<Tensor> batch = makeViews(generator, indices, network);
            Runnable makeViews = () -> {
                try (var inner = Scope.open()) {
                    makeViews(generator, indices, network);
                }
            };
            var bench = new StepBench(network, batch, makeViews, steps);
            try (Trainer trainer = Trainer.start(recipe, data, run, bench)) {
                trainer.run();
            }
            bench.print(recipe);
        }
    }

    private static List<Tensor> makeViews(ViewGenerator generator, int[] indices, BareNetwork network) {
        return IntStream.range(0, generator.views())
                .mapToObj(v -> ViewTensors.view(generator, indices, 0, v, network.device()))
                .toList();
    }

    /// The trainer asks after each step: between two questions lies one step of its own.
    @Override
    public boolean stopRequested() {
        long now = System.nanoTime();
        if (turn > 0) {
            trainer[turn - 1] = (now - begun) / 1e9;
        }
        if (turn == trainer.length) {
            return true;
        }
        double bareSeconds = Timing.seconds(() -> network.step(batch));
        double viewSeconds = Timing.seconds(makeViews);
        if (turn >= 0) {
            bare[turn] = bareSeconds;
            views[turn] = viewSeconds;
        }
        turn++;
        begun = System.nanoTime();
        return false;
    }

    @Override
    public void measured(MetricRecord record, long totalSteps) {}

    @Override
    public void note(String line) {}

    private void print(Recipe recipe) {
        System.out.printf(
                Locale.ROOT,
                "%s, batch %d, precision %s, %d steps each in turn%n",
                recipe.name(),
                recipe.train().batch(),
                recipe.train().precision().resolve(network.device()).name().toLowerCase(Locale.ROOT),
                trainer.length);
        row("trainer step", trainer);
        row("bare step", bare);
        row("views alone", views);
        System.out.printf(
                Locale.ROOT,
                "trainer over bare: median %.4f, mean %.4f; without views: median %.4f, mean %.4f%n",
                Timing.median(trainer) / Timing.median(bare),
                Timing.mean(trainer) / Timing.mean(bare),
                (Timing.median(trainer) - Timing.median(views)) / Timing.median(bare),
                (Timing.mean(trainer) - Timing.mean(views)) / Timing.mean(bare));
    }

    private static void row(String name, double[] seconds) {
        Figure.report(name, "ms", 1e3, seconds);
        System.out.printf(
                Locale.ROOT,
                "%-14s median %8.2f ms, mean %8.2f ms%n",
                name,
                1e3 * Timing.median(seconds),
                1e3 * Timing.mean(seconds));
    }
}
