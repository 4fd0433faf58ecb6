package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.Keyed;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.ResNet;
import org.fullrank.net.Vgg;
import org.fullrank.objective.WMse;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Two steps of each published recipe on a narrow network: encoder, method, optimizer, schedule and views
/// work together.
class PublishedRecipesTest {
    private static final int IMAGES = 48;
    private static final int BATCH = 16;

    @TempDir
    Path folder;

    static List<String> names() {
        return Recipes.list().stream()
                .filter(name -> name.startsWith("published-"))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("names")
    void twoStepsRunAndGiveFiniteNumbers(String name) throws IOException {
        Recipe recipe = Recipes.load(name, narrowed(name));
        Path run = folder.resolve("run");
        assertThat(SmallTraining.train(recipe, run, SmallTraining.stopAfter(2)))
                .isEqualTo(new Trainer.Ending(2, RunStatus.STOPPED));
        List<String> metrics = SmallTraining.metrics(run).stream()
                .filter(line -> line.contains("\"loss\""))
                .toList();
        assertThat(metrics).hasSizeGreaterThanOrEqualTo(2);
        assertThat(metrics).noneMatch(line -> line.contains("NaN") || line.contains("Infinity"));
    }

    @Test
    void theNarrowNetworksAreThoseOfTheRecipes() throws IOException {
        for (String name : names()) {
            Recipe full = Recipes.load(name, List.of());
            Recipe narrow = Recipes.load(name, narrowed(name));
            assertThat(narrow.schedule()).isEqualTo(full.schedule());
            assertThat(narrow.optimizer()).isEqualTo(full.optimizer());
            assertThat(narrow.groups()).isEqualTo(full.groups());
            assertThat(narrow.views()).isEqualTo(full.views());
        }
    }

    /// The settings of a small network, batch and data set.
    private List<String> narrowed(String name) throws IOException {
        Recipe recipe = Recipes.load(name, List.of());
        var settings = new ArrayList<>(List.of(
                "data.path=" + images(),
                "data.cache=" + folder.resolve("cache"),
                "train.batch=" + BATCH,
                "train.device=cpu",
                "train.precision=fp32",
                "train.threads=1",
                "train.logEverySteps=1",
                "monitor.everyEpochs=0",
                "checkpoints.everyEpochs=0"));
        switch (recipe.encoder()) {
            case ResNet _ -> settings.add("encoder.width=0.03125");
            case Vgg _ -> settings.add("encoder.channels=[4, 4, 4, 4, 8, 8, 8, 8]");
            default -> throw new AssertionError(recipe.encoder());
        }
        int layers = switch (recipe.method()) {
            case MethodSpec.Joint joint -> joint.projector().widths().size();
            case MethodSpec.Distillation distillation ->
                distillation.projector().widths().size();
            case MethodSpec.Metric metric -> metric.projector().widths().size();
            case MethodSpec.Local _, MethodSpec.ClosedForm _ -> 0;
        };
        if (layers > 0) {
            List<String> widths = new ArrayList<>();
            for (int i = 0; i < layers; i++) {
                widths.add(i == layers - 1 ? "3" : "8");
            }
            settings.add("method.projector.widths=[" + String.join(", ", widths) + "]");
        }
        if (recipe.method() instanceof MethodSpec.Joint joint && joint.objective() instanceof WMse) {
            settings.add("method.objective.subBatch=8");
        }
        return settings;
    }

    /// A CIFAR-10 binary of random pixels: one byte of label, then 32 x 32 pixels of three planes.
    private Path images() throws IOException {
        Path data = folder.resolve("cifar-10");
        Path file = data.resolve("data_batch_1.bin");
        if (!Files.exists(file)) {
            byte[] bytes = new byte[IMAGES * 3073];
            Keyed.of(4).nextBytes(bytes);
            for (int i = 0; i < IMAGES; i++) {
                bytes[i * 3073] = (byte) (i % 10);
            }
            Files.createDirectories(data);
            Files.write(file, bytes);
        }
        return data;
    }
}
