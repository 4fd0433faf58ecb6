package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.fullrank.train.SmallTraining.checkpoint;
import static org.fullrank.train.SmallTraining.recipe;
import static org.fullrank.train.SmallTraining.stopAfter;
import static org.fullrank.train.SmallTraining.train;
import static org.fullrank.train.SmallTraining.with;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.engine.WorkerThreads;
import org.fullrank.file.SafeTensors;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.train.Trainer.Ending;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Trainings whose workers are threads of this process.
class TeamTest {
    private static final int EPOCHS = 3;
    private static final int STEPS = EPOCHS * SmallTraining.STEPS_PER_EPOCH;
    private static final BooleanSupplier NEVER = () -> false;

    @TempDir
    Path folder;

    private Path whole;
    private Path run;

    @BeforeEach
    void nameFolders() {
        whole = folder.resolve("whole");
        run = folder.resolve("run");
    }

    /// The endings of all workers.
    private static List<Ending> together(
            int workers, Recipe recipe, Path run, TrainingListener watcher, BooleanSupplier othersStop) {
        return WorkerThreads.run(workers, group -> {
            try (var data = Dataset.open(recipe.data())) {
                return group.isFirst()
                        ? leader(recipe, data, run, watcher, group)
                        : follower(recipe, data, othersStop, group);
            }
        });
    }

    private static Ending leader(Recipe recipe, Dataset data, Path run, TrainingListener watcher, WorkerGroup group) {
        var team = new Team(group, 1);
        boolean isNew = Files.notExists(run);
        try (var folder = isNew ? RunFolder.create(run, recipe) : RunFolder.resume(run);
                var trainer = isNew
                        ? Trainer.start(recipe, data, folder, watcher, team)
                        : Trainer.resume(recipe, data, folder, watcher, team)) {
            return trainer.run();
        }
    }

    private static Ending follower(Recipe recipe, Dataset data, BooleanSupplier stop, WorkerGroup group) {
        try (var follower = new Follower(recipe, data, new Team(group, 1))) {
            return follower.run(stop);
        }
    }

    private static Recipe sgd(Recipe recipe) {
        return with(recipe, OptimizerSpec.Sgd.defaults()); // Adam enlarges the rounding of gradients that are zero
    }

    @Test
    void theTrainingIsThatOfOneWorker() throws IOException {
        Recipe recipe = sgd(recipe(folder, EPOCHS));
        train(recipe, whole, TrainingListener.silent());
        List<Ending> endings = together(3, recipe, run, TrainingListener.silent(), NEVER);
        assertThat(endings).containsOnly(new Ending(STEPS, RunStatus.FINISHED));
        assertSameEncoder(whole, run, 1e-4);
        assertThat(Files.readAllLines(run.resolve("metrics.jsonl")))
                .hasSameSizeAs(Files.readAllLines(whole.resolve("metrics.jsonl")));
    }

    /// As if the optimizer of worker 1 had rounded differently.
    @Test
    void weightsThatHaveDriftedApartAreEqualAgainAfterAnEpoch() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        for (long step : new long[] {SmallTraining.STEPS_PER_EPOCH - 1, SmallTraining.STEPS_PER_EPOCH}) {
            List<double[]> weights = WorkerThreads.run(2, group -> {
                try (var data = Dataset.open(recipe.data());
                        var learner = new Learner(recipe, data, 1, group);
                        var scope = Scope.withoutGradients()) {
                    var lockstep = new Lockstep(group);
                    lockstep.begin(learner, 0, 1);
                    Tensor own = learner.method().parameters().values();
                    own.mul_(Tensors.scalar(1 + 1e-6 * group.rank()));
                    lockstep.shareEachEpoch(learner, step);
                    return Tensors.doubles(own);
                }
            });
            assertThat(Arrays.equals(weights.getFirst(), weights.getLast()))
                    .isEqualTo(step == SmallTraining.STEPS_PER_EPOCH);
        }
    }

    @Test
    void stoppedAndResumedEqualsUninterrupted() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        together(2, recipe, whole, TrainingListener.silent(), NEVER);
        assertThat(together(2, recipe, run, stopAfter(5), NEVER)).containsOnly(new Ending(5, RunStatus.STOPPED));
        assertThat(together(2, recipe, run, TrainingListener.silent(), NEVER))
                .containsOnly(new Ending(STEPS, RunStatus.FINISHED));
        assertThat(run.resolve("encoder.safetensors")).hasSameBinaryContentAs(whole.resolve("encoder.safetensors"));
        assertThat(SmallTraining.metrics(run)).isEqualTo(SmallTraining.metrics(whole));
    }

    @Test
    void aRunResumesWithAnotherNumberOfWorkers() throws IOException {
        Recipe recipe = sgd(recipe(folder, EPOCHS));
        train(recipe, whole, TrainingListener.silent());
        together(2, recipe, run, stopAfter(3), NEVER);
        together(3, recipe, run, stopAfter(4), NEVER);
        assertThat(SmallTraining.resume(recipe, run, TrainingListener.silent()))
                .isEqualTo(new Ending(STEPS, RunStatus.FINISHED));
        assertSameEncoder(whole, run, 1e-4);
    }

    @Test
    void theUserOfAnyWorkerCanStopAll() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        assertThat(together(2, recipe, run, TrainingListener.silent(), () -> true))
                .containsOnly(new Ending(0, RunStatus.STOPPED));
        assertThat(checkpoint(run, 0)).exists();
    }

    @Test
    void allWorkersEndWhenTheLossIsNotFinite() throws IOException {
        Path vectors = SmallTraining.vectors(folder, 1e30f);
        Recipe recipe = SmallTraining.withoutNorms(recipe(folder, vectors, EPOCHS));
        assertThatThrownBy(() -> together(2, recipe, run, TrainingListener.silent(), NEVER))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("training stopped at step 1")
                .hasMessageNotContaining("lost the connection");
    }

    @Test
    void aLostWorkerEndsTheTrainingWithWholeFiles() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        together(2, recipe, whole, TrainingListener.silent(), NEVER);
        assertThatThrownBy(() -> together(2, recipe, run, TrainingListener.silent(), lostAfter(6)))
                .isInstanceOf(JobException.class)
                .hasMessage("training, step 7: killed");
        assertThat(Files.readString(run.resolve("metrics.jsonl"))).contains("lost the connection to another worker");
        together(2, recipe, run, TrainingListener.silent(), NEVER);
        assertThat(run.resolve("encoder.safetensors")).hasSameBinaryContentAs(whole.resolve("encoder.safetensors"));
    }

    /// Ends a worker before a step.
    private static BooleanSupplier lostAfter(int steps) {
        return new BooleanSupplier() {
            private int asked;

            @Override
            public boolean getAsBoolean() {
                if (asked++ == steps) {
                    throw new IllegalStateException("killed");
                }
                return false;
            }
        };
    }

    @Test
    void moreWorkersThanRowsOfAChunkAreRefused() throws IOException {
        Recipe recipe = with(recipe(folder, EPOCHS), SmallTraining.train(EPOCHS, SmallTraining.BATCH, 8));
        assertThatThrownBy(() -> Team.requireRows(recipe, 3))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("workers: found 3, expected at most 2");
    }

    private static void assertSameEncoder(Path expected, Path found, double tolerance) {
        try (var scope = Scope.open();
                var a = SafeTensors.open(expected.resolve("encoder.safetensors"));
                var b = SafeTensors.open(found.resolve("encoder.safetensors"))) {
            for (String name : a.names()) {
                if (name.endsWith("num_batches_tracked")) {
                    continue;
                }
                double[] left = values(a, name);
                double[] right = values(b, name);
                for (int i = 0; i < left.length; i++) {
                    assertThat(right[i]).as(name).isCloseTo(left[i], within(tolerance));
                }
            }
        }
    }

    private static double[] values(SafeTensors file, String name) {
        Tensor values = Tensors.zeros(Device.CPU, ScalarType.Float, Objects.requireNonNull(file.shape(name)));
        file.copyInto(name, values);
        return Tensors.doubles(values);
    }
}
