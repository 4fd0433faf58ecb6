package org.fullrank.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Npy;
import org.fullrank.engine.Precision;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.run.CheckpointSpec;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.MonitorSpec;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.TrainSpec;
import org.fullrank.view.VectorViews;

/// Trainings of a small network on a few vectors: 8 steps an epoch, some milliseconds each.
final class TinyRuns {
    static final int ROWS = 256;
    static final int FEATURES = 12;
    static final int BATCH = 32;
    static final int STEPS_PER_EPOCH = ROWS / BATCH;

    private TinyRuns() {}

    /// Rows around four centres, in a file.
    static Path vectors(Path folder) throws IOException {
        float[] values = new float[ROWS * FEATURES];
        var random = Keyed.of(77);
        for (int i = 0; i < values.length; i++) {
            int centre = (i / FEATURES) % 4;
            values[i] = (float) (3 * Keyed.of(78, centre, i % FEATURES).nextGaussian() + random.nextGaussian());
        }
        Path file = folder.resolve("vectors.npy");
        Npy.write(file, values, FEATURES);
        return file;
    }

    static Recipe recipe(Path data, int epochs) {
        return new Recipe(
                "tiny",
                "",
                5,
                DataSpec.of(data.toString()).withCache(data.resolveSibling("cache")),
                VectorViews.DEFAULT,
                new EncoderSpec.Mlp(List.of(16, 8), true),
                new MethodSpec.Joint(new ProjectorSpec(List.of(16, 16), true), ObjectiveSpec.Vicreg.defaults()),
                new OptimizerSpec.Lars(0.3, 0.9, 1e-4, 0.02, true),
                new ScheduleSpec(1, 0.001, true),
                new TrainSpec(epochs, BATCH, 1, Device.Choice.CPU, Precision.Choice.FP32, 1, 3),
                new MonitorSpec(1, 5, 0),
                new CheckpointSpec(0, 1, 2, true));
    }

    static Recipe with(Recipe r, OptimizerSpec optimizer) {
        return new Recipe(
                r.name(),
                r.about(),
                r.seed(),
                r.data(),
                r.views(),
                r.encoder(),
                r.method(),
                optimizer,
                r.schedule(),
                r.train(),
                r.monitor(),
                r.checkpoints());
    }

    static Recipe with(Recipe r, EncoderSpec encoder) {
        return new Recipe(
                r.name(),
                r.about(),
                r.seed(),
                r.data(),
                r.views(),
                encoder,
                r.method(),
                r.optimizer(),
                r.schedule(),
                r.train(),
                r.monitor(),
                r.checkpoints());
    }

    static Recipe with(Recipe r, CheckpointSpec checkpoints) {
        return new Recipe(
                r.name(),
                r.about(),
                r.seed(),
                r.data(),
                r.views(),
                r.encoder(),
                r.method(),
                r.optimizer(),
                r.schedule(),
                r.train(),
                r.monitor(),
                checkpoints);
    }

    static Recipe with(Recipe r, long seed) {
        return new Recipe(
                r.name(),
                r.about(),
                seed,
                r.data(),
                r.views(),
                r.encoder(),
                r.method(),
                r.optimizer(),
                r.schedule(),
                r.train(),
                r.monitor(),
                r.checkpoints());
    }

    static Recipe withBatch(Recipe r, int batch) {
        TrainSpec t = r.train();
        return new Recipe(
                r.name(),
                r.about(),
                r.seed(),
                r.data(),
                r.views(),
                r.encoder(),
                r.method(),
                r.optimizer(),
                r.schedule(),
                new TrainSpec(t.epochs(), batch, 1, t.device(), t.precision(), t.threads(), t.logEverySteps()),
                r.monitor(),
                r.checkpoints());
    }

    /// Trains in a new folder.
    static Trainer.Ending train(Path run, Recipe recipe, Watcher watcher) {
        try (Dataset data = Dataset.open(recipe.data());
                RunFolder folder = RunFolder.create(run, recipe);
                Trainer trainer = Trainer.start(recipe, data, folder, watcher)) {
            return trainer.run();
        }
    }

    /// Goes on in a folder by what it says itself.
    static Trainer.Ending resume(Path run, Watcher watcher) {
        try (RunFolder folder = RunFolder.resume(run)) {
            Recipe recipe = folder.config(Recipe.class);
            try (Dataset data = Dataset.open(recipe.data());
                    Trainer trainer = Trainer.resume(recipe, data, folder, watcher)) {
                return trainer.run();
            }
        }
    }

    /// Asks to stop once `steps` steps are done.
    static Watcher stopAfter(int steps) {
        return new Watcher() {
            private int asked;

            @Override
            public void measured(MetricRecord record, long totalSteps) {}

            @Override
            public void note(String line) {}

            @Override
            public boolean stopRequested() {
                return asked++ >= steps;
            }
        };
    }

    /// What must be equal in two runs: all that is measured but the times.
    record Measured(long step, int epoch, SequencedMap<String, Double> values) {}

    static List<Measured> measured(Path run) {
        return RunFolder.open(run).records().stream()
                .map(r -> new Measured(r.step(), r.epoch(), r.values()))
                .toList();
    }

    static byte[] weights(Path run, long step) throws IOException {
        return Files.readAllBytes(checkpoint(run, step));
    }

    static Path checkpoint(Path run, long step) {
        return run.resolve("checkpoints").resolve("step-%08d.safetensors".formatted(step));
    }

    static List<String> checkpoints(Path run) throws IOException {
        try (var files = Files.list(run.resolve("checkpoints"))) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }
}
