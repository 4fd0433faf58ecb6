package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.fullrank.ChildJvm;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunStatus;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReproducibilityTest {
    private static final int EPOCHS = 4;
    private static final int STEPS = EPOCHS * TinyRuns.STEPS_PER_EPOCH;

    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private static Path data = Path.of("vectors.npy");
    private static Path whole = Path.of("whole");

    @BeforeAll
    static void trainWithoutInterruption() throws IOException {
        data = TinyRuns.vectors(shared);
        whole = shared.resolve("whole");
        finish(whole, TinyRuns.recipe(data, EPOCHS));
    }

    private static void finish(Path run, Recipe recipe) {
        assertThat(TinyRuns.train(run, recipe, Watcher.silent()).status()).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void theSameSeedGivesTheSameBitsAndAnotherSeedOthers() throws IOException {
        Recipe recipe = TinyRuns.recipe(data, EPOCHS);
        Path again = folder.resolve("again");
        finish(again, recipe);
        assertEqualRuns(again, whole, STEPS);
        Path other = folder.resolve("other");
        finish(other, TinyRuns.with(recipe, 6));
        assertThat(TinyRuns.weights(other, STEPS)).isNotEqualTo(TinyRuns.weights(whole, STEPS));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 8, 13})
    void aStoppedRunGoesOnAsIfItHadNotStopped(int steps) throws IOException {
        Recipe recipe = TinyRuns.recipe(data, EPOCHS);
        Path stopped = folder.resolve("stopped");
        Trainer.Ending ending = TinyRuns.train(stopped, recipe, TinyRuns.stopAfter(steps));
        assertThat(ending).isEqualTo(new Trainer.Ending(steps, RunStatus.STOPPED));
        assertThat(TinyRuns.checkpoint(stopped, steps)).exists();
        assertThat(TinyRuns.resume(stopped, Watcher.silent())).isEqualTo(new Trainer.Ending(STEPS, RunStatus.FINISHED));
        assertEqualRuns(stopped, whole, STEPS);
    }

    @Test
    void aRunStoppedAfterEveryFewStepsEndsTheSame() throws IOException {
        Recipe recipe = TinyRuns.recipe(data, EPOCHS);
        Path stopped = folder.resolve("stopped");
        Trainer.Ending ending = TinyRuns.train(stopped, recipe, TinyRuns.stopAfter(9));
        while (ending.status() == RunStatus.STOPPED) {
            ending = TinyRuns.resume(stopped, TinyRuns.stopAfter(9));
        }
        assertThat(ending.step()).isEqualTo(STEPS);
        assertEqualRuns(stopped, whole, STEPS);
    }

    @Test
    void resumingAFinishedRunChangesNothing() throws IOException {
        Path run = folder.resolve("run");
        finish(run, TinyRuns.recipe(data, 2));
        byte[] weights = TinyRuns.weights(run, 16);
        List<TinyRuns.Measured> measured = TinyRuns.measured(run);
        assertThat(TinyRuns.resume(run, Watcher.silent())).isEqualTo(new Trainer.Ending(16, RunStatus.FINISHED));
        assertThat(TinyRuns.weights(run, 16)).isEqualTo(weights);
        assertThat(TinyRuns.measured(run)).isEqualTo(measured);
    }

    /// Says each step, and from step `limit` on waits for the end that comes from outside.
    public static final class Child {
        private Child() {}

        public static void main(String[] arguments) {
            int limit = Integer.parseInt(arguments[2]);
            Recipe recipe = TinyRuns.recipe(Path.of(arguments[0]), Integer.parseInt(arguments[3]));
            TinyRuns.train(Path.of(arguments[1]), recipe, new Watcher() {
                private int asked;

                @Override
                public void measured(MetricRecord record, long totalSteps) {}

                @Override
                public void note(String line) {}

                @Override
                public boolean stopRequested() {
                    System.out.println("step " + asked);
                    return asked++ >= limit && wasLeftAlone();
                }
            });
        }

        private static boolean wasLeftAlone() {
            try {
                return System.in.read() < 0;
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    void aKilledRunGoesOnAsIfItHadNotBeenKilled() throws IOException, InterruptedException {
        int epochs = 10;
        int steps = epochs * TinyRuns.STEPS_PER_EPOCH;
        Recipe recipe = TinyRuns.recipe(data, epochs);
        Path uninterrupted = folder.resolve("uninterrupted");
        finish(uninterrupted, recipe);
        Path killed = folder.resolve("killed");
        int step = ThreadLocalRandom.current().nextInt(1, steps - 20);
        kill(killed, epochs, step);
        assertThat(TinyRuns.resume(killed, Watcher.silent()))
                .as("killed near step %d", step)
                .isEqualTo(new Trainer.Ending(steps, RunStatus.FINISHED));
        assertEqualRuns(killed, uninterrupted, steps);
    }

    private void kill(Path run, int epochs, int step) throws IOException, InterruptedException {
        Process process = ChildJvm.of(
                        List.of("-Xmx300m"),
                        Child.class,
                        data.toString(),
                        run.toString(),
                        Integer.toString(step + 15),
                        Integer.toString(epochs))
                .start();
        var said = new StringBuilder();
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            String line;
            while ((line = out.readLine()) != null && !line.equals("step " + step)) {
                said.append(line).append('\n');
            }
            process.destroyForcibly();
            assertThat(line).as("the child ended early: %s", said).isNotNull();
        }
        assertThat(process.waitFor()).as(said.toString()).isNotZero();
    }

    private static void assertEqualRuns(Path found, Path expected, long step) throws IOException {
        assertThat(TinyRuns.weights(found, step)).isEqualTo(TinyRuns.weights(expected, step));
        for (String file : List.of("encoder.safetensors", "checkpoints/best.safetensors")) {
            assertThat(Files.readAllBytes(found.resolve(file)))
                    .as(file)
                    .isEqualTo(Files.readAllBytes(expected.resolve(file)));
        }
        assertThat(TinyRuns.measured(found))
                .isEqualTo(TinyRuns.measured(expected))
                .isNotEmpty();
    }
}
