package org.fullrank.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.fullrank.data.Dataset;
import org.fullrank.engine.Keyed;
import org.fullrank.file.Npy;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs each example as a user would and checks what it prints.
class ExamplesTest {
    private static final Path SOURCES = Path.of("src/main/java/org/fullrank/examples");

    @TempDir
    Path folder;

    @Test
    void trainAndEmbedWritesTheEmbeddingsOfTheTestSplit() throws IOException {
        write("train", 80);
        write("test", 24);
        Path run = folder.resolve("run");
        String printed = printedBy(() -> TrainAndEmbed.main(new String[] {
            run.toString(),
            "data.path=" + folder.resolve("data"),
            "views=vector",
            "encoder={type: mlp, widths: [8, 4]}",
            "method.projector.widths=[8, 8]",
            "train.batch=16",
            "train.epochs=2",
            "train.threads=1",
            "data.cache=" + folder.resolve("cache")
        }));
        assertThat(printed).contains("kNN", "24 embeddings of width 4");
        Npy.Matrix embeddings = Npy.readMatrix(run.resolve("embeddings.npy"));
        assertThat(embeddings.rows()).isEqualTo(24);
        assertThat(embeddings.columns()).isEqualTo(4);
    }

    @Test
    void diagnoseArrayFindsTheDimensionalCollapse() throws IOException {
        String printed = printedBy(() -> DiagnoseArray.main(new String[0]));
        assertThat(printed).contains("verdict: dimensional collapse", "DIMENSIONAL COLLAPSE", "next");
        assertThat(numberAfter("participation", printed)).isBetween(2.0, 3.0);
    }

    @Test
    void bothRegularizersKeepTheRankThatTheLabelsAloneLose() throws IOException {
        String printed = printedBy(() -> RegularizeSupervised.main(new String[0]));
        assertThat(numberAfter("labels alone .* rank", printed)).isLessThan(1.6);
        assertThat(numberAfter("variance \\+ covariance .* rank", printed)).isGreaterThan(4);
        assertThat(numberAfter("one of your own .* rank", printed)).isGreaterThan(4);
        for (String name : List.of("labels alone", "variance \\+ covariance", "one of your own")) {
            assertThat(numberAfter(name + " +cross-entropy", printed)).isLessThan(0.6);
        }
    }

    @Test
    void learnFromStreamFindsTheRhythmAndSavesItsState() throws IOException {
        Path state = folder.resolve("example.state");
        String printed = printedBy(() -> LearnFromStream.main(new String[] {state.toString()}));
        double best = Math.sqrt(0.5 / (0.5 + 0.5 / 6)); // the mean of six channels: variances of rhythm and noise
        assertThat(numberAfter("with the rhythm:", printed)).isCloseTo(best, within(0.01));
        assertThat(printed).contains(state + ": 50000 samples learned");
        assertThat(state).isNotEmptyFile();
    }

    @Test
    void compareImagesFindsACopyAndTellsOthersApart() throws IOException {
        Path photos = Files.createDirectory(folder.resolve("photos"));
        List<String> names = IntStream.range(0, 8)
                .mapToObj(i -> photos.resolve("photo%d.png".formatted(i)).toString())
                .toList();
        for (int i = 0; i < names.size(); i++) {
            var image = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            var random = Keyed.of(i / 2); // the second of each pair is a copy of the first
            for (int pixel = 0; pixel < 256; pixel++) {
                image.setRGB(pixel % 16, pixel / 16, (int) random.nextLong() & 0xFFFFFF);
            }
            ImageIO.write(image, "png", Path.of(names.get(i)).toFile());
        }
        Path run = folder.resolve("run");
        Recipe recipe = Recipes.load(
                "small-vicreg",
                List.of(
                        "data.path=" + photos,
                        "data.cache=" + folder.resolve("cache"),
                        "views.size=16",
                        "encoder={type: convnet, channels: [4, 8]}",
                        "method.projector.widths=[8, 8]",
                        "train={epochs: 1, batch: 4, precision: fp32, threads: 1}"));
        try (Dataset dataset = Dataset.open(recipe.data());
                RunFolder out = RunFolder.create(run, recipe);
                Trainer trainer = Trainer.start(recipe, dataset, out, TrainingListener.silent())) {
            trainer.run();
        }
        double[] cosines =
                CompareImages.cosines(run, names.stream().map(Path::of).toList());
        assertThat(cosines[0]).isCloseTo(1, within(1e-9));
        assertThat(cosines[1]).isCloseTo(1, within(1e-6));
        assertThat(Arrays.stream(cosines).filter(c -> c < 1 - 1e-6)).hasSize(6);
    }

    @Test
    void thePageForJavaUsersShowsTheExamples() throws IOException {
        String page = unindented(Path.of("../docs/how-to/java.md"));
        String train = unindented(SOURCES.resolve("TrainAndEmbed.java"));
        assertThat(page)
                .contains(train.substring(train.indexOf("static Features embeddings("), train.lastIndexOf("}"))
                        .strip());
        String compare = unindented(SOURCES.resolve("CompareImages.java"));
        assertThat(page)
                .contains(compare.substring(
                                compare.indexOf("static double[] cosines("),
                                compare.indexOf("private static double cosine("))
                        .strip());
    }

    @Test
    void theReadmeOfThisModuleNamesEveryExample() throws IOException {
        String readme = Files.readString(Path.of("README.md"));
        try (Stream<Path> files = Files.list(SOURCES)) {
            List<String> names = files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("package-info.java"))
                    .map(name -> name.replace(".java", ""))
                    .toList();
            assertThat(names).allSatisfy(name -> assertThat(readme).contains("`" + name));
        }
    }

    private interface Example {
        void run() throws IOException;
    }

    private static String printedBy(Example example) throws IOException {
        PrintStream before = System.out;
        var bytes = new ByteArrayOutputStream();
        try (var out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            System.setOut(out);
            example.run();
        } finally {
            System.setOut(before);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    /// The first number that follows what matches `before`.
    private static double numberAfter(String before, String text) {
        var found = Pattern.compile(before + "\\s+(-?[0-9.]+)").matcher(text);
        assertThat(found.find()).as("%s in %s", before, text).isTrue();
        return Double.parseDouble(found.group(1));
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
