package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.net.SafeTensors;
import org.fullrank.objective.ObjectiveSpec;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.run.CheckpointSpec;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.view.VectorViews;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainerTest {
    @TempDir
    Path folder;

    private Path data = Path.of("vectors.npy");
    private Path run = Path.of("run");

    @BeforeEach
    void writeData() throws IOException {
        data = TinyRuns.vectors(folder);
        run = folder.resolve("run");
    }

    @Test
    void theLossFallsAndTheRepresentationUsesMoreDimensions() {
        TinyRuns.train(run, TinyRuns.recipe(data, 12), Watcher.silent());
        List<MetricRecord> losses = RunFolder.open(run).records().stream()
                .filter(r -> r.values().containsKey("loss"))
                .toList();
        double first = losses.getFirst().values().getOrDefault("loss", Double.NaN);
        double last = losses.getLast().values().getOrDefault("loss", Double.NaN);
        assertThat(last).isLessThan(0.9 * first);
        assertThat(losses.getLast().step()).isEqualTo(96);
        assertThat(losses.getLast().values())
                .containsKeys(
                        "loss.invariance", "loss.variance", "loss.covariance", "embedding.rankme", "learning.rate");
    }

    @Test
    void onlyTheLastFewCheckpointsAndTheBestStay() throws IOException {
        Recipe recipe = TinyRuns.recipe(data, 7);
        TinyRuns.train(run, TinyRuns.with(recipe, new CheckpointSpec(0, 1, 3, true)), Watcher.silent());
        assertThat(TinyRuns.checkpoints(run))
                .containsExactly(
                        "best.safetensors",
                        "step-00000040.safetensors",
                        "step-00000048.safetensors",
                        "step-00000056.safetensors");
        MetricRecord best = RunFolder.open(run).records().stream()
                .filter(r -> r.values().containsKey("representation.rankme"))
                .reduce((a, b) -> score(b) > score(a) ? b : a)
                .orElseThrow();
        try (var saved = SafeTensors.open(run.resolve("checkpoints/best.safetensors"))) {
            assertThat(saved.metadata()).containsEntry("step", Long.toString(best.step()));
        }
        assertThat(Checkpoints.best(run.resolve("checkpoints"))).hasFileName("best.safetensors");
        assertThat(Checkpoints.latest(run.resolve("checkpoints"))).hasFileName("step-00000056.safetensors");
    }

    private static double score(MetricRecord record) {
        return record.values().getOrDefault("representation.rankme", 0.0);
    }

    @Test
    void withoutABestNoneIsWritten() throws IOException {
        Recipe recipe = TinyRuns.recipe(data, 2);
        TinyRuns.train(run, TinyRuns.with(recipe, new CheckpointSpec(0, 0, 1, false)), Watcher.silent());
        assertThat(TinyRuns.checkpoints(run)).containsExactly("step-00000016.safetensors");
        assertThat(Checkpoints.best(run.resolve("checkpoints"))).hasFileName("step-00000016.safetensors");
    }

    /// Plain layers on raw values: the rate is far too high, and within some epochs the weights leave the numbers.
    private Recipe diverging(double rate) {
        Recipe r = TinyRuns.recipe(data, 50);
        return new Recipe(
                r.name(),
                r.about(),
                r.seed(),
                r.data(),
                new VectorViews(2, 0.1, 0, 0.3, false),
                new EncoderSpec.Mlp(List.of(16, 8), false),
                new MethodSpec.Joint(new ProjectorSpec(List.of(16, 16), false), ObjectiveSpec.Vicreg.defaults()),
                new OptimizerSpec.Sgd(rate, 0, 0),
                r.schedule(),
                r.train(),
                r.monitor(),
                r.checkpoints());
    }

    @Test
    void aLossThatIsNotFiniteStopsTheRunAndNamesTermStepAndCheckpoint() throws IOException {
        assertThatThrownBy(() -> TinyRuns.train(run, diverging(5e5), Watcher.silent()))
                .isInstanceOf(JobException.class)
                .message()
                .matches("training stopped at step \\d+: the term '(invariance|variance|covariance)' of the loss is"
                        + " (NaN|Infinity), expected a finite number; there is no checkpoint yet;"
                        + " lower optimizer.learningRate");
        try (RunFolder opened = RunFolder.open(run)) {
            assertThat(opened.status()).isEqualTo(RunStatus.FAILED);
            assertThat(opened.records())
                    .allSatisfy(r -> assertThat(r.values().values())
                            .allSatisfy(v -> assertThat(v).isFinite()));
        }
        assertThat(TinyRuns.checkpoints(run)).isEmpty();
    }

    @Test
    void theLastGoodCheckpointIsNamed() throws IOException {
        Recipe recipe = TinyRuns.recipe(data, 4);
        var target = new Trainer[1];
        try (Dataset dataset = Dataset.open(recipe.data());
                RunFolder opened = RunFolder.create(run, recipe);
                Trainer trainer = Trainer.start(recipe, dataset, opened, poisonAfter(11, target))) {
            target[0] = trainer;
            assertThatThrownBy(trainer::run)
                    .isInstanceOf(JobException.class)
                    .message()
                    .contains("training stopped at step 12: the term 'invariance' of the loss is NaN")
                    .contains("the last good checkpoint is " + TinyRuns.checkpoint(run, 8))
                    .doesNotContain("\n");
        }
        assertThat(TinyRuns.checkpoints(run)).containsExactly("best.safetensors", "step-00000008.safetensors");
        assertFinite(TinyRuns.checkpoint(run, 8));
    }

    /// Makes the weights infinite behind the trainer's back once `steps` steps are done.
    private static Watcher poisonAfter(int steps, Trainer[] target) {
        Watcher count = TinyRuns.stopAfter(steps);
        return new Watcher() {
            @Override
            public void measured(MetricRecord record, long totalSteps) {}

            @Override
            public void note(String line) {}

            @Override
            public boolean stopRequested() {
                if (count.stopRequested()) {
                    try (var off = Gradients.off()) {
                        target[0].method().parameters().values().fill_(Tensors.scalar(Double.POSITIVE_INFINITY));
                    }
                }
                return false;
            }
        };
    }

    /// Breaks the weights when step `at` is recorded.
    private static Watcher poisonAtRecord(int at, Trainer[] target) {
        Watcher poison = poisonAfter(0, target);
        return new Watcher() {
            @Override
            public void measured(MetricRecord record, long totalSteps) {
                if (record.step() == at) {
                    poison.stopRequested();
                }
            }

            @Override
            public void note(String line) {}

            @Override
            public boolean stopRequested() {
                return false;
            }
        };
    }

    /// Step 8 is recorded by the check at the end of the epoch, right before the checkpoint; with one step an epoch,
    /// step 1 is recorded right before that check.
    @ParameterizedTest
    @CsvSource({"8, 32", "1, 256"})
    void weightsThatAreNotFiniteAreNeitherMeasuredNorSaved(int at, int batch) throws IOException {
        Recipe recipe = TinyRuns.withBatch(TinyRuns.recipe(data, 4), batch);
        var target = new Trainer[1];
        try (Dataset dataset = Dataset.open(recipe.data());
                RunFolder opened = RunFolder.create(run, recipe);
                Trainer trainer = Trainer.start(recipe, dataset, opened, poisonAtRecord(at, target))) {
            target[0] = trainer;
            assertThatThrownBy(trainer::run)
                    .isInstanceOf(JobException.class)
                    .hasMessageStartingWith("training stopped at step " + at + ": a weight after it is NaN");
        }
        assertThat(TinyRuns.checkpoints(run)).doesNotContain("step-%08d.safetensors".formatted(at));
    }

    private static void assertFinite(Path checkpoint) {
        try (var saved = SafeTensors.open(checkpoint);
                var scope = Scope.open()) {
            for (String name : saved.names()) {
                long[] shape = saved.shape(name);
                assertThat(shape).isNotNull();
                var target = Tensors.zeros(Device.CPU, ScalarType.Float, shape == null ? new long[0] : shape);
                saved.copyInto(name, target);
                for (float v : Tensors.floats(target)) {
                    assertThat(v).as(name).isFinite();
                }
            }
        }
    }

    @Test
    void aBatchLargerThanTheDataIsRefused() {
        assertThatThrownBy(() -> Trainer.requireBatch(TinyRuns.recipe(data, 1), 31))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("train.batch: found 32, expected at most the 31 samples")
                .hasMessageContaining("--set train.batch=16");
        Trainer.requireBatch(TinyRuns.recipe(data, 1), 32);
    }

    @Test
    void aCheckpointOfAnotherArchitectureIsRefusedByItsFirstParameterThatDiffers() {
        Recipe recipe = TinyRuns.recipe(data, 2);
        TinyRuns.train(run, recipe, TinyRuns.stopAfter(3));
        Recipe wider = TinyRuns.with(recipe, new EncoderSpec.Mlp(List.of(16, 9), true));
        assertRefused(wider, "found [8, 16] for model.encoder.3.weight, expected shape [9, 16]");
        Recipe deeper = TinyRuns.with(recipe, new EncoderSpec.Mlp(List.of(16, 8, 8), true));
        assertRefused(deeper, "found no model.encoder.6.weight, expected shape [8, 8]");
        Recipe other = TinyRuns.with(recipe, OptimizerSpec.AdamW.defaults());
        assertRefused(other, "found no optimizer.first.encoder.0.weight");
    }

    private void assertRefused(Recipe recipe, String difference) {
        try (Dataset dataset = Dataset.open(recipe.data());
                RunFolder opened = RunFolder.resume(run)) {
            assertThatThrownBy(() -> Trainer.resume(recipe, dataset, opened, Watcher.silent()))
                    .isInstanceOf(InputException.class)
                    .message()
                    .contains(difference)
                    .doesNotContain("\n");
        }
    }

    /// The temporary name of one checkpoint leads to a device that is always full.
    @Test
    void aFullDiskKeepsTheOldCheckpointAndTheRunGoesOnOnceThereIsRoom() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "this system has no device that is always full");
        Recipe recipe = TinyRuns.recipe(data, 4);
        Path whole = folder.resolve("whole");
        TinyRuns.train(whole, recipe, Watcher.silent());
        TinyRuns.train(run, recipe, TinyRuns.stopAfter(9));
        List<String> before = TinyRuns.checkpoints(run);
        Files.createSymbolicLink(run.resolve("checkpoints/.step-00000016.safetensors.part"), full);
        assertThatThrownBy(() -> TinyRuns.resume(run, Watcher.silent()))
                .isInstanceOf(JobException.class)
                .message()
                .contains("No space left on device", "step-00000016")
                .doesNotContain("\n");
        assertThat(TinyRuns.checkpoints(run)).containsAll(before).doesNotContain("step-00000016.safetensors");
        TinyRuns.resume(run, Watcher.silent());
        assertThat(TinyRuns.weights(run, 32)).isEqualTo(TinyRuns.weights(whole, 32));
    }

    @Test
    void anErrorOfTheEngineNamesTheStepAtWhichItHappened() {
        Recipe recipe = TinyRuns.recipe(data, 2);
        assertThatThrownBy(() -> TinyRuns.train(run, recipe, new Watcher() {
                    @Override
                    public void measured(MetricRecord record, long totalSteps) {
                        if (record.step() == 6) {
                            throw new IllegalStateException("the engine broke\nC++ frame #0");
                        }
                    }

                    @Override
                    public void note(String line) {}

                    @Override
                    public boolean stopRequested() {
                        return false;
                    }
                }))
                .isInstanceOf(JobException.class)
                .hasMessage("training, step 6: the engine broke");
    }
}
