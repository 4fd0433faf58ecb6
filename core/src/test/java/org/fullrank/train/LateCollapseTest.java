package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.train.SmallTraining.STEPS_PER_EPOCH;
import static org.fullrank.train.SmallTraining.checkpoint;
import static org.fullrank.train.SmallTraining.monitor;
import static org.fullrank.train.SmallTraining.recipe;
import static org.fullrank.train.SmallTraining.resume;
import static org.fullrank.train.SmallTraining.stopAfter;
import static org.fullrank.train.SmallTraining.train;
import static org.fullrank.train.SmallTraining.with;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.file.JsonLines;
import org.fullrank.file.SafeTensors;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.Mlp;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Objective;
import org.fullrank.objective.Vicreg;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.run.MonitorSpec.OnCollapse;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A training that is sound for its first half and loses what keeps its embedding apart in the second: the
/// recipe between the halves is changed, as a user who edits `config.yaml` before a resume would.
class LateCollapseTest {
    private static final int EPOCHS = 50;
    private static final int STEPS = EPOCHS * STEPS_PER_EPOCH;
    private static final int CAUSE = STEPS / 2;
    private static final int EVERY = 4;

    @TempDir
    Path folder;

    private static Recipe with(Recipe base, Objective objective, OnCollapse onCollapse) {
        Recipe recipe = SmallTraining.with(
                base,
                new Mlp(List.of(16, 12), false),
                new MethodSpec.Joint(new ProjectorSpec(List.of(16, 16), false), objective));
        return SmallTraining.with(
                SmallTraining.with(recipe, new OptimizerSpec.AdamW(0.03, 0.9, 0.999, 1e-8, 0)),
                monitor(EVERY, onCollapse));
    }

    private Recipe sound(OnCollapse onCollapse) throws IOException {
        return with(recipe(folder, EPOCHS), Vicreg.defaults(), onCollapse);
    }

    private Recipe spoilt(OnCollapse onCollapse) throws IOException {
        return with(recipe(folder, EPOCHS), new Vicreg(25, 0, 0, 1, 1e-4), onCollapse);
    }

    private Trainer.Ending collapse(Path run, OnCollapse onCollapse, TrainingListener watcher) throws IOException {
        train(sound(onCollapse), run, stopAfter(CAUSE));
        return resume(spoilt(onCollapse), run, watcher);
    }

    /// The bytes behind the header of a safetensors file.
    private static byte[] tensors(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
        return Arrays.copyOfRange(bytes, Math.toIntExact(Long.BYTES + header), bytes.length);
    }

    private static List<JsonNode> alarms(Path run) {
        return JsonLines.read(run.resolve(RunFolder.ALARMS));
    }

    @Test
    void aSoundRunRaisesNoAlarm() throws IOException {
        Path run = folder.resolve("run");
        assertThat(train(sound(OnCollapse.ROLLBACK), run, TrainingListener.silent())
                        .status())
                .isEqualTo(RunStatus.FINISHED);
        assertThat(alarms(run)).isEmpty();
        assertThat(JsonLines.read(run.resolve(RunFolder.SPECTRA)))
                .hasSize(3 * STEPS / EVERY)
                .allSatisfy(line -> {
                    assertThat(line.get("values")).hasSize(32);
                    assertThat(line.get("place").asText()).isIn("representation", "embedding", "block.0");
                });
        assertThat(JsonLines.read(run.resolve(RunFolder.VERDICTS)))
                .hasSize(2 * STEPS / EVERY)
                .allSatisfy(line -> {
                    assertThat(line.get("subject").asText()).isIn("representation", "embedding");
                    assertThat(line.get("verdicts")).isNotEmpty();
                });
    }

    @Test
    void theOnsetIsNamedWithinATwentiethOfTheRun() throws IOException {
        Path run = folder.resolve("run");
        var notes = new ArrayList<String>();
        Trainer.Ending ending = collapse(run, OnCollapse.WARN, new SmallTraining.Watching() {
            @Override
            public void note(String line) {
                notes.add(line);
            }
        });
        assertThat(ending.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(alarms(run)).isNotEmpty();
        JsonNode first = alarms(run).getFirst();
        assertThat(first.get("onset").asLong()).isBetween((long) CAUSE, CAUSE + STEPS / 20L);
        assertThat(first.get("step").asLong()).isGreaterThan(first.get("onset").asLong() - 1);
        assertThat(first.get("action").asText()).isEqualTo("warn");
        // The diagnosis of the check that raised the alarm does not call the same place healthy.
        assertThat(JsonLines.read(run.resolve(RunFolder.VERDICTS)))
                .filteredOn(line -> line.get("step").equals(first.get("step"))
                        && line.get("subject").equals(first.get("place")))
                .allSatisfy(line -> assertThat(line.get("verdicts").findValuesAsText("collapse"))
                        .contains("true"));
        assertThat(notes).anySatisfy(note -> assertThat(note).startsWith("ALARM at step "));
    }

    @Test
    void stopEndsTheRunWithACheckpoint() throws IOException {
        Path run = folder.resolve("run");
        Trainer.Ending ending = collapse(run, OnCollapse.STOP, TrainingListener.silent());
        assertThat(ending.status()).isEqualTo(RunStatus.COLLAPSED);
        assertThat(ending.message())
                .contains("first sign at step " + alarms(run).getFirst().get("onset"));
        assertThat(checkpoint(run, ending.step())).exists();
        assertThat(RunFolder.open(run).status()).isEqualTo(RunStatus.COLLAPSED);
    }

    @Test
    void rollbackEndsTheRunWithTheWeightsFromBeforeTheOnset() throws IOException {
        Path run = folder.resolve("run");
        Trainer.Ending ending = collapse(run, OnCollapse.ROLLBACK, TrainingListener.silent());
        assertThat(ending.status()).isEqualTo(RunStatus.ROLLED_BACK);
        assertThat(ending.step()).isLessThan(alarms(run).getFirst().get("onset").asLong());
        assertThat(RunFolder.open(run).status()).isEqualTo(RunStatus.ROLLED_BACK);
        Path latest = Checkpoints.latest(run.resolve("checkpoints"), note -> {});
        assertThat(latest).isEqualTo(checkpoint(run, ending.step()));
        // Their headers hold the recipes that they were saved by, which differ: the user edited the recipe in between.
        assertThat(tensors(latest)).isEqualTo(tensors(run.resolve("checkpoints/sound.safetensors")));
        Path best = run.resolve("checkpoints/best.safetensors");
        assertThat(!Files.exists(best) || Checkpoint.step(best) <= ending.step())
                .isTrue();
        try (var encoder = SafeTensors.open(run.resolve("encoder.safetensors"))) {
            assertThat(encoder.names()).isNotEmpty();
        }
    }

    @Test
    void aRollbackToADamagedStateIsNotMade() throws IOException {
        Path run = folder.resolve("run");
        var notes = new ArrayList<String>();
        Trainer.Ending ending = collapse(run, OnCollapse.ROLLBACK, new SmallTraining.Watching() {
            @Override
            public void note(String line) {
                notes.add(line);
                if (line.startsWith("ALARM")) {
                    try {
                        Files.writeString(run.resolve("checkpoints/sound.safetensors"), "half");
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        });
        assertThat(ending.status()).isEqualTo(RunStatus.COLLAPSED);
        assertThat(checkpoint(run, ending.step())).exists();
        assertThat(notes)
                .anySatisfy(note -> assertThat(note).contains("sound.safetensors", "the run cannot return to it"));
    }

    @Test
    void aRunThatWasRolledBackCanGoOnWithABetterRecipe() throws IOException {
        Path run = folder.resolve("run");
        collapse(run, OnCollapse.ROLLBACK, TrainingListener.silent());
        Path whole = folder.resolve("whole");
        train(sound(OnCollapse.ROLLBACK), whole, TrainingListener.silent());
        assertThat(resume(sound(OnCollapse.ROLLBACK), run, TrainingListener.silent())
                        .status())
                .isEqualTo(RunStatus.FINISHED);
        assertThat(alarms(run)).isEmpty();
        assertThat(checkpoint(run, STEPS)).hasSameBinaryContentAs(checkpoint(whole, STEPS));
        assertThat(SmallTraining.metrics(run)).isEqualTo(SmallTraining.metrics(whole));
    }

    /// Stopped before the cause, between cause and alarm, and after it.
    @Test
    void resumedAnywhereGivesTheSameFiles() throws IOException {
        Path whole = folder.resolve("whole");
        collapse(whole, OnCollapse.WARN, TrainingListener.silent());
        Path run = folder.resolve("run");
        train(sound(OnCollapse.WARN), run, stopAfter(CAUSE - 7));
        resume(sound(OnCollapse.WARN), run, stopAfter(7));
        for (int steps : new int[] {3, 2, 5, 4, 9, 30}) {
            resume(spoilt(OnCollapse.WARN), run, stopAfter(steps));
        }
        resume(spoilt(OnCollapse.WARN), run, TrainingListener.silent());
        for (String file : List.of(RunFolder.SPECTRA, RunFolder.ALARMS, RunFolder.VERDICTS)) {
            assertThat(run.resolve(file)).hasSameTextualContentAs(whole.resolve(file));
        }
        assertThat(SmallTraining.metrics(run)).isEqualTo(SmallTraining.metrics(whole));
        assertThat(checkpoint(run, STEPS)).hasSameBinaryContentAs(checkpoint(whole, STEPS));
    }

    @Test
    void tornAndLaterLinesAreDroppedOnResume() throws IOException {
        Path whole = folder.resolve("whole");
        collapse(whole, OnCollapse.WARN, TrainingListener.silent());
        Path run = folder.resolve("run");
        train(sound(OnCollapse.WARN), run, stopAfter(CAUSE));
        for (String file : List.of(RunFolder.SPECTRA, RunFolder.ALARMS, RunFolder.VERDICTS)) {
            Files.writeString(
                    run.resolve(file), "{\"step\":%d}\n{\"st".formatted(CAUSE + 1), StandardOpenOption.APPEND);
        }
        resume(spoilt(OnCollapse.WARN), run, TrainingListener.silent());
        for (String file : List.of(RunFolder.SPECTRA, RunFolder.ALARMS, RunFolder.VERDICTS)) {
            assertThat(run.resolve(file)).hasSameTextualContentAs(whole.resolve(file));
        }
    }
}
