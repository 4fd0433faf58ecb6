package org.fullrank.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Precision;
import org.fullrank.file.Npy;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Mlp;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Vicreg;
import org.fullrank.optim.GroupSpec;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.run.CheckpointSpec;
import org.fullrank.run.MonitorSpec;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.TrainSpec;
import org.fullrank.view.VectorViews;
import org.fullrank.view.ViewSpec;

/// A training of milliseconds: 64 vectors of 8 features, a two-layer encoder, 4 steps an epoch.
public final class SmallTraining {
    public static final int ROWS = 64;
    public static final int BATCH = 16;
    public static final int STEPS_PER_EPOCH = ROWS / BATCH;
    private static final int FEATURES = 8;

    private SmallTraining() {}

    /// Writes vectors of three clusters; `scale` multiplies every value.
    public static Path vectors(Path folder, float scale) throws IOException {
        var random = Keyed.of(3);
        var values = new float[ROWS * FEATURES];
        for (int i = 0; i < values.length; i++) {
            int row = i / FEATURES;
            values[i] = scale * (float) (random.nextGaussian() + (i % 3 == row % 3 ? 2 : 0));
        }
        Path file = Files.createDirectories(folder.resolve("data")).resolve("vectors.npy");
        Npy.write(file, values, FEATURES);
        return file;
    }

    /// Labels beside the vectors: `row % classes`.
    public static void label(Path vectors, int classes) throws IOException {
        int[] labels = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            labels[i] = i % classes;
        }
        Npy.write(vectors.resolveSibling("labels.npy"), labels);
    }

    /// Labeled vectors in `folder` and a recipe for them.
    public static Recipe recipe(Path folder, int epochs) throws IOException {
        Path vectors = vectors(folder, 1);
        label(vectors, 3);
        return recipe(folder, vectors, epochs);
    }

    public static Recipe recipe(Path folder, Path data, int epochs) {
        return new Recipe(
                "small",
                "",
                7,
                DataSpec.of(data.toString()).withCache(folder.resolve("cache")),
                VectorViews.defaults(),
                new Mlp(List.of(16, 12), true),
                Recipe.NO_WEIGHTS,
                new MethodSpec.Joint(new ProjectorSpec(List.of(16, 16), true), Vicreg.defaults()),
                OptimizerSpec.AdamW.defaults(),
                new ScheduleSpec.Cosine(1, 0.01, false),
                GroupSpec.defaults(),
                train(epochs, BATCH, 1),
                new MonitorSpec(1, 5, 0),
                new CheckpointSpec(0, 1, 2, true));
    }

    /// One thread, float32, a record each step.
    public static TrainSpec train(int epochs, int batch, int chunks) {
        return new TrainSpec(epochs, batch, chunks, Device.Choice.CPU, Precision.Choice.FP32, 1, 1);
    }

    public static Recipe withSeed(Recipe r, long seed) {
        return new Recipe(
                r.name(),
                r.about(),
                seed,
                r.data(),
                r.views(),
                r.encoder(),
                r.weights(),
                r.method(),
                r.optimizer(),
                r.schedule(),
                r.groups(),
                r.train(),
                r.monitor(),
                r.checkpoints());
    }

    public static Recipe with(Recipe r, EncoderSpec encoder, MethodSpec method) {
        return with(r, r.views(), encoder, method, r.optimizer(), r.train(), r.checkpoints());
    }

    public static Recipe with(Recipe r, ViewSpec views) {
        return with(r, views, r.encoder(), r.method(), r.optimizer(), r.train(), r.checkpoints());
    }

    public static Recipe with(Recipe r, OptimizerSpec optimizer) {
        return with(r, r.views(), r.encoder(), r.method(), optimizer, r.train(), r.checkpoints());
    }

    public static Recipe with(Recipe r, TrainSpec train) {
        return with(r, r.views(), r.encoder(), r.method(), r.optimizer(), train, r.checkpoints());
    }

    public static Recipe with(Recipe r, CheckpointSpec checkpoints) {
        return with(r, r.views(), r.encoder(), r.method(), r.optimizer(), r.train(), checkpoints);
    }

    public static Recipe with(Recipe r, MonitorSpec monitor) {
        return new Recipe(
                r.name(),
                r.about(),
                r.seed(),
                r.data(),
                r.views(),
                r.encoder(),
                r.weights(),
                r.method(),
                r.optimizer(),
                r.schedule(),
                r.groups(),
                r.train(),
                monitor,
                r.checkpoints());
    }

    public static Recipe with(Recipe r, GroupSpec groups) {
        return new Recipe(
                r.name(),
                r.about(),
                r.seed(),
                r.data(),
                r.views(),
                r.encoder(),
                r.weights(),
                r.method(),
                r.optimizer(),
                r.schedule(),
                groups,
                r.train(),
                r.monitor(),
                r.checkpoints());
    }

    public static Recipe with(Recipe r, ScheduleSpec schedule) {
        return new Recipe(
                r.name(),
                r.about(),
                r.seed(),
                r.data(),
                r.views(),
                r.encoder(),
                r.weights(),
                r.method(),
                r.optimizer(),
                schedule,
                r.groups(),
                r.train(),
                r.monitor(),
                r.checkpoints());
    }

    /// A quick check every `steps` steps.
    public static MonitorSpec monitor(int steps, MonitorSpec.OnCollapse onCollapse) {
        return new MonitorSpec(1, steps, ROWS, List.of("0"), onCollapse, 8, 5, 0);
    }

    private static Recipe with(
            Recipe r,
            ViewSpec views,
            EncoderSpec encoder,
            MethodSpec method,
            OptimizerSpec optimizer,
            TrainSpec train,
            CheckpointSpec checkpoints) {
        return new Recipe(
                r.name(),
                r.about(),
                r.seed(),
                r.data(),
                views,
                encoder,
                r.weights(),
                method,
                optimizer,
                r.schedule(),
                r.groups(),
                train,
                r.monitor(),
                checkpoints);
    }

    /// Without batch norm nothing holds numbers back.
    public static Recipe withoutNorms(Recipe r) {
        return with(
                with(r, new VectorViews(2, 0.1, 0, 0, false)),
                new Mlp(List.of(16, 12), false),
                new MethodSpec.Joint(new ProjectorSpec(List.of(16, 16), false), Vicreg.defaults()));
    }

    /// A fresh run in `run`.
    public static Trainer.Ending train(Recipe recipe, Path run, TrainingListener watcher) {
        try (var data = Dataset.open(recipe.data());
                var folder = RunFolder.create(run, recipe);
                var trainer = Trainer.start(recipe, data, folder, watcher)) {
            return trainer.run();
        }
    }

    /// Goes on in `run`, with the recipe given rather than the one that lies there.
    public static Trainer.Ending resume(Recipe recipe, Path run, TrainingListener watcher) {
        try (var data = Dataset.open(recipe.data());
                var folder = RunFolder.resume(run);
                var trainer = Trainer.resume(recipe, data, folder, watcher)) {
            return trainer.run();
        }
    }

    /// Asks to stop after `steps` steps.
    public static TrainingListener stopAfter(long steps) {
        return new Watching() {
            private long asked;

            @Override
            public boolean stopRequested() {
                return asked++ >= steps;
            }
        };
    }

    public static Path checkpoint(Path run, long step) {
        return run.resolve("checkpoints").resolve("step-%08d.safetensors".formatted(step));
    }

    /// Names in the checkpoint folder, sorted.
    public static List<String> checkpoints(Path run) throws IOException {
        try (Stream<Path> files = Files.list(run.resolve("checkpoints"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    /// The lines of `metrics.jsonl` without what the clock wrote.
    public static List<String> metrics(Path run) throws IOException {
        return Files.readAllLines(run.resolve("metrics.jsonl")).stream()
                .map(line -> line.replaceAll(",\"time\\.[^\"]*\":[^,}]*", ""))
                .toList();
    }

    /// A watcher that does nothing, to be overridden in part.
    public static class Watching implements TrainingListener {
        @Override
        public void measured(org.fullrank.run.MetricRecord record, long totalSteps) {}

        @Override
        public void note(String line) {}

        @Override
        public boolean stopRequested() {
            return false;
        }
    }
}
