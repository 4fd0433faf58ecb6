package org.fullrank.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.linalg.OrthogonalUpdate;
import org.fullrank.linalg.RankSampler;
import org.fullrank.method.MethodPresets;
import org.fullrank.method.MethodSpec;
import org.fullrank.method.PredictorSpec;
import org.fullrank.method.TargetSpec;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.net.Vgg;
import org.fullrank.objective.BarlowTwins;
import org.fullrank.objective.Covariance;
import org.fullrank.objective.NtXent;
import org.fullrank.objective.Objective;
import org.fullrank.objective.VarianceHinge;
import org.fullrank.objective.Vicreg;
import org.fullrank.optim.GroupSpec;
import org.fullrank.optim.OptimizerSpec;
import org.fullrank.optim.OptimizerSpec.Lars.Denominator;
import org.fullrank.optim.OrthogonalStep;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.settings.Yaml;
import org.fullrank.view.BlurKernel;
import org.fullrank.view.ImagePipeline;
import org.fullrank.view.ImageViews;
import org.fullrank.view.Normalize;
import org.fullrank.view.ViewPresets;
import org.fullrank.view.ViewSpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RecipesTest {
    @TempDir
    Path folder;

    static List<String> names() {
        return Recipes.list();
    }

    @Test
    void theListNamesEveryShippedFile() throws IOException {
        Path resources = Path.of("src/main/resources/org/fullrank/recipes");
        try (Stream<Path> files = Files.list(resources)) {
            assertThat(files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".yaml")))
                    .containsExactlyInAnyOrderElementsOf(
                            names().stream().map(n -> n + ".yaml").toList());
        }
        assertThat(names()).contains(Recipes.DEFAULT).doesNotHaveDuplicates();
    }

    /// `vicreg-paper` is a form of the type `vicreg`, so the type alone must bring back the form of the code.
    @Test
    void theTypeVicregIsTheOfficialFormWhateverTheRecipeHad() {
        List<String> paper = List.of("method.objective=vicreg-paper");
        List<String> typed = List.of("method.objective=vicreg-paper", "method.objective.type=vicreg");
        assertThat(Recipes.load(Recipes.DEFAULT, paper).toString()).contains("form=PAPER");
        assertThat(Recipes.load(Recipes.DEFAULT, typed).toString()).contains("form=OFFICIAL");
    }

    @ParameterizedTest
    @MethodSource("names")
    void everyShippedRecipeLoadsUnderItsNameAndRoundTrips(String name) throws IOException {
        Recipe recipe = Recipes.load(name, List.of());
        assertThat(recipe.name()).isEqualTo(name);
        assertThat(recipe.about()).isNotBlank();
        Path file = Files.writeString(folder.resolve("resolved.yaml"), Yaml.write(recipe));
        assertThat(Recipes.load(file.toString(), List.of())).isEqualTo(recipe);
    }

    static List<String> presets() {
        return ViewPresets.names();
    }

    @ParameterizedTest
    @MethodSource("presets")
    void everyViewPresetCanBeNamedAndRoundTrips(String preset) {
        Recipe recipe = Recipes.load(Recipes.DEFAULT, List.of("views.preset=" + preset));
        assertThat(recipe.views()).isEqualTo(ViewSpec.named(preset));
        assertThat(Yaml.read("copy", Yaml.write(recipe), Recipe.class, List.of()))
                .isEqualTo(recipe);
    }

    @Test
    void aMethodNamedInASettingIsAStartingPointForOtherSettings() {
        Recipe recipe = Recipes.load(
                Recipes.DEFAULT, List.of("method.target.rate=0.9", "method=byol", "method.predictor.hidden=64"));
        var byol = (MethodSpec.Distillation) MethodPresets.named("byol");
        var method = (MethodSpec.Distillation) recipe.method();
        assertThat(method.target()).isEqualTo(new TargetSpec.Ema(0.9, TargetSpec.Ema.Curve.COSINE, true));
        assertThat(method.predictor()).isEqualTo(new PredictorSpec.Mlp(64, true));
        assertThat(method.projector()).isEqualTo(byol.projector());
    }

    @Test
    void ofTwoSettingsOfOneSectionTheLaterCounts() {
        Recipe recipe =
                Recipes.load(Recipes.DEFAULT, List.of("optimizer={type: sgd, learningRate: 0.5}", "optimizer=adamw"));
        assertThat(recipe.optimizer()).isEqualTo(OptimizerSpec.AdamW.defaults());
    }

    @Test
    void aPresetIsAStartingPoint() {
        ImageViews views = (ImageViews) Yaml.read(
                        "test",
                        "views: {preset: simclr, size: 64, normalize: half}",
                        Recipe.class,
                        List.of("views.pipelines.0.blur.p=0.25"))
                .views();
        ImageViews simclr = (ImageViews) ViewSpec.named("simclr");
        assertThat(views.size()).isEqualTo(64);
        assertThat(views.normalize()).isEqualTo(Normalize.HALF);
        assertThat(views.pipelines().getFirst().blur().p()).isEqualTo(0.25);
        assertThat(views.pipelines().getFirst().jitter())
                .isEqualTo(simclr.pipelines().getFirst().jitter());
    }

    @Test
    void theObjectiveCanBeExchangedFromTheCommandLine() {
        Recipe recipe = Recipes.load(
                Recipes.DEFAULT, List.of("method.objective.temperature=0.2", "method.objective.type=nt-xent"));
        assertThat(((MethodSpec.Joint) recipe.method()).objective()).isInstanceOf(NtXent.class);
    }

    @Test
    void aListOfRegularizersIsReadAndWritten() throws IOException {
        Path file = Files.writeString(folder.resolve("mine.yaml"), """
                method:
                  inner:
                    - {layer: layer3, regularizer: {type: variance-hinge, gamma: 2}, weight: 1.5}
                    - {layer: layer1, regularizer: covariance, weight: 0}
                """);
        Recipe recipe = Recipes.load(file.toString(), List.of("method.inner.1.weight=3"));
        assertThat(((MethodSpec.Joint) recipe.method()).inner())
                .containsExactly(
                        new MethodSpec.Inner("layer3", new VarianceHinge(2, VarianceHinge.DEFAULT_EPSILON), 1.5),
                        new MethodSpec.Inner("layer1", new Covariance(), 3));
        Path written = Files.writeString(folder.resolve("written.yaml"), Yaml.write(recipe));
        assertThat(Recipes.load(written.toString(), List.of())).isEqualTo(recipe);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "method: {objctive: vicreg}|unknown key method.objctive; did you mean method.objective?",
                "method: {inner: [{layer: layer5, regularizer: covariance, weight: 1}]}|method: found layer layer5, expected one of the encoder's: layer1, layer2, layer3, layer4; did you mean layer1?",
                "method: {inner: [{layer: layer3, weight: 1}]}|missing key method.inner.0.regularizer",
                "method: {inner: [{layer: layer3, regularizer: {type: varance-hinge}, weight: 1}]}|method.inner.0.regularizer.type: found \"varance-hinge\"",
                "method: {inner: [{layer: layer3, regularizer: covariance, weight: -1}]}|method.inner.0.weight: found -1.0, expected 0 or",
                "method: {type: layer-local}|method: found layer-local with an encoder that has skip connections",
                "views: {preset: simclrr}|views: no view preset 'simclrr', expected one of vicreg, ",
                "views: {preset: simclr, type: vectors}|views.type: found \"vectors\", expected images as the preset has",
                "views: {preset: simclr, siez: 3}|unknown key views.siez; did you mean views.size? (known in views: type, preset, size,",
                "train: {batch: 1}|train.batch: found 1, expected at least 2, because",
                "train: {chunks: 0}|train.chunks: found 0, expected 1 to the batch of 256",
                "train: {device: gpu}|train.device: found \"gpu\", expected one of auto, cpu, cuda",
                "monitor: {knnSamples: 3}|monitor.knnSamples: found 3, expected 0 (all) or at least the 20 neighbors",
                "checkpoints: {keepLast: 0}|checkpoints.keepLast: found 0, expected at least 1",
                "name: a/b|name: found \"a/b\", expected letters,",
                "encoder: {type: resnet, stem: cifar-pad3}|encoder.stem: found \"cifar-pad3\", expected one of imagenet, cifar, cifar-pad2",
                "encoder: {type: vgg, init: xavier}|encoder.init: found \"xavier\", expected one of kaiming, fan-in",
                "optimizer: {type: adam, beta1: 1}|optimizer.beta1: found 1.0, expected a number from 0 to below 1",
                "optimizer: {type: lars, denominator: product}|optimizer.denominator: found \"product\", expected one of decayed, sum",
                "{schedule: step, train: {epochs: 50}}|schedule.drops: found a drop of the rate 50 epochs before the end of a training of 50",
                "schedule: {type: step, drops: [25, 50]}|schedule.drops: found [25, 50], expected falling numbers of epochs",
                "schedule: {type: step, warmupEpochs: 3}|unknown key schedule.warmupEpochs (known in schedule: type, warmupSteps, drops, factor,",
                "views: {preset: simsiam-cifar, size: 4}|views: blur.kernel reaches 6 pixels to either side",
                "encoder: {type: resnet, depth: 19}|encoder.depth: found 19, expected 18, 34 or 50",
            })
    void wrongRecipesAreRefusedInOneLine(String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("mine.yaml"), text);
        assertThatThrownBy(() -> Recipes.load(file.toString(), List.of()))
                .isInstanceOf(InputException.class)
                .message()
                .startsWith("recipe " + file + ": " + message)
                .doesNotContain("\n");
    }

    @Test
    void theNameOfAnObjectiveStandsForTheJointEmbeddingWithIt() {
        Objective.all().forEach((name, objective) -> {
            var expected = new MethodSpec.Joint(ProjectorSpec.defaults(), objective);
            assertThat(Recipes.load("shapes-vicreg", List.of("method=" + name)).method())
                    .isEqualTo(expected);
            assertThat(Recipes.load("shapes-vicreg", List.of("method.objective=" + name))
                            .method())
                    .extracting("objective")
                    .isEqualTo(objective);
            assertThat(Recipes.load("shapes-vicreg", List.of("method.objective.type=" + name))
                            .method())
                    .extracting("objective")
                    .isEqualTo(objective);
        });
        MethodSpec changed = Recipes.load(
                        "shapes-vicreg", List.of("method=barlow-twins", "method.objective.lambda=0.5"))
                .method();
        assertThat(((MethodSpec.Joint) changed).objective()).isEqualTo(new BarlowTwins(0.5, 1, 1e-5));
    }

    /// As files and run folders had them before there were kinds of schedules, kernels and denominators.
    @Test
    void whatAnOldFileLeavesOutMeansWhatItMeant() {
        Recipe old = Yaml.read("old", """
                views: {preset: simclr, pipelines: [{crop: {scaleMin: 0.2}, blur: {p: 0.5, sigmaMin: 0.1, sigmaMax: 2}}]}
                encoder: {type: vgg, channels: [4, 4], poolAfter: [1]}
                optimizer: {type: lars, learningRate: 0.3, momentum: 0.9, weightDecay: 1e-4, eta: 0.02, clip: true}
                schedule: {warmupEpochs: 10, finalShare: 0, scaleWithBatch: true}
                groups: {predictorRate: 1, predictorDecays: true, weightDecay: all, vectorRate: 0.024}
                """, Recipe.class, List.of());
        assertThat(old.schedule()).isEqualTo(new ScheduleSpec.Cosine(10, 0, true));
        assertThat(old.optimizer()).isEqualTo(new OptimizerSpec.Lars(0.3, 0.9, 1e-4, 0.02, true, Denominator.DECAYED));
        assertThat(old.groups()).isEqualTo(new GroupSpec(1, true, true, GroupSpec.Decaying.ALL, false, 0.024));
        assertThat(old.encoder()).isEqualTo(new Vgg(List.of(4, 4), List.of(1), Vgg.Start.KAIMING));
        ImagePipeline pipeline = ((ImageViews) old.views()).pipeline(0);
        assertThat(pipeline.blur().kernel()).isEqualTo(new BlurKernel.Tenth());
        assertThat(pipeline.colorFirst()).isFalse();
    }

    @Test
    void aGroupStaysOrthogonalOnlyIfTheOptimizerAloneMovesIt() {
        List<String> group = List.of(
                "groups.orthogonal=[predictor.weight]",
                "groups.orthogonalStep.update=projection",
                "groups.orthogonalStep.sampler={type: columns, extra: 2}");
        GroupSpec groups = loaded(group, "method=directpred", "method.predictor.type=linear")
                .groups();
        assertThat(groups.orthogonal()).containsExactly("predictor.weight");
        assertThat(groups.orthogonalStep())
                .isEqualTo(new OrthogonalStep(
                        OrthogonalUpdate.PROJECTION, 1, OrthogonalStep.DEFAULT_RATE, new RankSampler.Columns(2)));
        for (String predictor : List.of("direct-set", "optimal", "{type: linear, symmetric: true}")) {
            assertThatThrownBy(() -> loaded(group, "method=directpred", "method.predictor=" + predictor))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(
                            "groups.orthogonal: found predictor.weight, expected no matrix that the method"
                                    + " itself sets");
        }
    }

    private static Recipe loaded(List<String> group, String... method) {
        List<String> settings = new ArrayList<>(List.of(method));
        settings.addAll(group);
        return Recipes.load("shapes-vicreg", settings);
    }

    @Test
    void groupsOfAPredictorNeedOne() {
        assertThatThrownBy(() -> Recipes.load("shapes-vicreg", List.of("groups.predictorRate=10")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("groups: found a rate or a decay of the predictor, expected none");
        assertThat(Recipes.load("shapes-vicreg", List.of("method=simsiam", "groups.predictorDecays=false"))
                        .groups()
                        .predictorDecays())
                .isFalse();
    }

    @Test
    void aMisspeltNameSuggestsTheNearest() {
        assertThatThrownBy(() -> Recipes.load("shapes-vicerg", List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("recipe shapes-vicerg: found neither a recipe of that name nor a file")
                .hasMessageContaining("nor a file; did you mean shapes-vicreg? Expected one of");
    }

    @Test
    void whatIsNoTextIsRefused() throws IOException {
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1});
        assertThatThrownBy(() -> Recipes.load(binary.toString(), List.of())).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> Recipes.load(folder.toString(), List.of())).isInstanceOf(InputException.class);
    }

    /// As recipe files and run folders had them before the forms were one record.
    @Test
    void formerNamesOfVicregGiveItsForms() {
        String text = "method: {objective: {type: vicreg-solo, invariance: 25, variance: 10, covariance: 1, gamma: 1,"
                + " epsilon: 1e-4}}";
        Recipe recipe = Yaml.read("old", text, Recipe.class, List.of("method.objective.gamma=2"));
        assertThat(((MethodSpec.Joint) recipe.method()).objective())
                .isEqualTo(new Vicreg(Vicreg.Form.SOLO, 25, 10, 1, 2, 1e-4));
    }
}
