package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.fullrank.train.SmallTraining.STEPS_PER_EPOCH;
import static org.fullrank.train.SmallTraining.checkpoint;
import static org.fullrank.train.SmallTraining.recipe;
import static org.fullrank.train.SmallTraining.train;
import static org.fullrank.train.SmallTraining.with;
import static org.fullrank.train.SmallTraining.withoutNorms;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.SafeTensors;
import org.fullrank.net.ConvNet;
import org.fullrank.net.Mlp;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.run.CheckpointSpec;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
    @TempDir
    Path folder;

    @Test
    void sameSeedTwiceIsBitIdentical() throws IOException {
        Recipe recipe = recipe(folder, 3);
        Path a = folder.resolve("a");
        Path b = folder.resolve("b");
        Path other = folder.resolve("other");
        train(recipe, a, TrainingListener.silent());
        train(recipe, b, TrainingListener.silent());
        train(SmallTraining.withSeed(recipe, 8), other, TrainingListener.silent());
        long last = 3 * STEPS_PER_EPOCH;
        assertThat(checkpoint(b, last)).hasSameBinaryContentAs(checkpoint(a, last));
        assertThat(b.resolve("encoder.safetensors")).hasSameBinaryContentAs(a.resolve("encoder.safetensors"));
        assertThat(b.resolve("checkpoints/best.safetensors"))
                .hasSameBinaryContentAs(a.resolve("checkpoints/best.safetensors"));
        assertThat(SmallTraining.metrics(b)).isEqualTo(SmallTraining.metrics(a));
        assertThat(Files.mismatch(checkpoint(other, last), checkpoint(a, last))).isNotNegative();
    }

    @Test
    void lossFallsAndRunEndsFinished() throws IOException {
        Path run = folder.resolve("run");
        Trainer.Ending ending = train(recipe(folder, 20), run, TrainingListener.silent());
        assertThat(ending).isEqualTo(new Trainer.Ending(20 * STEPS_PER_EPOCH, RunStatus.FINISHED));
        List<Double> losses = RunFolder.open(run).records().stream()
                .filter(r -> r.values().containsKey("loss"))
                .map(r -> r.values().get("loss"))
                .toList();
        assertThat(losses).hasSize(20 * STEPS_PER_EPOCH);
        assertThat(losses.getLast()).isLessThan(losses.getFirst());
        assertThat(RunFolder.open(run).status()).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void valuesBeyondFloatsStopTheFirstStepAndNameTheTerm() throws IOException {
        Path vectors = SmallTraining.vectors(folder, 1e30f);
        Recipe recipe = withoutNorms(recipe(folder, vectors, 2));
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> train(recipe, run, TrainingListener.silent()))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("step 1:")
                .hasMessageContaining("the term 'invariance'")
                .hasMessageContaining("there is no checkpoint yet")
                .hasMessageContaining("lower optimizer.learningRate")
                .hasMessageNotContaining("\n");
        assertThat(RunFolder.open(run).status()).isEqualTo(RunStatus.FAILED);
        assertThat(SmallTraining.checkpoints(run)).isEmpty();
    }

    @Test
    void divergenceNamesTheLastGoodCheckpoint() throws IOException {
        Recipe good = withoutNorms(recipe(folder, 9));
        Path run = folder.resolve("run");
        train(good, run, SmallTraining.stopAfter(5));
        Recipe wild = with(good, new OptimizerSpec.AdamW(9e5, 0.9, 0.999, 1e-8, 0));
        assertThatThrownBy(() -> SmallTraining.resume(wild, run, TrainingListener.silent()))
                .isInstanceOf(JobException.class)
                .hasMessageMatching("training stopped at step \\d+: .*")
                .hasMessageContaining("the last good checkpoint is " + run.resolve("checkpoints"))
                .hasMessageNotContaining("\n");
        assertThat(allFinite(Checkpoints.latest(run.resolve("checkpoints"), note -> {})))
                .isTrue();
    }

    /// What stops a training is said, whatever its checkpoints are like.
    @Test
    void divergenceBesideDamagedCheckpointsAloneIsStillSaid() throws IOException {
        Recipe recipe = with(withoutNorms(recipe(folder, 9)), new OptimizerSpec.AdamW(9e5, 0.9, 0.999, 1e-8, 0));
        Path run = folder.resolve("run");
        var damaging = new SmallTraining.Watching() {
            @Override
            public void measured(MetricRecord record, long totalSteps) {
                try {
                    Files.writeString(run.resolve("checkpoints/step-00000001.safetensors"), "half");
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
        assertThatThrownBy(() -> train(recipe, run, damaging))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("training stopped at step 2")
                .hasMessageContaining("all checkpoints are damaged")
                .hasMessageNotContaining("\n");
    }

    /// The update leaves finite weights, what nine layers of them make of data is not. One step an epoch,
    /// so that the check of the epoch comes before the next loss could tell.
    @Test
    void representationThatOverflowsStopsTheRun() throws IOException {
        Recipe base = withoutNorms(recipe(folder, 2));
        Recipe recipe = with(
                with(base, new OptimizerSpec.AdamW(9e5, 0.9, 0.999, 1e-8, 0)),
                new Mlp(List.of(16, 16, 16, 16, 16, 16, 16, 16, 12), false),
                base.method());
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> train(
                        with(recipe, SmallTraining.train(2, SmallTraining.ROWS, 1)), run, TrainingListener.silent()))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("training stopped at step 1: the representation cannot be measured")
                .hasMessageNotContaining("\n");
        assertThat(SmallTraining.checkpoints(run)).isEmpty();
    }

    private static boolean allFinite(Path file) {
        try (var scope = Scope.open();
                var saved = SafeTensors.open(file)) {
            for (String name : saved.names()) {
                var target = Tensors.zeros(Device.CPU, ScalarType.Float, Objects.requireNonNull(saved.shape(name)));
                saved.copyInto(name, target);
                for (float value : Tensors.floats(target)) {
                    if (!Float.isFinite(value)) {
                        return false;
                    }
                }
            }
            return true;
        }
    }

    @Test
    void keepsTheLastFewCheckpointsAndTheBest() throws IOException {
        Path run = folder.resolve("run");
        train(with(recipe(folder, 5), new CheckpointSpec(0, 1, 3, true)), run, TrainingListener.silent());
        assertThat(SmallTraining.checkpoints(run))
                .containsExactly(
                        "best.safetensors",
                        "step-00000012.safetensors",
                        "step-00000016.safetensors",
                        "step-00000020.safetensors");
        assertThat(Checkpoints.latest(run.resolve("checkpoints"), note -> {})).isEqualTo(checkpoint(run, 20));
        assertThat(stepOf(Checkpoints.best(run.resolve("checkpoints"), note -> {})))
                .isEqualTo(stepOfHighestScore(run));
    }

    private static long stepOf(Path checkpoint) {
        try (var saved = SafeTensors.open(checkpoint)) {
            return Long.parseLong(saved.metadata().getOrDefault("step", "none"));
        }
    }

    private static long stepOfHighestScore(Path run) {
        long best = -1;
        double highest = Double.NEGATIVE_INFINITY;
        for (MetricRecord record : RunFolder.open(run).records()) {
            double score = record.values().getOrDefault("knn", Double.NEGATIVE_INFINITY);
            if (score > highest) {
                highest = score;
                best = record.step();
            }
        }
        return best;
    }

    @Test
    void withoutKeepBestThereIsNoBest() throws IOException {
        Path run = folder.resolve("run");
        train(with(recipe(folder, 2), new CheckpointSpec(0, 0, 1, false)), run, TrainingListener.silent());
        assertThat(SmallTraining.checkpoints(run)).containsExactly("step-00000008.safetensors");
        assertThat(Checkpoints.best(run.resolve("checkpoints"), note -> {})).isEqualTo(checkpoint(run, 8));
    }

    @Test
    void batchLargerThanTheDataIsRefused() throws IOException {
        Recipe recipe = with(recipe(folder, 1), SmallTraining.train(1, SmallTraining.ROWS + 1, 1));
        assertThatThrownBy(() -> train(recipe, folder.resolve("run"), TrainingListener.silent()))
                .isInstanceOf(InputException.class)
                .hasMessage("train.batch: found 65, expected at most the 64 samples of the training split;"
                        + " use --set train.batch=64");
    }

    /// A smaller batch is no remedy then.
    @Test
    void oneSampleIsRefused() throws IOException {
        Recipe recipe = recipe(folder, 1);
        assertThatThrownBy(() -> BatchOrder.requireBatch(recipe, 1))
                .isInstanceOf(InputException.class)
                .hasMessage("training split: found 1 samples, expected at least 2, and many more to learn from; give"
                        + " more data");
    }

    @Test
    void batchOfOneIsRefused() {
        assertThatThrownBy(() -> SmallTraining.train(1, 1, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("batch: found 1, expected at least 2");
    }

    @Test
    void chunksOfOneRowWithBatchNormAreRefused() throws IOException {
        Recipe recipe = with(recipe(folder, 1), SmallTraining.train(1, SmallTraining.BATCH, SmallTraining.BATCH));
        assertThatThrownBy(() -> train(recipe, folder.resolve("run"), TrainingListener.silent()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("batch norm")
                .hasMessageContaining("train.chunks")
                .hasMessageNotContaining("\n");
    }

    @Test
    void convolutionalEncoderOnVectorsIsRefused() throws IOException {
        Recipe base = recipe(folder, 1);
        Recipe recipe = with(base, ConvNet.defaults(), base.method());
        assertThatThrownBy(() -> train(recipe, folder.resolve("run"), TrainingListener.silent()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("encoder.type=mlp");
    }

    @Test
    void unlabeledDataTrainWithoutKnn() throws IOException {
        Path run = folder.resolve("run");
        train(recipe(folder, SmallTraining.vectors(folder, 1), 2), run, TrainingListener.silent());
        assertThat(RunFolder.open(run).records())
                .anyMatch(r -> r.values().containsKey("representation.rankme"))
                .noneMatch(r -> r.values().containsKey("knn"));
        assertThat(SmallTraining.checkpoints(run)).contains("best.safetensors");
    }

    @Test
    void dataOfOneClassTrain() throws IOException {
        Path vectors = SmallTraining.vectors(folder, 1);
        SmallTraining.label(vectors, 1);
        Path run = folder.resolve("run");
        Trainer.Ending ending = train(recipe(folder, vectors, 2), run, TrainingListener.silent());
        assertThat(ending.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(RunFolder.open(run).records()).anyMatch(r -> r.values().getOrDefault("knn", 0.0) == 1.0);
    }
}
