package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.train.SmallTraining.STEPS_PER_EPOCH;
import static org.fullrank.train.SmallTraining.checkpoint;
import static org.fullrank.train.SmallTraining.recipe;
import static org.fullrank.train.SmallTraining.resume;
import static org.fullrank.train.SmallTraining.stopAfter;
import static org.fullrank.train.SmallTraining.train;
import static org.fullrank.train.SmallTraining.with;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.method.MethodPresets;
import org.fullrank.method.MethodSpec;
import org.fullrank.method.PredictorSpec;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.VarianceHinge;
import org.fullrank.run.Recipe;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DistillationTrainingTest {
    private static final int EPOCHS = 3;
    private static final int STEPS = EPOCHS * STEPS_PER_EPOCH;

    @TempDir
    Path folder;

    static List<String> presets() {
        return MethodPresets.all().keySet().stream()
                .filter(name -> MethodPresets.named(name) instanceof MethodSpec.Distillation)
                .toList();
    }

    /// Heads for vectors of 8 features.
    private static MethodSpec.Distillation small(MethodSpec.Distillation spec) {
        ProjectorSpec p = spec.projector();
        var projector = new ProjectorSpec(List.of(16, 6), true, p.affine(), p.lastBias(), p.lastNorm());
        PredictorSpec predictor = spec.predictor() instanceof PredictorSpec.Mlp mlp
                ? new PredictorSpec.Mlp(16, mlp.batchNorm())
                : spec.predictor();
        return new MethodSpec.Distillation(
                projector, predictor, spec.target(), spec.regression(), spec.over(), spec.regularizer(), spec.weight());
    }

    private Recipe small(String preset) throws IOException {
        Recipe recipe = recipe(folder, EPOCHS);
        return with(recipe, recipe.encoder(), small((MethodSpec.Distillation) MethodPresets.named(preset)));
    }

    @ParameterizedTest
    @MethodSource("presets")
    void stoppedAndResumedEqualsUninterrupted(String preset) throws IOException {
        Path whole = folder.resolve("whole");
        Path run = folder.resolve("run");
        Recipe recipe = small(preset);
        train(recipe, whole, TrainingListener.silent());
        train(recipe, run, stopAfter(1));
        resume(recipe, run, stopAfter(6));
        resume(recipe, run, TrainingListener.silent());
        assertThat(checkpoint(run, STEPS)).hasSameBinaryContentAs(checkpoint(whole, STEPS));
        assertThat(SmallTraining.metrics(run)).isEqualTo(SmallTraining.metrics(whole));
    }

    @Test
    void anExtraRegularizerIsLoggedByItsName() throws IOException {
        Recipe recipe = small("byol");
        var byol = (MethodSpec.Distillation) recipe.method();
        var rescued = new MethodSpec.Distillation(
                byol.projector(),
                byol.predictor(),
                byol.target(),
                byol.regression(),
                byol.over(),
                VarianceHinge.defaults(),
                1);
        Path run = folder.resolve("run");
        train(with(recipe, recipe.encoder(), rescued), run, TrainingListener.silent());
        assertThat(SmallTraining.metrics(run)).anyMatch(line -> line.contains("\"loss.variance\":"));
    }
}
