package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.data.Dataset;
import org.fullrank.data.Split;
import org.fullrank.engine.Keyed;
import org.fullrank.file.Npy;
import org.fullrank.probe.Features;
import org.fullrank.probe.Probes;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.trained.Trained;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The Java example of the README compiles, works, and is the one below.
class LibraryUseTest {
    private static final Path README = Path.of("../README.md");
    private static final Path SOURCE = Path.of("src/test/java/org/fullrank/train/LibraryUseTest.java");

    @TempDir
    Path folder;

    static Features embeddings(Path run, List<String> settings) {
        Recipe recipe = Recipes.load("shapes-vicreg", settings);
        try (Dataset dataset = Dataset.open(recipe.data());
                RunFolder out = RunFolder.create(run, recipe)) {
            try (Trainer trainer = Trainer.start(recipe, dataset, out, TrainingListener.silent())) {
                trainer.run();
            }
            Path latest = Checkpoints.latest(out.checkpoints());
            try (Trained trained = Trained.open(out, dataset, latest)) {
                System.out.println(Probes.defaults().run(trained).text());
                return trained.embed(Split.TEST); // values() holds the rows one after another
            }
        }
    }

    @Test
    void theExampleTrainsMeasuresAndEmbeds() throws IOException {
        write("train", 80);
        write("test", 24);
        List<String> settings = List.of(
                "data.path=" + folder.resolve("data"),
                "views=vector",
                "encoder={type: mlp, widths: [8, 4]}",
                "method.projector.widths=[8, 8]",
                "train.batch=16",
                "train.epochs=2",
                "train.threads=1",
                "data.cache=" + folder.resolve("cache"));
        Features features = embeddings(folder.resolve("run"), settings);
        assertThat(features.rows()).isEqualTo(24);
        assertThat(features.width()).isEqualTo(4);
    }

    @Test
    void theReadmeShowsThisExample() throws IOException {
        String readme = unindented(README);
        String source = unindented(SOURCE);
        int begin = source.indexOf("static Features embeddings(");
        String example =
                source.substring(begin, source.indexOf("\n@Test", begin)).strip();
        assertThat(readme).contains(example);
    }

    private static String unindented(Path file) throws IOException {
        return String.join(
                "\n", Files.readAllLines(file).stream().map(String::strip).toList());
    }

    /// Rows around one of two centers.
    private void write(String split, int rows) throws IOException {
        Path data = Files.createDirectories(folder.resolve("data"));
        Keyed random = Keyed.of(1, rows);
        float[] values = new float[rows * 6];
        int[] labels = new int[rows];
        for (int i = 0; i < values.length; i++) {
            labels[i / 6] = i / 6 % 2;
            values[i] = (float) (random.nextGaussian() + 3 * labels[i / 6]);
        }
        Npy.write(data.resolve("x_" + split + ".npy"), values, 6);
        Npy.write(data.resolve("y_" + split + ".npy"), labels);
    }
}
