package org.fullrank.preflight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.fullrank.train.SmallTraining.recipe;
import static org.fullrank.train.SmallTraining.with;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Keyed;
import org.fullrank.method.Method.TermGradient;
import org.fullrank.method.MethodPresets;
import org.fullrank.method.MethodSpec;
import org.fullrank.method.PredictorSpec;
import org.fullrank.method.TargetSpec;
import org.fullrank.net.ConvNet;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.LogDet;
import org.fullrank.objective.Vicreg;
import org.fullrank.objective.WMse;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.train.SmallTraining;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.fullrank.view.Blur;
import org.fullrank.view.Crop;
import org.fullrank.view.ImagePipeline;
import org.fullrank.view.ImageViews;
import org.fullrank.view.Jitter;
import org.fullrank.view.Normalize;
import org.fullrank.view.VectorViews;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightTest {
    @TempDir
    Path folder;

    private static <T> T rehearse(Recipe recipe, Function<Rehearsal, T> use) {
        try (Dataset data = Dataset.open(recipe.data())) {
            return use.apply(new Rehearsal(recipe, data));
        }
    }

    private static PreflightReport full(Recipe recipe) {
        try (Dataset data = Dataset.open(recipe.data())) {
            return Preflight.full(recipe, data);
        }
    }

    private Recipe joint(Vicreg objective) throws IOException {
        Recipe r = recipe(folder, 3);
        return with(r, r.encoder(), new MethodSpec.Joint(new ProjectorSpec(List.of(16, 16), true), objective));
    }

    private Recipe distillation(PredictorSpec predictor, TargetSpec target) throws IOException {
        var byol = (MethodSpec.Distillation) MethodPresets.named("byol");
        Recipe r = recipe(folder, 3);
        return with(
                r,
                r.encoder(),
                new MethodSpec.Distillation(
                        new ProjectorSpec(List.of(16, 6), true),
                        predictor,
                        target,
                        byol.regression(),
                        byol.over(),
                        null,
                        1));
    }

    @Test
    void aSoundRecipeHasNothingWrongAndEveryCheckIsMade() throws IOException {
        PreflightReport report = full(recipe(folder, 3));
        assertThat(report.checks().stream().map(PreflightCheck::name))
                .containsExactly(
                        SortedColumns.NAME,
                        TermShares.NAME,
                        BatchAgainstWidth.NAME,
                        DistillationWiring.NAME,
                        ViewStrength.NAME,
                        RateSweep.NAME,
                        Forecast.NAME);
        assertThat(report.finding()).as(report.text()).isNotEqualTo(Finding.WRONG);
        assertThat(report.notes()).isEmpty();
        assertThat(report.check(Forecast.NAME).figures()).containsEntry("steps", 12.0);
        double after =
                Objects.requireNonNull(report.check(Forecast.NAME).figures().get("seconds-after-training"));
        assertThat(after).isPositive().isLessThan(report.forecastSeconds());
    }

    @Test
    void trainingAfterAPreflightIsTheSameBitByBit() throws IOException {
        Recipe recipe = recipe(folder, 3);
        Path without = folder.resolve("without");
        Path within = folder.resolve("with");
        SmallTraining.train(recipe, without, TrainingListener.silent());
        try (var data = Dataset.open(recipe.data());
                var run = RunFolder.create(within, recipe);
                var trainer = Trainer.start(recipe, data, run, TrainingListener.silent())) {
            Preflight.full(recipe, data);
            assertThat(Preflight.brief(recipe, data, 0)).isPresent();
            trainer.run();
        }
        assertThat(SmallTraining.checkpoint(within, 12)).hasSameBinaryContentAs(SmallTraining.checkpoint(without, 12));
        assertThat(SmallTraining.metrics(within)).isEqualTo(SmallTraining.metrics(without));
    }

    @Test
    void shortFormIsSilentBeforeAShortTraining() throws IOException {
        Recipe recipe = recipe(folder, 3);
        try (var data = Dataset.open(recipe.data())) {
            assertThat(Preflight.brief(recipe, data)).isEmpty();
            Optional<PreflightReport> asked = Preflight.brief(recipe, data, 0);
            assertThat(asked).isPresent();
            assertThat(asked.orElseThrow().checks().stream().map(PreflightCheck::name))
                    .doesNotContain(RateSweep.NAME)
                    .contains(Forecast.NAME);
        }
    }

    @Test
    void aTermWithNearlyNoWeightIsNamedWithAWeightThatCounts() throws IOException {
        PreflightCheck sound = rehearse(joint(Vicreg.defaults()), r -> TermShares.of(r, 16, 2));
        assertThat(sound.finding()).isEqualTo(Finding.FINE);
        assertThat(sound.figures().entrySet().stream()
                        .filter(e -> e.getKey().endsWith(".encoder"))
                        .mapToDouble(e -> e.getValue())
                        .sum())
                .isEqualTo(1, org.assertj.core.api.Assertions.within(1e-9));
        PreflightCheck planted = rehearse(joint(new Vicreg(25, 1e-6, 1, 1, 1e-4)), r -> TermShares.of(r, 16, 2));
        assertThat(planted.finding()).isEqualTo(Finding.WRONG);
        assertThat(planted.why()).contains("variance has ");
        assertThat(planted.changes()).singleElement().asString().startsWith("method.objective.variance=");
        double weight = Double.parseDouble(planted.changes().getFirst().split("=")[1]);
        PreflightCheck mended = rehearse(joint(new Vicreg(25, weight, 1, 1, 1e-4)), r -> TermShares.of(r, 16, 2));
        assertThat(mended.figures().get("variance.encoder")).isBetween(0.09, 0.11);
    }

    @Test
    void sharesAreThoseOfTheNorms() {
        var gradients = new LinkedHashMap<String, TermGradient>();
        gradients.put("large", new TermGradient(3, 999, null));
        gradients.put("small", new TermGradient(1, 1, null));
        PreflightCheck check = TermShares.judge(gradients, key -> 1);
        assertThat(check.figures()).containsEntry("small.embeddings", 0.25).containsEntry("small.encoder", 0.001);
        assertThat(check.finding()).isEqualTo(Finding.FINE);
        gradients.put("large", new TermGradient(999, 999, null));
        assertThat(TermShares.judge(gradients, key -> 1).finding()).isEqualTo(Finding.CONSIDER);
    }

    @Test
    void aWhiteningWiderThanItsBatchIsWrong() throws IOException {
        Recipe r = recipe(folder, 3);
        Recipe planted =
                with(r, r.encoder(), new MethodSpec.Joint(new ProjectorSpec(List.of(16, 16), true), WMse.defaults()));
        PreflightReport report = full(planted);
        assertThat(report.check("step").finding()).isEqualTo(Finding.WRONG);
        assertThat(report.check("step").why()).contains("w-mse: the covariance");
        PreflightCheck check = report.check(BatchAgainstWidth.NAME);
        assertThat(check.finding()).isEqualTo(Finding.WRONG);
        assertThat(check.changes()).containsExactly("method.projector.widths.1=8");
        Recipe mended =
                with(r, r.encoder(), new MethodSpec.Joint(new ProjectorSpec(List.of(16, 8), true), WMse.defaults()));
        assertThat(full(mended).check(BatchAgainstWidth.NAME).finding()).isEqualTo(Finding.FINE);
    }

    @Test
    void aLogDeterminantOfFewRowsIsOnlyConsidered() throws IOException {
        Recipe r = recipe(folder, 3);
        Recipe recipe =
                with(r, r.encoder(), new MethodSpec.Joint(new ProjectorSpec(List.of(16, 16), true), LogDet.defaults()));
        assertThat(BatchAgainstWidth.of(recipe, null).finding()).isEqualTo(Finding.CONSIDER);
        assertThat(BatchAgainstWidth.of(r, null).finding()).isEqualTo(Finding.FINE);
    }

    @Test
    void soundSelfDistillationIsSeenInGradientsAndBuffers() throws IOException {
        Recipe byol = distillation(
                new PredictorSpec.Mlp(16, true), new TargetSpec.Ema(0.9, TargetSpec.Ema.Curve.CONSTANT, true));
        PreflightCheck check = rehearse(byol, r -> DistillationWiring.of(r, 16));
        assertThat(check.figures()).containsEntry("target-gradient", 0.0).containsEntry("predictor-norms", 1.0);
        assertThat(check.figures().get("target-kept")).isBetween(0.899, 0.901);
        assertThat(check.figures().get("prediction-distance")).isGreaterThan(0.1);
        PreflightCheck simsiam = rehearse(
                distillation(new PredictorSpec.Mlp(16, true), new TargetSpec.StopGradient()),
                r -> DistillationWiring.of(r, 16));
        assertThat(simsiam.finding()).isEqualTo(Finding.FINE);
        assertThat(simsiam.figures()).containsEntry("target-gradient", 0.0).doesNotContainKey("target-kept");
    }

    @Test
    void aMissingStopGradientOrPredictorIsWrong() throws IOException {
        PreflightCheck open = rehearse(
                distillation(new PredictorSpec.Mlp(16, true), new TargetSpec.Gradient()),
                r -> DistillationWiring.of(r, 16));
        assertThat(open.finding()).isEqualTo(Finding.WRONG);
        assertThat(open.figures().get("target-gradient")).isGreaterThan(0.1);
        assertThat(open.changes()).containsExactly("method.target.type=stop-gradient");
        PreflightCheck bare = rehearse(
                distillation(new PredictorSpec.Identity(), new TargetSpec.StopGradient()),
                r -> DistillationWiring.of(r, 16));
        assertThat(bare.finding()).isEqualTo(Finding.WRONG);
        assertThat(bare.changes()).containsExactly("method.predictor.type=mlp");
    }

    @Test
    void aTargetSlowerThanTheTrainingIsNamed() throws IOException {
        Recipe slow = distillation(
                new PredictorSpec.Mlp(16, true), new TargetSpec.Ema(0.996, TargetSpec.Ema.Curve.CONSTANT, true));
        PreflightCheck check = rehearse(slow, r -> DistillationWiring.of(r, 16));
        assertThat(check.finding()).isEqualTo(Finding.CONSIDER);
        assertThat(check.why()).contains("the target averages over 20.8 times the whole training");
        assertThat(check.changes()).singleElement().asString().startsWith("method.target.rate=");
    }

    @Test
    void viewsThatDoNothingAreTooEasy() throws IOException {
        Recipe recipe = with(recipe(folder, 3), new VectorViews(2, 0, 0, 0, true));
        PreflightCheck check = rehearse(recipe, r -> ViewStrength.of(r, 64));
        assertThat(check.figures()).containsEntry("raw-match-rate", 1.0).containsEntry("encoder-match-rate", 1.0);
        assertThat(check.finding()).isEqualTo(Finding.WRONG);
        assertThat(check.changes()).containsExactly("views.corruption=0.3");
    }

    @Test
    void viewsThatKeepNothingAreTooStrong() throws IOException {
        Recipe recipe = with(recipe(folder, 3), new VectorViews(2, 0, 1, 0, true));
        PreflightCheck check = rehearse(recipe, r -> ViewStrength.of(r, 64));
        assertThat(check.figures()).containsEntry("raw-match-rate", 0.0).containsEntry("raw-farther", 0.5);
        assertThat(check.finding()).isEqualTo(Finding.WRONG);
    }

    @Test
    void blurredSpecksOfPicturesAreTooStrongAndWholePicturesTooEasy() throws IOException {
        Recipe r = recipe(folder, pictures(), 3);
        var encoder = new ConvNet(List.of(8, 16), 1, 1);
        ImagePipeline specks = ImagePipeline.of(
                        new Crop(0.02, 0.03, 0.75, 1.33, Crop.defaults().filter()))
                .withFlip(0.5)
                .withVerticalFlip(0.5)
                .withJitter(new Jitter(1, 0.8, 0.8, 0, 0))
                .withBlur(new Blur(1, 3, 4));
        ImagePipeline whole =
                ImagePipeline.of(new Crop(1, 1, 1, 1, Crop.defaults().filter()));
        assertThat(views(r, encoder, specks).finding()).isNotEqualTo(Finding.FINE);
        assertThat(views(r, encoder, whole).finding()).isEqualTo(Finding.WRONG);
        assertThat(views(r, encoder, ImagePipeline.of(Crop.from(0.4)).withFlip(0.5))
                        .finding())
                .isEqualTo(Finding.FINE);
    }

    private static PreflightCheck views(Recipe recipe, EncoderSpec encoder, ImagePipeline pipeline) {
        Recipe changed =
                with(with(recipe, encoder, recipe.method()), new ImageViews(16, 2, Normalize.HALF, List.of(pipeline)));
        return rehearse(changed, r -> ViewStrength.of(r, 200));
    }

    /// 200 gray pictures of 16 x 16 pixels: three blots each, as IDX.
    private Path pictures() throws IOException {
        int count = 200;
        ByteBuffer file = ByteBuffer.allocate(16 + count * 256);
        file.putInt(0x803).putInt(count).putInt(16).putInt(16);
        for (int i = 0; i < count; i++) {
            var random = Keyed.of(17, i);
            double[] blots = random.doubles(6, 2, 14).toArray();
            for (int p = 0; p < 256; p++) {
                double value = 0;
                for (int b = 0; b < 6; b += 2) {
                    value += Math.exp(-(Math.pow(p / 16 - blots[b], 2) + Math.pow(p % 16 - blots[b + 1], 2)) / 6);
                }
                file.put((byte) Math.min(255, 200 * value));
            }
        }
        Path pictures = Files.createDirectories(folder.resolve("pictures"));
        Files.write(pictures.resolve("train-images-idx3-ubyte"), file.array());
        return pictures;
    }

    @Test
    void aRateAThousandTimesTooHighIsWrong() throws IOException {
        Recipe sound = with(recipe(folder, 3), new OptimizerSpec.AdamW(1e-2, 0.9, 0.999, 1e-8, 0));
        assertThat(sweep(sound).finding()).isEqualTo(Finding.FINE);
        PreflightCheck planted = sweep(with(sound, new OptimizerSpec.AdamW(10, 0.9, 0.999, 1e-8, 0)));
        assertThat(planted.finding()).as(planted.why()).isEqualTo(Finding.WRONG);
        assertThat(planted.changes()).singleElement().asString().startsWith("optimizer.learningRate=");
        double rate = Double.parseDouble(planted.changes().getFirst().split("=")[1]);
        assertThat(rate).isBetween(1e-3, 0.3);
    }

    private static PreflightCheck sweep(Recipe recipe) {
        return rehearse(recipe, r -> {
            var points = RateSweep.sweep(r, 16, Preflight.RAMP, new ArrayList<>());
            return RateSweep.judge(recipe, RateSweep.window(points), r.peak(), 16);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"the loss rises", "the embedding collapses", "the loss is not finite"})
    void aWindowEndsWhereHarmBegins(String harm) {
        var points = new ArrayList<RateSweep.Point>();
        for (int i = -RateSweep.STILL; i < 60; i++) {
            double rate = 1e-6 * Math.pow(10, Math.max(0, i) / 10.0);
            double fallen = 10 - 0.1 * Math.max(0, i - 20) + (i % 2 == 0 ? 0.01 : -0.01);
            boolean late = i >= 50;
            points.add(new RateSweep.Point(
                    rate,
                    !late ? fallen : harm.equals("the loss rises") ? 30 : harm.endsWith("finite") ? Double.NaN : fallen,
                    late && harm.startsWith("the embedding") ? 1 : 20,
                    0.2));
        }
        RateSweep.Window window = RateSweep.window(points);
        assertThat(window.harm()).isEqualTo(harm);
        assertThat(window.upper()).isBetween(1e-6 * Math.pow(10, 4.85), 1e-6 * Math.pow(10, 4.95));
        assertThat(window.lower()).isBetween(1e-6 * Math.pow(10, 3), 1e-6 * Math.pow(10, 4));
    }

    @Test
    void aLossThatSaysNothingGivesNoLowerEnd() {
        var points = new ArrayList<RateSweep.Point>();
        for (int i = 0; i < RateSweep.STILL + 60; i++) {
            points.add(new RateSweep.Point(1e-6 * (1 + i), 3 + (i % 2 == 0 ? 0.1 : -0.1), 20, 0.2));
        }
        RateSweep.Window window = RateSweep.window(points);
        assertThat(window.lower()).isNaN();
        assertThat(window.harm()).isEmpty();
    }

    @Test
    void chunksAreTheFewestThatFit() {
        var probe = new StepCost(1, true, 0, 0, 1000 + 64 * 10, 10);
        assertThat(probe.chunksWithin(1000 + 640, 64, 64)).isEqualTo(1);
        assertThat(probe.chunksWithin(1000 + 320, 64, 64)).isEqualTo(2);
        assertThat(probe.chunksWithin(1000 + 215, 64, 64)).isEqualTo(4);
        assertThat(probe.chunksWithin(900, 64, 64)).isEqualTo(32);
    }

    @Test
    void textAndJsonNameEveryFindingWithItsChange() throws IOException {
        Recipe r = recipe(folder, 3);
        PreflightReport report = full(with(
                r, r.encoder(), new MethodSpec.Joint(new ProjectorSpec(List.of(16, 16), true), WMse.defaults())));
        assertThat(report.text())
                .contains("preflight of small on vectors: wrong", "wrong      batch-and-width")
                .contains("would change: --set method.projector.widths.1=8");
        assertThat(report.toMap()).containsEntry("finding", "wrong").containsKeys("checks", "forecastSeconds");
        assertThat(report.outlook()).contains("checks found something");
    }

    @Test
    void withoutTimeEveryMeasuredCheckIsIncomplete() throws IOException {
        Recipe recipe = recipe(folder, 3);
        try (Dataset data = Dataset.open(recipe.data())) {
            PreflightReport report = Preflight.within(recipe, data, 1e-6);
            assertThat(report.finding()).isEqualTo(Finding.INCOMPLETE);
            assertThat(report.incomplete().stream().map(PreflightCheck::name))
                    .containsExactly(TermShares.NAME, DistillationWiring.NAME, ViewStrength.NAME, RateSweep.NAME);
            assertThat(report.notes())
                    .last()
                    .asString()
                    .startsWith("to check gradient-share, wiring, view-strength, learning-rate too: a sample takes ")
                    .endsWith(" or a smaller train.batch");
        }
    }

    @Test
    void nothingIsWritten() throws IOException {
        Recipe recipe = recipe(folder, 3);
        full(recipe);
        try (var files = Files.list(folder)) {
            assertThat(files.map(f -> f.getFileName().toString())).containsExactlyInAnyOrder("data", "cache");
        }
    }
}
