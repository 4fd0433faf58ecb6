package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.view.ImageViewGenerator;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Views of 8 pixels, then of 12, then of 16.
class GrowthTest {
    private static final int STEPS = 12;
    private static final List<Integer> SIZES = List.of(8, 8, 8, 8, 12, 12, 12, 16, 16, 16, 16, 16);

    @TempDir
    private Path folder;

    private Recipe recipe(String... more) {
        return recipeOf("{type: convnet, channels: [4, 6], depth: 1}", more);
    }

    private Recipe recipeOf(String encoder, String... more) {
        var settings = new ArrayList<>(List.of(
                "data.samples=64",
                "data.cache=" + folder.resolve("cache"),
                "views.size=16",
                "views.growth=[{size: 8, share: 0.33}, {size: 12, share: 0.25}]",
                "encoder=" + encoder,
                "optimizer.type=muon",
                "train.epochs=3",
                "train.batch=16",
                "train.threads=1",
                "train.precision=fp32"));
        settings.addAll(List.of(more));
        return Recipes.load("shapes-vicreg", settings);
    }

    /// Views that are made ahead have the same bits, also where the size changes.
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFirstStepsHaveSmallerViews(boolean isAhead) {
        Recipe recipe = recipe();
        try (var data = Dataset.open(recipe.data());
                var learner = new Learner(recipe, data, 1);
                var scope = Scope.open()) {
            var full = (ImageViewGenerator) ViewGenerator.of(data.pretraining(), recipe.views(), recipe.seed(), 1);
            var order = new StepViews.Order(learner::items, learner::epoch, 16, learner.totalSteps());
            try (var views = new StepViews(full, order, Device.CPU, isAhead)) {
                for (int step = 0; step < STEPS; step++) {
                    Tensor found = views.of(step).get(1);
                    int size = SIZES.get(step);
                    var alone = full.with(full.spec().withSize(size));
                    Tensor expected = ViewTensors.view(alone, learner.items(step), learner.epoch(step), 1, Device.CPU);
                    assertThat(Tensors.shape(found)).containsExactly(16, 3, size, size);
                    assertThat(Tensors.floats(found)).isEqualTo(Tensors.floats(expected));
                }
            }
            assertThat(learner.views().shape()).isEqualTo(full.shape());
        }
    }

    @Test
    void aSizeWithoutAStepIsRefused() {
        Recipe recipe = recipe("views.growth=[{size: 8, share: 0.99}]");
        try (var data = Dataset.open(recipe.data())) {
            assertThatThrownBy(() -> new Learner(recipe, data, 1).close())
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("views.growth: found a training of 12 steps, expected at least one step");
        }
    }

    @Test
    void viewsThatAreTooSmallForTheEncoderAreRefusedBeforeTheFirstStep() {
        Recipe recipe = recipeOf("{type: vgg, channels: [4, 6, 8, 8], poolAfter: [1, 2, 3, 4]}");
        try (var data = Dataset.open(recipe.data())) {
            assertThatThrownBy(() -> new Learner(recipe, data, 1).close())
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("encoder.poolAfter: found feature maps of 1 x 1 pixels");
        }
    }

    @Test
    void stoppedAndResumedEqualsUninterrupted() {
        Recipe recipe = recipe();
        SmallTraining.train(recipe, folder.resolve("whole"), TrainingListener.silent());
        SmallTraining.train(recipe, folder.resolve("run"), SmallTraining.stopAfter(5));
        SmallTraining.resume(recipe, folder.resolve("run"), TrainingListener.silent());
        assertThat(SmallTraining.checkpoint(folder.resolve("run"), STEPS))
                .hasSameBinaryContentAs(SmallTraining.checkpoint(folder.resolve("whole"), STEPS));
    }

    @Test
    void anEncoderOfOneSizeIsRefused() {
        assertThatThrownBy(() -> recipeOf("{type: vit, patch: 4}"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "views.growth: found views of several sizes, but this encoder can read only one size");
    }
}
