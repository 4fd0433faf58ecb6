package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.fullrank.train.SmallTraining.checkpoint;
import static org.fullrank.train.SmallTraining.recipe;
import static org.fullrank.train.SmallTraining.resume;
import static org.fullrank.train.SmallTraining.stopAfter;
import static org.fullrank.train.SmallTraining.train;
import static org.fullrank.train.SmallTraining.with;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.data.Dataset;
import org.fullrank.engine.InputException;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Contrastive;
import org.fullrank.objective.NPair;
import org.fullrank.preflight.Preflight;
import org.fullrank.run.Recipe;
import org.fullrank.view.VectorViews;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Metric learning on 64 vectors of 3 classes, in batches of 2 classes of 8.
class MetricTrainingTest {
    private static final VectorViews ONE_VIEW = new VectorViews(1, 0.1, 0, 0, true);

    @TempDir
    Path folder;

    private static MethodSpec metric(int perClass) {
        return new MethodSpec.Metric(new ProjectorSpec(List.of(8), true), Contrastive.defaults(), perClass);
    }

    private Recipe metricRecipe(int epochs) throws IOException {
        Recipe base = recipe(folder, epochs);
        return with(with(base, base.encoder(), metric(8)), ONE_VIEW);
    }

    @Test
    void aResumedTrainingGivesTheSameBits() throws IOException {
        Recipe recipe = metricRecipe(3);
        Path whole = folder.resolve("whole");
        Path run = folder.resolve("run");
        train(recipe, whole, new SmallTraining.Watching());
        train(recipe, run, stopAfter(6));
        resume(recipe, run, new SmallTraining.Watching());
        assertThat(Files.readAllBytes(checkpoint(run, 12))).isEqualTo(Files.readAllBytes(checkpoint(whole, 12)));
        assertThat(SmallTraining.metrics(whole)).anyMatch(line -> line.contains("\"loss.ranking\""));
    }

    @Test
    void everyBatchHasTheClassesOfTheRecipe() throws IOException {
        Recipe recipe = metricRecipe(2);
        try (var data = Dataset.open(recipe.data());
                var learner = new Learner(recipe, data, 1)) {
            for (int step = 0; step < learner.totalSteps(); step++) {
                int[] batch = learner.items(step);
                assertThat(batch).hasSize(16).doesNotHaveDuplicates();
                for (int i = 0; i < 16; i++) { // the label of a row is its number modulo 3
                    assertThat(batch[i] % 3).isEqualTo(batch[i % 2] % 3);
                }
                assertThat(batch[0] % 3).isNotEqualTo(batch[1] % 3);
            }
        }
    }

    @Test
    void aPreflightKnowsTheClassesToo() throws IOException {
        Recipe recipe = metricRecipe(2);
        try (var data = Dataset.open(recipe.data())) {
            assertThat(Preflight.full(recipe, data).text()).contains("ranking").contains("mean_singular_value");
        }
    }

    @Test
    void dataWithoutLabelsAreRefused() throws IOException {
        Path bare = SmallTraining.vectors(folder, 1);
        Recipe base = recipe(folder, bare, 1);
        Files.deleteIfExists(bare.resolveSibling("labels.npy"));
        Recipe recipe = with(with(base, base.encoder(), metric(8)), ONE_VIEW);
        try (var data = Dataset.open(recipe.data())) {
            assertThatExceptionOfType(InputException.class)
                    .isThrownBy(() -> BatchOrder.of(recipe, data))
                    .withMessage("data set vectors: found no labels in the train split, expected a class for each item,"
                            + " because method metric learns from classes; sort the files into a folder per class or use"
                            + " another method");
        }
    }

    @Test
    void moreClassesThanTheDataHaveAreRefused() throws IOException {
        Recipe base = metricRecipe(1);
        Recipe recipe = with(base, base.encoder(), metric(4));
        try (var data = Dataset.open(recipe.data())) {
            assertThatExceptionOfType(InputException.class)
                    .isThrownBy(() -> new Learner(recipe, data, 1))
                    .withMessageContaining("found 3 classes with at least 4 items, expected the 4 classes of a batch of"
                            + " 16; use --set train.batch=12");
        }
    }

    @Test
    void aRecipeWhoseBatchOrViewsDoNotFitIsRefused() throws IOException {
        Recipe base = recipe(folder, 1);
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> with(base, base.encoder(), metric(5)))
                .withMessage(
                        "train.batch: found 16, expected 2 or more classes of 5 items, as method metric needs; use 15"
                                + " or set method.perClass");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> with(base, ONE_VIEW))
                .withMessage("views.views: found 1, expected at least 2, because the method compares views of an item;"
                        + " raise it");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> new MethodSpec.Metric(MethodSpec.Metric.PROJECTOR, NPair.defaults(), 1));
    }
}
