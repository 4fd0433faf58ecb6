package org.fullrank.trained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.fullrank.train.SmallTraining.recipe;
import static org.fullrank.train.SmallTraining.train;
import static org.fullrank.train.SmallTraining.with;
import static org.fullrank.train.SmallTraining.withoutNorms;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.data.Dataset;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.net.Mlp;
import org.fullrank.net.NonFiniteTrace;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.train.SmallTraining;
import org.fullrank.train.TrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplayTest {
    @TempDir
    Path folder;

    private static final OptimizerSpec WILD = new OptimizerSpec.AdamW(9e5, 0.9, 0.999, 1e-8, 0);

    private Path fail(Recipe recipe) {
        Path run = folder.resolve("run");
        assertThatThrownBy(() -> train(recipe, run, TrainingListener.silent()))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("fullrank replay " + run);
        return run;
    }

    private static Replay.Report replay(Path run) {
        RunFolder opened = RunFolder.open(run);
        try (var data = Dataset.open(opened.config(Recipe.class).data())) {
            return Replay.of(opened, data, line -> {});
        }
    }

    @Test
    void aRateThatOverflowsIsReplayedBitByBitToTheOperationThatOverflowed() throws IOException {
        Path run = fail(with(withoutNorms(recipe(folder, 9)), WILD));
        Replay.Report report = replay(run);
        assertThat(report.isExact()).isTrue();
        assertThat(report.steps()).isEqualTo(2);
        assertThat(report.step()).isEqualTo(2);
        assertThat(report.operation())
                .extracting(NonFiniteTrace.Finding::operation)
                .isEqualTo("objective, term invariance");
    }

    @Test
    void rowsOfEnormousValuesAreTracedToTheTermThatSquaresThem() throws IOException {
        Path vectors = SmallTraining.vectors(folder, 1e30f);
        Path run = fail(withoutNorms(recipe(folder, vectors, 2)));
        Replay.Report report = replay(run);
        assertThat(report.isExact()).isTrue();
        assertThat(report.step()).isEqualTo(1);
        assertThat(report.operation())
                .extracting(NonFiniteTrace.Finding::operation)
                .isEqualTo("objective, term invariance");
    }

    @Test
    void aCheckThatCannotMeasureIsTracedToo() throws IOException {
        Recipe base = withoutNorms(recipe(folder, 2));
        Recipe recipe =
                with(with(base, WILD), new Mlp(List.of(16, 16, 16, 16, 16, 16, 16, 16, 12), false), base.method());
        Path run = fail(with(recipe, SmallTraining.train(2, SmallTraining.ROWS, 1)));
        Replay.Report report = replay(run);
        assertThat(report.isExact()).isTrue();
        assertThat(report.operation())
                .extracting(NonFiniteTrace.Finding::operation)
                .asString()
                .startsWith("linear encoder.");
    }

    @Test
    void aStateThatIsNotThatOfTheRunIsSeen() throws IOException {
        Path run = fail(with(withoutNorms(recipe(folder, 9)), WILD));
        Path file = run.resolve("flight/flight.json");
        String text = Files.readString(file);
        String loss = text.replaceFirst("(?s).*\"losses\" : \\[ ([^, ]+).*", "$1");
        Files.writeString(file, text.replace("[ " + loss, "[ " + Math.nextUp(Double.parseDouble(loss))));
        assertThat(replay(run).isExact()).isFalse();
    }

    @Test
    void aRunWithoutRecordIsRefused() throws IOException {
        Path run = folder.resolve("good");
        train(recipe(folder, 1), run, TrainingListener.silent());
        assertThatThrownBy(() -> replay(run))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no flight record")
                .hasMessageContaining("monitor.recordEverySteps")
                .hasMessageNotContaining("\n");
    }
}
