package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.fullrank.train.SmallTraining.STEPS_PER_EPOCH;
import static org.fullrank.train.SmallTraining.checkpoint;
import static org.fullrank.train.SmallTraining.recipe;
import static org.fullrank.train.SmallTraining.resume;
import static org.fullrank.train.SmallTraining.stopAfter;
import static org.fullrank.train.SmallTraining.train;
import static org.fullrank.train.SmallTraining.with;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.fullrank.engine.ChildJvm;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.Mlp;
import org.fullrank.objective.Lpl;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.MonitorSpec.OnCollapse;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResumeTest {
    private static final int EPOCHS = 3;
    private static final int STEPS = EPOCHS * STEPS_PER_EPOCH;

    @TempDir
    Path folder;

    private Path whole;
    private Path run;

    @BeforeEach
    void nameFolders() {
        whole = folder.resolve("whole");
        run = folder.resolve("run");
    }

    static List<OptimizerSpec> optimizers() {
        return List.of(
                OptimizerSpec.Sgd.defaults(),
                OptimizerSpec.Adam.defaults(),
                OptimizerSpec.AdamW.defaults(),
                OptimizerSpec.Rmsprop.defaults(),
                OptimizerSpec.Muon.defaults(),
                OptimizerSpec.Lars.defaults());
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void stoppedAndResumedEqualsUninterrupted(OptimizerSpec optimizer) throws IOException {
        Recipe quick = with(recipe(folder, EPOCHS), SmallTraining.monitor(3, OnCollapse.WARN));
        Recipe recipe = with(quick, optimizer);
        train(recipe, whole, TrainingListener.silent());
        assertThat(train(recipe, run, stopAfter(5))).isEqualTo(new Trainer.Ending(5, RunStatus.STOPPED));
        assertThat(checkpoint(run, 5)).exists();
        assertThat(resume(recipe, run, TrainingListener.silent()))
                .isEqualTo(new Trainer.Ending(STEPS, RunStatus.FINISHED));
        assertRunsEqual(STEPS);
    }

    /// The rate falls at the start of the second and of the third epoch; the run stops within the second.
    @Test
    void aScheduleOfStepsStoppedAndResumedEqualsUninterrupted() throws IOException {
        var schedule = new ScheduleSpec.Step(3, List.of(2, 1), 0.2, false);
        Recipe recipe = with(recipe(folder, EPOCHS), schedule);
        train(recipe, whole, TrainingListener.silent());
        train(recipe, run, stopAfter(STEPS_PER_EPOCH + 1));
        resume(recipe, run, TrainingListener.silent());
        assertRunsEqual(STEPS);
    }

    @Test
    void layerLocalLearningStoppedAndResumedEqualsUninterrupted() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        var local = new MethodSpec.Local(List.of(6), Lpl.defaults());
        recipe = with(with(recipe, recipe.encoder(), local), SmallTraining.train(EPOCHS, SmallTraining.BATCH, 2));
        train(recipe, whole, TrainingListener.silent());
        train(recipe, run, stopAfter(5));
        resume(recipe, run, TrainingListener.silent());
        assertRunsEqual(STEPS);
        assertThat(SmallTraining.metrics(run))
                .anySatisfy(line -> assertThat(line)
                        .contains(
                                "\"batch.block.0.rankme\"",
                                "\"batch.block.1.participation\"",
                                "\"batch.block.1.activity\"",
                                "\"batch.block.0.std.raw\"")
                        .contains("\"loss.pull\"", "\"block.0.pull\"", "\"block.1.loss\""));
        assertThat(SmallTraining.metrics(run))
                .anySatisfy(line -> assertThat(line).contains("\"knn\"", "\"block.0.knn\"", "\"block.1.knn\""));
    }

    /// Before the first step, after it, at the end of an epoch, after that, before the last step.
    @ParameterizedTest
    @ValueSource(longs = {0, 1, STEPS_PER_EPOCH, STEPS_PER_EPOCH + 1, STEPS - 1})
    void anyStepMayBeTheOneToStopAt(long stop) throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, whole, TrainingListener.silent());
        train(recipe, run, stopAfter(stop));
        resume(recipe, run, TrainingListener.silent());
        assertRunsEqual(STEPS);
    }

    @Test
    void stoppedAtEveryStepEqualsUninterrupted() throws IOException {
        Recipe recipe = with(recipe(folder, EPOCHS), SmallTraining.monitor(3, OnCollapse.ROLLBACK));
        train(recipe, whole, TrainingListener.silent());
        train(recipe, run, stopAfter(1));
        for (int i = 1; i < STEPS; i++) {
            resume(recipe, run, stopAfter(1));
        }
        resume(recipe, run, TrainingListener.silent());
        assertRunsEqual(STEPS);
    }

    @Test
    void aChangedRecipeIsSaidOnResume() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, run, stopAfter(5));
        Recipe edited = with(recipe.withSeed(8), SmallTraining.train(EPOCHS, SmallTraining.BATCH / 2, 1));
        List<String> notes = notesOfResume(edited);
        assertThat(notes)
                .contains("warning: the recipe has changed since step 5: seed 7 -> 8, train.batch 16 -> 8; training"
                        + " continues at step 5 of 24 with the new values");
    }

    @Test
    void anUnchangedRecipeOrMovedDataResumeWithoutAWarning() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, run, stopAfter(5));
        Path moved = Files.move(folder.resolve("data"), folder.resolve("moved"));
        Recipe elsewhere = recipe.withData(
                recipe.data().withPath(moved.resolve("vectors.npy").toString()));
        assertThat(notesOfResume(elsewhere)).isNotEmpty().noneMatch(note -> note.startsWith("warning"));
    }

    private List<String> notesOfResume(Recipe recipe) {
        var notes = new ArrayList<String>();
        resume(recipe, run, new TrainingListener() {
            @Override
            public void measured(MetricRecord record, long totalSteps) {}

            @Override
            public void note(String line) {
                notes.add(line);
            }

            @Override
            public boolean stopRequested() {
                return true;
            }
        });
        return notes;
    }

    private void assertRunsEqual(long steps) throws IOException {
        assertThat(checkpoint(run, steps)).hasSameBinaryContentAs(checkpoint(whole, steps));
        assertThat(run.resolve("encoder.safetensors")).hasSameBinaryContentAs(whole.resolve("encoder.safetensors"));
        assertThat(run.resolve("checkpoints/best.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("checkpoints/best.safetensors"));
        assertThat(SmallTraining.metrics(run)).isEqualTo(SmallTraining.metrics(whole));
        assertThat(run.resolve(RunFolder.SPECTRA)).hasSameTextualContentAs(whole.resolve(RunFolder.SPECTRA));
        assertThat(run.resolve(RunFolder.ALARMS)).hasSameTextualContentAs(whole.resolve(RunFolder.ALARMS));
    }

    @Test
    void killedAtARandomMomentAndResumedEqualsUninterrupted() throws IOException, InterruptedException {
        int epochs = 60;
        Recipe recipe = recipe(folder, epochs);
        train(recipe, whole, TrainingListener.silent());
        RunFolder.create(run, recipe).close();
        killOnceItHasWritten(epochs * STEPS_PER_EPOCH);
        assertThat(RunFolder.open(run).status()).isEqualTo(RunStatus.INTERRUPTED);
        assertThat(checkpoint(run, epochs * STEPS_PER_EPOCH)).doesNotExist();
        resume(recipe, run, TrainingListener.silent());
        assertRunsEqual(epochs * STEPS_PER_EPOCH);
    }

    /// Starts a child that trains, waits until it has written a checkpoint, then kills it with SIGKILL a random
    /// moment later.
    private void killOnceItHasWritten(long steps) throws IOException, InterruptedException {
        Path said = folder.resolve("child.txt");
        Process child = ChildJvm.of(List.of("-Xmx256m"), ChildTraining.class, run.toString(), Long.toString(steps))
                .redirectOutput(ProcessBuilder.Redirect.appendTo(said.toFile()))
                .start();
        try {
            while (Checkpoints.latestIfAny(run.resolve("checkpoints"), note -> {})
                    .isEmpty()) {
                assertThat(child.isAlive()).as(() -> "child: " + text(said)).isTrue();
                TimeUnit.MILLISECONDS.sleep(1);
            }
            TimeUnit.MICROSECONDS.sleep(ThreadLocalRandom.current().nextInt(100_000));
            assertThat(child.isAlive()).as(() -> "child: " + text(said)).isTrue();
        } finally {
            child.destroyForcibly().waitFor();
        }
        assertThat(child.exitValue()).as("killed by signal 9").isEqualTo(128 + 9);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// What a kill in the middle of two writes leaves behind.
    @Test
    void tornFilesOfAKilledRunDoNotMatter() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, whole, TrainingListener.silent());
        train(recipe, run, stopAfter(6));
        Files.writeString(run.resolve("checkpoints/.step-00000008.safetensors.part"), "half");
        Files.writeString(
                run.resolve("metrics.jsonl"), "{\"step\":7,\"epoch\":1,\"loss\":1}\n{\"st", StandardOpenOption.APPEND);
        resume(recipe, run, TrainingListener.silent());
        assertRunsEqual(STEPS);
        assertThat(SmallTraining.checkpoints(run)).noneMatch(name -> name.endsWith(".part"));
    }

    @Test
    void checkpointOfAnotherArchitectureIsRefusedByTheFirstParameterThatDiffers() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, run, stopAfter(5));
        byte[] before = Files.readAllBytes(checkpoint(run, 5));
        Recipe wider = with(recipe, new Mlp(List.of(24, 12), true), recipe.method());
        assertThatThrownBy(() -> resume(wider, run, TrainingListener.silent()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(checkpoint(run, 5).toString())
                .hasMessageContaining("[16, 8] for model.encoder.0.weight, expected shape [24, 8]")
                .hasMessageContaining("another architecture")
                .hasMessageNotContaining("\n");
        assertThat(Files.readAllBytes(checkpoint(run, 5))).isEqualTo(before);
    }

    @Test
    void checkpointOfAnotherOptimizerIsRefused() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, run, stopAfter(5));
        assertThatThrownBy(() -> resume(with(recipe, OptimizerSpec.Sgd.defaults()), run, TrainingListener.silent()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no optimizer.momentum.encoder.0.weight")
                .hasMessageNotContaining("\n");
    }

    /// Damage of each kind that a disk or a copy does: cut off, a bit of a number, a bit of the header.
    @ParameterizedTest
    @ValueSource(strings = {"cut", "number", "header"})
    void aDamagedCheckpointIsSetAsideAndTheOlderOneGoesOn(String damage) throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, whole, TrainingListener.silent());
        train(recipe, run, stopAfter(6));
        damage(checkpoint(run, 6), damage);
        List<String> notes = new ArrayList<>();
        resume(recipe, run, noting(notes));
        assertThat(notes.getFirst())
                .contains("step-00000006.safetensors")
                .contains("an older checkpoint is used")
                .doesNotContain("\n");
        assertThat(run.resolve("checkpoints/step-00000006.safetensors.damaged")).exists();
        assertThat(run.resolve("encoder.safetensors")).hasSameBinaryContentAs(whole.resolve("encoder.safetensors"));
    }

    @Test
    void aRunOfDamagedCheckpointsAloneIsRefused() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, run, stopAfter(5));
        try (Stream<Path> all = Files.list(run.resolve("checkpoints"))) {
            for (Path file : all.toList()) {
                damage(file, "number");
            }
        }
        assertThatThrownBy(() -> resume(recipe, run, TrainingListener.silent()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("step-00000005.safetensors")
                .hasMessageContaining("its checksum is")
                .hasMessageNotContaining("\n");
    }

    private static TrainingListener noting(List<String> notes) {
        return new TrainingListener() {
            @Override
            public void measured(MetricRecord record, long totalSteps) {}

            @Override
            public void note(String line) {
                notes.add(line);
            }

            @Override
            public boolean stopRequested() {
                return false;
            }
        };
    }

    static void damage(Path file, String how) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        switch (how) {
            case "cut" -> bytes = Arrays.copyOf(bytes, bytes.length - 4);
            case "number" -> bytes[bytes.length - 40] ^= 1;
            default -> {
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                bytes[text.indexOf("\"step\":\"6\"") + 8] ^= 1; // step 7
            }
        }
        Files.write(file, bytes);
    }

    @Test
    void fullDiskStopsTheRunAndTheOlderCheckpointGoesOn() throws IOException {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.isWritable(full), "no /dev/full here: a full disk cannot be had");
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, whole, TrainingListener.silent());
        train(recipe, run, stopAfter(6));
        byte[] before = Files.readAllBytes(checkpoint(run, 6));
        Files.createSymbolicLink(run.resolve("checkpoints/.step-00000008.safetensors.part"), full);
        assertThatThrownBy(() -> resume(recipe, run, TrainingListener.silent()))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("cannot write " + checkpoint(run, 8))
                .hasMessageContaining("space")
                .hasMessageNotContaining("\n");
        assertThat(checkpoint(run, 6)).hasBinaryContent(before);
        assertThat(checkpoint(run, 8)).doesNotExist();
        assertThat(RunFolder.open(run).status()).isEqualTo(RunStatus.FAILED);
        resume(recipe, run, TrainingListener.silent());
        assertRunsEqual(STEPS);
    }

    @Test
    void bestCheckpointThatCouldNotBeWrittenIsWrittenByTheResumedRun() throws IOException {
        Recipe recipe = recipe(folder, 1);
        train(recipe, whole, TrainingListener.silent());
        RunFolder.create(run, recipe).close();
        Path obstacle = Files.createDirectories(run.resolve("checkpoints/best.safetensors/inside"));
        assertThatThrownBy(() -> resume(recipe, run, TrainingListener.silent())).isInstanceOf(JobException.class);
        Files.delete(obstacle);
        Files.delete(obstacle.getParent());
        resume(recipe, run, TrainingListener.silent());
        assertRunsEqual(STEPS_PER_EPOCH);
    }

    @Test
    void fileInThePlaceOfTheCheckpointFolderStopsTheRun() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        RunFolder.create(run, recipe).close();
        File checkpoints = run.resolve("checkpoints").toFile();
        assertThat(checkpoints.delete()).isTrue();
        Files.writeString(checkpoints.toPath(), "");
        assertThatThrownBy(() -> resume(recipe, run, TrainingListener.silent()))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("cannot write")
                .hasMessageNotContaining("\n");
    }
}
