package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.fullrank.data.DataSpec;
import org.fullrank.engine.Keyed;
import org.fullrank.file.SafeTensors;
import org.fullrank.trained.TrainedEncoder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The encoder that a run wrote has the names of torchvision, so `import` reads it.
class ImportCommandTest {
    @TempDir
    Path folder;

    private static BufferedImage noise() {
        var image = new BufferedImage(20, 30, BufferedImage.TYPE_INT_RGB);
        var random = Keyed.of(1);
        for (int i = 0; i < 600; i++) {
            image.setRGB(i % 20, i / 20, random.nextInt(1 << 24));
        }
        return image;
    }

    /// Without labels, so that there is no evaluation.
    private static CommandLineRun train(Path folder, String name, String encoder, String... settings) {
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        all[settings.length] = DataSpec.UNLABELED_SETTING;
        return SmallRuns.trainImages(folder, name, encoder, all);
    }

    @Test
    void importedWeightsGiveTheSameEmbeddings() {
        Path run = folder.resolve("run");
        String train = "train={epochs: 1, batch: 16, precision: fp32, threads: 1}";
        String cache = "data.cache=" + folder.resolve("cache");
        CommandLineRun trained = train(
                folder,
                "run",
                "{type: resnet, depth: 18, stem: cifar, width: 0.125}",
                "views.normalize=half",
                "data.samples=64",
                train);
        assertThat(trained.code()).as(trained.err()).isZero();
        String weights = run.resolve("encoder.safetensors").toString();
        Path imported = folder.resolve("imported");

        CommandLineRun unknown = CommandLineRun.of("import", weights, "--out", imported.toString());
        assertThat(unknown.code()).isEqualTo(2);
        assertThat(unknown.err()).contains("add --size PIXELS");
        CommandLineRun bare = CommandLineRun.of("import", weights, "--size", "16", "--out", imported.toString());
        assertThat(bare.err()).contains("add --normalize imagenet");
        assertThat(Files.exists(imported)).isFalse();

        CommandLineRun done = CommandLineRun.of(
                "import", weights, "--size", "16", "--normalize", "half", "--out", imported.toString());
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.out()).contains("torchvision ResNet of depth 18, width 0.125, stem cifar");
        try (var first = TrainedEncoder.open(run);
                var second = TrainedEncoder.open(imported)) {
            assertThat(second.embed(noise())).containsExactly(first.embed(noise()), within(1e-6f));
        }
        CommandLineRun evaluated = CommandLineRun.of("evaluate", imported.toString());
        assertThat(evaluated.code()).isEqualTo(2);
        assertThat(evaluated.err()).contains("its weights are imported");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{type: resnet, depth: 18, stem: cifar_pad2, width: 0.125};layer1.0.conv1.weight",
                "{type: vit, patch: 8, width: 24, depth: 1, heads: 3};blocks.0.attn.qkv.weight",
                "{type: convnet, channels: [4, 6], depth: 1};stage1.0.conv.weight"
            })
    void exportedWeightsNeedNoOptionsAndGiveTheSameEmbeddings(String encoder, String parameter) {
        Path file = folder.resolve("weights.safetensors");
        CommandLineRun trained = train(folder, "run", encoder, "views.normalize=half", "data.samples=64");
        assertThat(trained.code()).as(trained.err()).isZero();
        Path run = folder.resolve("run");
        CommandLineRun exported = CommandLineRun.of("export", run.toString(), "--out", file.toString());
        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(exported.out()).contains("weights for images of 16 pixels", "mean [0.5] and deviation [0.25]");
        try (var weights = SafeTensors.open(file)) {
            assertThat(weights.names()).contains(parameter).noneMatch(name -> name.contains("projector"));
            assertThat(weights.metadata()).containsEntry("source", "run").containsKey("fullrank");
        }
        Path imported = folder.resolve("imported");
        CommandLineRun done = CommandLineRun.of("import", file.toString(), "--out", imported.toString());
        assertThat(done.code()).as(done.err()).isZero();
        assertThat(done.out()).contains("fullrank encoder").contains("images of 16 pixels");
        assertThat(done.err()).doesNotContain("heads are assumed");
        try (var first = TrainedEncoder.open(run);
                var second = TrainedEncoder.open(imported)) {
            assertThat(second.embed(noise())).containsExactly(first.embed(noise()), within(1e-6f));
        }
    }

    @Test
    void aRecipeCanBeginWithWeights() {
        String encoder = "{type: resnet, depth: 18, stem: cifar, width: 0.125}";
        Path source = folder.resolve("run");
        assertThat(train(folder, "run", encoder, "views.normalize=half").code()).isZero();
        String plain = source.resolve("encoder.safetensors").toString();

        CommandLineRun begun =
                train(folder, "begun", encoder, "views.normalize=half", "weights=" + plain, "checkpoints.keepLast=9");
        assertThat(begun.code()).as(begun.err()).isZero();
        assertThat(begun.err())
                .contains("starts from the weights of " + plain)
                .contains("found no configuration with means and deviations of the pixels");
        Path run = folder.resolve("begun");
        try (var first = TrainedEncoder.open(source);
                var start = TrainedEncoder.open(run, "step-00000000.safetensors", note -> {});
                var end = TrainedEncoder.open(run)) {
            float[] expected = first.embed(noise());
            assertThat(start.embed(noise())).containsExactly(expected, within(1e-6f));
            assertThat(end.embed(noise())).isNotEqualTo(expected);
        }

        Path own = folder.resolve("own.safetensors");
        assertThat(CommandLineRun.of("export", source.toString(), "--out", own.toString())
                        .code())
                .isZero();
        CommandLineRun other = train(folder, "other", encoder, "views.normalize=imagenet", "weights=" + own);
        assertThat(other.code()).as(other.err()).isZero();
        assertThat(other.err()).contains("set views.normalize={mean: [0.5], std: [0.25]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{type: resnet, depth: 34, stem: cifar, width: 0.125};WEIGHTS;\"depth\":18",
                "{type: convnet, channels: [4, 6], depth: 1};WEIGHTS;encoder={\"type\":\"resnet\"",
                "{type: resnet, depth: 18, stem: cifar, width: 0.125};missing.safetensors;missing.safetensors"
            })
    void otherWeightsAreRefusedAndLeaveNoRun(String encoder, String weights, String message) {
        train(folder, "run", "{type: resnet, depth: 18, stem: cifar, width: 0.125}");
        String file = weights.replace(
                "WEIGHTS", folder.resolve("run/encoder.safetensors").toString());
        CommandLineRun refused = train(folder, "other", encoder, "weights=" + file);
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.err()).contains(message);
        assertThat(folder.resolve("other")).doesNotExist();
        CommandLineRun both =
                CommandLineRun.of("pretrain", "--from", folder.resolve("run").toString(), "--set", "weights=" + file);
        assertThat(both.code()).isEqualTo(2);
        assertThat(both.err()).contains("found --from together with the setting weights");
    }
}
