package org.fullrank.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Device;
import org.fullrank.engine.Rendezvous;
import org.fullrank.engine.Rendezvous.Address;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.settings.Yaml;
import org.fullrank.train.Follower;
import org.fullrank.train.Team;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;

/// Measures what several workers cost on this machine. The workers are processes. The first table is the time of
/// a sum over workers against its bytes. The second is the images per second of one worker with K threads and of
/// K workers with one thread each. The median step counts, so checks and checkpoints do not.
///
/// ```
/// bench/run WorkersBench [K] [STEPS] [RECIPE] [KEY=VALUE ...]
/// ```
public final class WorkersBench {
    private static final String HERE = "127.0.0.1";
    private static final String SUMS = "sums";
    private static final int WORKERS = 2;
    private static final int STEPS = 60;
    private static final int WARMUP = 10;
    private static final int ROUNDS = 30;
    /// Numbers of 4 bytes in the summed vectors: 1 KiB to 64 MiB.
    private static final int[] LENGTHS = {1 << 8, 1 << 12, 1 << 16, 1 << 20, 1 << 22, 1 << 24};

    private WorkersBench() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length > 0 && arguments[0].equals("--child")) {
            child(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            return;
        }
        int workers = Timing.argument(arguments, 0, WORKERS);
        int steps = Timing.argument(arguments, 1, STEPS);
        String name = arguments.length > 2 ? arguments[2] : Recipes.DEFAULT;
        var settings = new ArrayList<>(List.of(
                "monitor.everyEpochs=0",
                "checkpoints.everyEpochs=0",
                "checkpoints.everyMinutes=0",
                "train.threads=" + workers,
                "train.epochs=" + (steps + WARMUP + 1)));
        settings.addAll(Arrays.asList(arguments).subList(Math.min(3, arguments.length), arguments.length));
        Recipe recipe = Recipes.load(name, settings);
        together(workers, SUMS, WorkersBench::sums);
        double alone = images(recipe, steps, Team.single());
        double[] shared = new double[1];
        together(workers, Yaml.json(recipe), group -> shared[0] = images(recipe, steps, new Team(group, workers)));
        System.out.printf(
                Locale.ROOT,
                "%n%s, batch %d%n%-32s %10s%n%-32s %10.1f%n%-32s %10.1f%n",
                recipe.name(),
                recipe.train().batch(),
                "",
                "images/s",
                "1 worker, %d threads".formatted(workers),
                alone,
                "%d workers, 1 thread each".formatted(workers),
                shared[0]);
    }

    /// What worker 0 does with the others.
    private interface Work {
        void with(WorkerGroup group) throws IOException;
    }

    /// Starts the other workers, runs `work`, and waits until all have ended.
    private static void together(int workers, String order, Work work) throws IOException, InterruptedException {
        var started = new ArrayList<Process>();
        try (var host = Rendezvous.Host.at(new Address(HERE, 0))) {
            for (int rank = 1; rank < workers; rank++) {
                started.add(new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                WorkersBench.class.getName(),
                                "--child",
                                Integer.toString(host.port()),
                                Integer.toString(rank),
                                Integer.toString(workers))
                        .inheritIO()
                        .start());
            }
            try (var met = host.await(workers, "bench", order, () -> {})) {
                work.with(met.connect(new LinkedHashMap<>(), () -> {}));
                met.bye();
            }
            for (Process worker : started) {
                worker.waitFor();
            }
        } finally {
            started.forEach(Process::destroyForcibly);
        }
    }

    private static void child(int port, int rank, int workers) {
        try (var met = Rendezvous.join(new Address(HERE, port), rank, workers, "bench")) {
            WorkerGroup group = met.connect(new LinkedHashMap<>(), () -> {});
            if (met.order().equals(SUMS)) {
                sums(group);
            } else {
                Recipe recipe = Yaml.read("the recipe of worker 0", met.order(), Recipe.class, List.of());
                try (var data = Dataset.open(recipe.data());
                        var follower = new Follower(recipe, data, new Team(group, workers))) {
                    follower.run(() -> false);
                }
            }
            met.bye();
        }
    }

    private static void sums(WorkerGroup group) {
        if (group.isFirst()) {
            System.out.printf(Locale.ROOT, "sum over %d workers%n%12s %12s%n", group.size(), "bytes", "ms");
        }
        for (int length : LENGTHS) {
            try (var scope = Scope.withoutGradients()) {
                Tensor vector = Tensors.zeros(Device.CPU, ScalarType.Float, length);
                double[] seconds = new double[ROUNDS];
                group.sum(vector);
                for (int round = 0; round < ROUNDS; round++) {
                    seconds[round] = Timing.seconds(() -> group.sum(vector));
                }
                if (group.isFirst()) {
                    System.out.printf(Locale.ROOT, "%,12d %12.3f%n", 4L * length, 1e3 * median(seconds));
                }
            }
        }
    }

    /// Images per second in the median step.
    private static double images(Recipe recipe, int steps, Team team) throws IOException {
        Path folder = Files.createTempDirectory("workers-bench");
        var steady = new Steps(steps);
        try (Dataset data = Dataset.open(recipe.data());
                RunFolder run = RunFolder.create(folder.resolve("run"), recipe);
                Trainer trainer = Trainer.start(recipe, data, run, steady, team)) {
            trainer.run();
        } finally {
            Timing.delete(folder);
        }
        return recipe.train().batch() / median(steady.seconds);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /// Measures the time between two questions of the trainer, which is that of one step.
    private static final class Steps implements TrainingListener {
        private final double[] seconds;
        private int turn = -WARMUP;
        private long begun = System.nanoTime();

        Steps(int steps) {
            seconds = new double[steps];
        }

        @Override
        public boolean stopRequested() {
            long now = System.nanoTime();
            if (turn >= 0) {
                seconds[turn] = (now - begun) / 1e9;
            }
            begun = now;
            turn++;
            return turn == seconds.length;
        }

        @Override
        public void measured(MetricRecord record, long totalSteps) {}

        @Override
        public void note(String line) {}
    }
}
