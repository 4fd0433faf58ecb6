package org.fullrank.trained;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.data.Dataset;
import org.fullrank.data.Items;
import org.fullrank.data.Split;
import org.fullrank.engine.Keyed;
import org.fullrank.method.MethodSpec;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Contrastive;
import org.fullrank.probe.Embedder;
import org.fullrank.probe.Features;
import org.fullrank.probe.Retrieval;
import org.fullrank.probe.RetrievalProtocol;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.SmallTraining;
import org.fullrank.view.VectorViews;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Metric learning on four classes, and a retrieval of two others.
class UnseenClassesTest {
    private static final int ROWS = 64;
    private static final int FEATURES = 8;

    @TempDir
    Path folder;

    /// Rows around the center of their class in two of eight columns; the other columns are noise of twice the
    /// size.
    private static String table(long seed, String... classes) {
        var text = new StringBuilder("a,b,c,d,e,f,g,h,label\n");
        Keyed random = Keyed.of(seed);
        for (int i = 0; i < ROWS; i++) {
            String label = classes[i % classes.length];
            double angle = label.charAt(0) * 1.1;
            for (int j = 0; j < FEATURES; j++) {
                double center = j == 0 ? 3 * Math.cos(angle) : j == 1 ? 3 * Math.sin(angle) : 0;
                text.append(center + (j < 2 ? 0.3 : 2) * random.nextGaussian()).append(',');
            }
            text.append(label).append('\n');
        }
        return text.toString();
    }

    @Test
    void theEmbeddingOfUnseenClassesIsMeasuredAmongThemselves() throws IOException {
        Path set = Files.createDirectories(folder.resolve("set"));
        Files.writeString(set.resolve("train.csv"), table(1, "a", "b", "c", "d"));
        Files.writeString(set.resolve("test.csv"), table(2, "e", "g"));
        Recipe base = SmallTraining.recipe(folder, set, 2);
        var metric = new MethodSpec.Metric(new ProjectorSpec(List.of(4), true), Contrastive.defaults(), 4);
        Recipe recipe = SmallTraining.with(
                SmallTraining.with(base, base.encoder(), metric), new VectorViews(1, 0.1, 0, 0, true));
        Path run = folder.resolve("run");
        SmallTraining.train(recipe, run, new SmallTraining.Watching());
        try (var out = RunFolder.open(run);
                var data = Dataset.open(recipe.data());
                var trained = Trained.open(out, data, Checkpoints.latest(out.checkpoints(), _ -> {}))) {
            Retrieval found = RetrievalProtocol.defaults().run(trained);
            assertThat(found.protocol().text())
                    .contains("asked: test split, all of classes unseen in training, 64 items");
            assertThat(found.rows().stream().map(Retrieval.Row::features))
                    .containsExactly("encoder", "embedding", "raw input", "untrained encoder");
            Retrieval.Row embedding = found.rows().get(1);
            Items asked = data.items(Split.TEST);
            Features expected =
                    Embedder.project(trained.method(), trained.views().on(asked), asked);
            assertThat(embedding).isEqualTo(Retrieval.Row.of("embedding", expected, RetrievalProtocol.defaults()));
            assertThat(embedding.width()).isEqualTo(4);
            assertThat(embedding.queries()).isEqualTo(ROWS);
        }
    }
}
