package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The run folders of `fullrank spectral`: other commands read them as any other run. `F` in an argument
/// stands for the folder of the files.
class SpectralRunTest {
    private static final int ROWS = 120;
    private static final int SIDE = 6;
    /// Outputs are float32, of length near 1.
    private static final double ROUNDING = 1e-6;
    private static final String FIT = "spectral --data F/t.csv --neighbors 5 --kernel rbf --landmarks 60 --dim 4";

    @TempDir
    Path folder;

    /// A table with numbers, a category, a missing number and a label, and the same with its columns
    /// reversed.
    @BeforeEach
    void writeTable() throws IOException {
        Keyed random = Keyed.of(3, Keyed.name("table"));
        List<List<String>> rows = new ArrayList<>(List.of(List.of("height", "color", "width", "label")));
        for (int i = 0; i < ROWS; i++) {
            rows.add(List.of(
                    i == 7 ? "" : "%.4f".formatted(100 * (i % 2) + 40 * random.nextGaussian()),
                    random.nextInt(3) < 1 + i % 2 ? "red" : "blue",
                    "%.4f".formatted(random.nextGaussian()),
                    "class" + i % 2));
        }
        write("t.csv", rows);
        write("reversed.csv", rows.stream().map(List::reversed).toList());
    }

    @Test
    void aRunEmbedsWhatTheFitEmbeds() throws IOException {
        done(FIT + " --out F/z.npy");
        CommandLineRun run = done(FIT + " --out F/run");
        assertThat(run.out()).contains("kernel rbf:", "accuracy ", "representation: ", "run folder F/run");
        done("embed F/run --out F/e.npy");
        done("embed F/run --data F/reversed.csv --out F/r.npy");
        double[][] expected = matrix("z.npy", "<f8");
        assertThat(expected).hasDimensions(ROWS, 4);
        assertThat(matrix("e.npy", "<f4")).isDeepEqualTo(matrix("r.npy", "<f4"));
        assertNear(matrix("e.npy", "<f4"), expected);
    }

    /// Coefficients of a kernel that is nearly singular are millions of times larger than the embeddings, so
    /// that float32 would lose every digit.
    @Test
    void aNearlySingularKernelKeepsItsDigits() throws IOException {
        String fit = "spectral --data F/t.csv --neighbors 5 --kernel rbf:30 --dim 8";
        done(fit + " --out F/z.npy");
        JsonNode found = json(fit + " --out F/run --json");
        assertThat(found.get("condition").asDouble()).isGreaterThan(1e9);
        done("embed F/run --out F/e.npy");
        assertNear(matrix("e.npy", "<f4"), matrix("z.npy", "<f8"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--labels --views gray --kernel linear --dim 1",
                "--views gray --kernel ntk --dim 3",
                "--neighbors 3 --views gray --kernel polynomial --landmarks 9 --landmark-choice uniform --dim 2"
            })
    void imagesAreFlattenedAsInTheFit(String options) throws IOException {
        for (int i = 0; i < 24; i++) {
            image(i);
        }
        String fit = "spectral --data F/images " + options;
        done(fit + " --out F/z.npy");
        done(fit + " --out F/run");
        done("embed F/run --out F/e.npy");
        assertNear(matrix("e.npy", "<f4"), matrix("z.npy", "<f8"));
        assertThat(json("evaluate F/run --json --protocol nearest-centroid").at("/protocols/nearest-centroid/results"))
                .hasSize(2);
        assertThat(json("diagnose F/run --json").at("/diagnoses/0/subject").asText())
                .isEqualTo("representation");
    }

    @Test
    void anEvaluationSaysThatThereIsNoUntrainedEncoder() throws IOException {
        done(FIT + " --out F/run");
        CommandLineRun text = done("evaluate F/run --protocol all");
        assertThat(text.err()).contains("finetune: left out, because a closed form is not trained");
        assertThat(text.out().split("untrained encoder: not measured: a closed form is not trained", -1))
                .hasSize(5); // probes, retrieval, nearest centroid and independence
        assertThat(text.out()).doesNotContain("train.epochs");
        JsonNode json = json("evaluate F/run --json").get("evaluation");
        assertThat(json.get("results").findValuesAsText("features"))
                .containsExactly("encoder", "raw input", "PCA-4", "PCA-5");
        assertThat(json.get("notMeasured")).hasSize(1);
        refused("evaluate F/run --protocol finetune", "fullrank: finetune: found a closed form, expected an encoder");
    }

    @Test
    void aRunIsListedShownAndNotTrained() throws IOException {
        JsonNode found = json(FIT + " --out F/runs/map --json");
        assertThat(found.get("run").asText()).isEqualTo("F/runs/map");
        assertThat(found.at("/evaluation/results")).isNotEmpty();
        assertThat(done("runs F/runs").out())
                .contains("closed-form  finished  -      0 ", "closed form of vicreg: no steps, so no curves");
        assertThat(new ObjectMapper()
                        .readTree(folder.resolve("runs/map/closed-form.json").toFile()))
                .isEqualTo(figures(found));
        done("report F/runs/map --pictures");
        assertThat(Files.readString(folder.resolve("runs/map/report.html")))
                .contains("closed form of vicreg: no steps, so no curves", "kernel-map");
        String refusal = "fullrank: recipe closed-form: found method closed-form, expected one that is trained";
        refused("pretrain --resume F/runs/map", refusal);
        refused("pretrain --from F/runs/map --out F/more", refusal);
        refused("pretrain --recipe F/runs/map/config.yaml --preflight", refusal);
        refused(
                FIT + " --out F/runs/map",
                "fullrank: run folder F/runs/map: found a folder that is not empty,"
                        + " expected nothing there; remove it, because a fit starts anew, or name another folder with"
                        + " --out");
        refused(
                "spectral --x F/z.npy --neighbors 3 --kernel rbf --out F/more",
                "fullrank spectral: found --out F/more with --x F/z.npy, expected --data for a run folder");
        assertThat(folder.resolve("more")).doesNotExist();
    }

    @Test
    void aComparisonFitsAClosedFormBesideTrainedRecipes() throws IOException {
        done(FIT + " --out F/run");
        String trained =
                "mlp=F/run/config.yaml,method=vicreg,method.projector.widths=[16],encoder={type: mlp, widths: [8]},"
                        + "train={epochs: 2, batch: 16, precision: fp32, threads: 1}";
        List<String> line = new ArrayList<>(
                List.of("compare", "map=F/run/config.yaml", trained, "--seeds", "1,2", "--out", "F/two", "--json"));
        CommandLineRun run = run(line);
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode rows = new ObjectMapper().readTree(run.out()).get("rows");
        assertThat(rows.findValuesAsText("label")).contains("map", "mlp");
        assertThat(rows.at("/0/knn/n").asInt()).isEqualTo(2);
        assertThat(run.out()).contains("untrained encoder").doesNotContain("untrained encoder of map");
        line.set(1, "map=F/run/config.yaml,encoder.features=90,encoder.landmarks=5");
        line.set(line.indexOf("F/two"), "F/wide");
        assertThat(run(line).err())
                .contains("failed: recipe map: found encoder.features 90, expected ", "the optimum uses no more");
    }

    /// A polynomial of degree 2 has fewer directions than landmarks, so that how many are used depends on the
    /// seed.
    @Test
    void aComparisonKeepsTheLandmarksOfTheRecipe() throws IOException {
        done(FIT + " --out F/run");
        String map =
                "map=F/run/config.yaml,encoder.landmarks=60,encoder.kernel={type: polynomial, offset: 1, degree: 2}";
        CommandLineRun run =
                run(List.of("compare", map, map.replace("map=", "other="), "--seeds", "1,2", "--out", "F/two"));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).doesNotContain("failed");
        try (Stream<Path> files = Files.walk(folder.resolve("two"))) {
            List<Path> configs = files.filter(f -> f.endsWith("config.yaml")).toList();
            assertThat(configs)
                    .hasSize(4)
                    .allSatisfy(file -> assertThat(Files.readString(file)).contains("landmarks: 60"));
        }
    }

    private static JsonNode figures(JsonNode found) {
        var figures = new ObjectMapper().createObjectNode();
        List.of("loss", "lengths", "rank", "condition", "gap", "residual", "traceError", "warnings")
                .forEach(key -> figures.set(key, found.get(key)));
        return figures;
    }

    private static void assertNear(double[][] found, double[][] expected) {
        assertThat(found).hasDimensions(expected.length, expected[0].length);
        double scale = Arrays.stream(expected)
                .flatMapToDouble(Arrays::stream)
                .map(Math::abs)
                .max()
                .orElseThrow();
        for (int i = 0; i < found.length; i++) {
            assertThat(found[i]).as("row %d", i).containsExactly(expected[i], within(ROUNDING * scale));
        }
    }

    /// A light square on a dark ground: on the left in class a, on the right in class b.
    private void image(int i) throws IOException {
        Path file = folder.resolve("images/%s/%d.png".formatted(i % 2 == 0 ? "a" : "b", i));
        Files.createDirectories(file.getParent());
        var image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        Keyed random = Keyed.of(i, Keyed.name("image"));
        for (int p = 0; p < SIDE * SIDE; p++) {
            boolean light = p % SIDE / 3 == i % 2 && p / SIDE > 1;
            image.setRGB(p % SIDE, p / SIDE, 0x010101 * (random.nextInt(60) + (light ? 150 : 10)));
        }
        ImageIO.write(image, "png", file.toFile());
    }

    private void write(String name, List<List<String>> rows) throws IOException {
        Files.write(
                folder.resolve(name),
                rows.stream().map(r -> String.join(",", r)).toList());
    }

    private double[][] matrix(String name, String type) throws IOException {
        return NumpyFiles.read(folder.resolve(name), type);
    }

    private JsonNode json(String line) throws IOException {
        return new ObjectMapper().readTree(done(line).out());
    }

    private CommandLineRun done(String line) {
        CommandLineRun run = run(Arrays.asList(line.split(" ")));
        assertThat(run.code()).as(run.err()).isZero();
        return run;
    }

    private void refused(String line, String message) {
        CommandLineRun run = run(Arrays.asList(line.split(" ")));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines().toList().getLast()).startsWith(message);
    }

    private CommandLineRun run(List<String> line) {
        CommandLineRun run = CommandLineRun.of(
                line.stream().map(a -> a.replace("F/", folder + "/")).toArray(String[]::new));
        return new CommandLineRun(
                run.code(), run.out().replace(folder + "/", "F/"), run.err().replace(folder + "/", "F/"));
    }
}
