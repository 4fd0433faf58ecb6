package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.train.SmallTraining.STEPS_PER_EPOCH;
import static org.fullrank.train.SmallTraining.checkpoint;
import static org.fullrank.train.SmallTraining.recipe;
import static org.fullrank.train.SmallTraining.stopAfter;
import static org.fullrank.train.SmallTraining.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.run.Recipe;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Which checkpoint is read when one is damaged or later than it should be.
class CheckpointsTest {
    private static final int EPOCHS = 3;
    private static final int STEPS = EPOCHS * STEPS_PER_EPOCH;

    @TempDir
    Path folder;

    private Path run;

    @BeforeEach
    void nameFolder() {
        run = folder.resolve("run");
    }

    @Test
    void aDamagedBestCheckpointIsReplacedByTheLatest() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, run, TrainingListener.silent());
        Path checkpoints = run.resolve("checkpoints");
        Path best = checkpoints.resolve("best.safetensors");
        ResumeTest.damage(best, "number");
        List<String> notes = new ArrayList<>();
        assertThat(Checkpoints.best(checkpoints, notes::add)).isEqualTo(checkpoint(run, STEPS));
        assertThat(notes).singleElement().asString().contains("best.safetensors", "the latest checkpoint is used");
        List<String> left = new ArrayList<>();
        assertThat(Checkpoints.everyOne(checkpoints, left::add))
                .doesNotContain(best)
                .contains(checkpoint(run, STEPS));
        assertThat(left).singleElement().asString().contains("best.safetensors", "it is left out");
    }

    @Test
    void aSoundStateThatIsDamagedOrLaterIsNotReturnedTo() throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        train(recipe, run, stopAfter(6));
        var checkpoints = new Checkpoints(run.resolve("checkpoints"), recipe.checkpoints());
        List<String> notes = new ArrayList<>();
        assertThat(checkpoints.sound(6, notes::add)).isEmpty();
        assertThat(notes).isEmpty();
        Files.copy(checkpoint(run, 6), checkpoints.soundFile());
        assertThat(checkpoints.sound(6, notes::add)).contains(checkpoints.soundFile());
        assertThat(checkpoints.sound(5, notes::add)).isEmpty();
        assertThat(notes)
                .singleElement()
                .asString()
                .endsWith("found step 6, expected at most 5; the run cannot return to it");
        ResumeTest.damage(checkpoints.soundFile(), "cut");
        assertThat(checkpoints.sound(6, notes::add)).isEmpty();
        assertThat(notes).last().asString().contains("sound.safetensors").endsWith("the run cannot return to it");
        Files.copy(checkpoints.soundFile(), checkpoints.bestFile(), StandardCopyOption.REPLACE_EXISTING);
        checkpoints.removeAfter(6);
        assertThat(checkpoints.bestFile()).doesNotExist();
    }
}
