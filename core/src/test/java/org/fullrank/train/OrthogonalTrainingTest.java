package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.fullrank.train.SmallTraining.checkpoint;
import static org.fullrank.train.SmallTraining.recipe;
import static org.fullrank.train.SmallTraining.resume;
import static org.fullrank.train.SmallTraining.stopAfter;
import static org.fullrank.train.SmallTraining.train;
import static org.fullrank.train.SmallTraining.with;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.SafeTensors;
import org.fullrank.linalg.Orthogonal;
import org.fullrank.linalg.OrthogonalUpdate;
import org.fullrank.linalg.RankSampler;
import org.fullrank.net.Mlp;
import org.fullrank.optim.GroupSpec;
import org.fullrank.optim.OrthogonalStep;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.settings.RecordShape;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A training with a matrix that stays orthogonal.
class OrthogonalTrainingTest {
    private static final int EPOCHS = 3;
    private static final int STEPS = EPOCHS * SmallTraining.STEPS_PER_EPOCH;

    @TempDir
    Path folder;

    private Path whole;
    private Path run;

    @BeforeEach
    void nameFolders() {
        whole = folder.resolve("whole");
        run = folder.resolve("run");
    }

    /// The samplers draw anew in each step.
    @ParameterizedTest
    @EnumSource(OrthogonalUpdate.class)
    void anOrthogonalGroupStoppedAndResumedEqualsUninterrupted(OrthogonalUpdate update) throws IOException {
        var step = new OrthogonalStep(update, 2, 1, new RankSampler.Columns(1));
        Recipe recipe = orthogonal(recipe(folder, EPOCHS), step);
        train(recipe, whole, TrainingListener.silent());
        train(recipe, run, stopAfter(5));
        resume(recipe, run, TrainingListener.silent());
        assertThat(checkpoint(run, STEPS)).hasSameBinaryContentAs(checkpoint(whole, STEPS));
        assertThat(SmallTraining.metrics(run)).isEqualTo(SmallTraining.metrics(whole));
        try (var scope = Scope.open();
                var saved = SafeTensors.open(checkpoint(run, STEPS))) {
            Tensor matrix = Tensors.of(new float[64], 8, 8);
            saved.copyInto("model.encoder.0.weight", matrix);
            assertThat(Orthogonal.error(matrix)).isLessThan(1e-5);
        }
    }

    /// The second half of the steps moves by other samples than the first.
    @ParameterizedTest
    @EnumSource(OrthogonalUpdate.class)
    void anOrthogonalConvolutionStoppedAndResumedEqualsUninterrupted(OrthogonalUpdate update) throws IOException {
        Recipe recipe = pictures(update);
        train(recipe, whole, TrainingListener.silent());
        train(recipe, run, stopAfter(3));
        resume(recipe, run, TrainingListener.silent());
        assertThat(checkpoint(run, 6)).hasSameBinaryContentAs(checkpoint(whole, 6));
        assertThat(SmallTraining.metrics(run)).isEqualTo(SmallTraining.metrics(whole));
    }

    private Recipe pictures(OrthogonalUpdate update) throws IOException {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        var random = Keyed.of(1);
        for (int i = 0; i < 8; i++) {
            var image = new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB);
            for (int p = 0; p < 64; p++) {
                image.setRGB(p % 8, p / 8, (int) random.nextLong() & 0xFFFFFF);
            }
            ImageIO.write(image, "png", pictures.resolve(i + ".png").toFile());
        }
        return Recipes.load(
                "small-vicreg",
                List.of(
                        "data.path=" + pictures,
                        "data.cache=" + folder.resolve("cache"),
                        "views.size=7",
                        "encoder={type: convnet, channels: [3, 6], depth: 1, orthogonal: true}",
                        "groups.orthogonalStep={update: %s, rank: 2}".formatted(RecordShape.name(update)),
                        "method.projector.widths=[8, 8]",
                        "train={epochs: 3, batch: 4, precision: fp32, threads: 1}"));
    }

    @Test
    void theStartOfAnOrthogonalGroupIsSaid() throws IOException {
        Recipe recipe = orthogonal(recipe(folder, EPOCHS), OrthogonalStep.defaults());
        var notes = new ArrayList<String>();
        train(recipe, run, noting(notes));
        assertThat(notes)
                .anySatisfy(note -> assertThat(note)
                        .matches("encoder.0.weight \\[8, 8] with determinant -?1 stays orthogonal; its initial values"
                                + " are drawn at random"));
    }

    /// Of the run so far, the matrix was not orthogonal.
    @Test
    void aMatrixThatJoinsAnOrthogonalGroupOnResumeBecomesOrthogonal() throws IOException {
        Recipe recipe = orthogonal(recipe(folder, EPOCHS), OrthogonalStep.defaults());
        train(with(recipe, GroupSpec.defaults()), run, stopAfter(5));
        var notes = new ArrayList<String>();
        resume(recipe, run, noting(notes));
        assertThat(notes)
                .contains(
                        "warning: groups.orthogonal: the loaded encoder.0.weight was not orthogonal; it is replaced by"
                                + " its nearest orthogonal matrix");
    }

    @Test
    void anOrthogonalGroupThatCannotBeIsRefused() throws IOException {
        Recipe recipe = orthogonal(recipe(folder, EPOCHS), OrthogonalStep.defaults());
        Recipe unknown =
                with(recipe, recipe.groups().withOrthogonal(List.of("encoder.0.weigth"), OrthogonalStep.defaults()));
        assertThatThrownBy(() -> train(unknown, run, TrainingListener.silent()))
                .isInstanceOf(InputException.class)
                .hasMessage("groups.orthogonal: found no parameter encoder.0.weigth, expected the name of a square"
                        + " matrix, such as encoder.0.weight, projector.3.weight; did you mean encoder.0.weight?");
    }

    private static Recipe orthogonal(Recipe recipe, OrthogonalStep step) {
        Recipe square = with(recipe, new Mlp(List.of(8, 12), true), recipe.method());
        return with(square, GroupSpec.defaults().withOrthogonal(List.of("encoder.0.weight"), step));
    }

    private static TrainingListener noting(List<String> notes) {
        return new SmallTraining.Watching() {
            @Override
            public void note(String line) {
                notes.add(line);
            }
        };
    }
}
