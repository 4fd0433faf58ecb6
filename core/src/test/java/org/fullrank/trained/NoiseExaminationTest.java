package org.fullrank.trained;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Split;
import org.fullrank.diagnose.NoiseReport;
import org.fullrank.diagnose.NoiseReport.Level;
import org.fullrank.diagnose.NoiseSettings;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.run.Recipe;
import org.fullrank.train.SmallTraining;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NoiseExaminationTest {
    @TempDir
    Path folder;

    private Path run;

    @BeforeEach
    void train() throws IOException {
        Recipe recipe = SmallTraining.recipe(folder, 2);
        run = folder.resolve("run");
        SmallTraining.train(recipe, run, new SmallTraining.Watching());
    }

    @Test
    void anExaminationMovesNoBuffer() {
        try (Trained trained = Trained.open(run, Trained.Reading.defaults(), _ -> {});
                var scope = Scope.withoutGradients()) {
            Tensor before = trained.method().parameters().statistics().clone();
            Split split = trained.data().splits().getFirst();
            NoiseReport report = trained.noise(split, NoiseSettings.defaults());
            assertThat(report.levels()).hasSize(NoiseSettings.DEFAULT_LEVELS.size());
            assertThat(Tensors.doubles(trained.method().parameters().statistics()))
                    .isNotEmpty()
                    .isEqualTo(Tensors.doubles(before));
        }
    }

    /// All weights are 0, so all embeddings are equal.
    @Test
    void constantEmbeddingsAreRefused() {
        try (Trained trained = Trained.open(run, Trained.Reading.defaults(), _ -> {});
                var scope = Scope.withoutGradients()) {
            trained.method().parameters().values().zero_();
            Split split = trained.data().splits().getFirst();
            assertThatThrownBy(() -> trained.noise(split, NoiseSettings.defaults()))
                    .isInstanceOf(InputException.class)
                    .hasMessage("--gaussian: found equal embeddings of all items, expected embeddings that differ; see"
                            + " the verdict");
        }
    }

    private static NoiseReport report(Level... levels) {
        return new NoiseReport(16, 256, 1, null, List.of(levels));
    }

    private static Level level(double noise, int tested, int gaussian) {
        return new Level(noise, 1, tested, gaussian, noise);
    }

    @Test
    void chanceExplainsOneFailureOfSixteenAndNoneOfFour() {
        assertThat(level(.1, 16, 15).isGaussian()).isTrue();
        assertThat(level(.1, 16, 14).isGaussian()).isFalse();
        assertThat(level(.1, 4, 4).isGaussian()).isTrue();
        assertThat(level(.1, 4, 3).isGaussian()).isFalse();
        assertThat(level(.1, 0, 0).isGaussian()).isFalse();
    }

    @Test
    void theAnswerNamesTheLargestNoiseBelowWhichNothingFails() {
        NoiseReport report = report(level(1e-9, 0, 0), level(.1, 16, 16), level(.2, 16, 9), level(.3, 16, 16));
        assertThat(report.upTo()).isEqualTo(.1);
        assertThat(report.halfUpTo()).isEqualTo(.3);
        assertThat(report.text()).contains("yes, up to noise 0.1; for at least half of the items, up to noise 0.3");
        assertThat(report(level(.1, 16, 16), level(.2, 16, 15)).text()).contains("yes, up to the largest noise of 0.2");
        assertThat(report(level(.1, 16, 9), level(.2, 16, 2)).text())
                .contains("for at least half of the items, up to noise 0.1. Even with the smallest noise of 0.1, the");
        assertThat(report(level(.1, 16, 3)).text())
                .contains("answer  no. Even with the smallest noise of 0.1, the copies");
    }
}
