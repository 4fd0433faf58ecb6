package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.engine.Keyed;
import org.fullrank.export.OnnxCheck;
import org.fullrank.trained.TrainedEncoder;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `export` of a run that learned from a table of three numbers.
class ExportCommandTest {
    @TempDir
    static Path folder;

    private static String run;

    @BeforeAll
    static void train() throws IOException {
        var table = new StringBuilder("a,b,c\n");
        var random = Keyed.of(1);
        for (int i = 0; i < 64; i++) {
            table.append("%s,%s,%s%n".formatted(random.nextGaussian(), 40 + 7 * random.nextGaussian(), i % 5 + 0.5));
        }
        Path data = Files.writeString(folder.resolve("table.csv"), table);
        run = folder.resolve("run").toString();
        CommandLineRun trained = CommandLineRun.of(
                "pretrain",
                "--recipe",
                "table-vicreg",
                "--data",
                data.toString(),
                "--out",
                run,
                "--no-preflight",
                "--set",
                "encoder.widths=[8, 6]",
                "--set",
                "method.projector.widths=[8, 8]",
                "--set",
                "train={epochs: 1, batch: 16, precision: fp32, threads: 1}",
                "--set",
                "data.cache=" + folder.resolve("cache"));
        assertThat(trained.code()).as(trained.err()).isZero();
    }

    @Test
    void theModelGivesTheEmbeddingsOfTheRun() throws IOException {
        Path file = folder.resolve("encoder.onnx");
        CommandLineRun exported = CommandLineRun.of("export", run, "--out", file.toString());
        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(exported.out()).contains("input float32 [N, 3], embedding float32 [N, 6]; onnxruntime differs by");
        float[] row = {0.3f, 38, 2.5f};
        try (var check = new OnnxCheck(Files.readAllBytes(file), 1);
                var encoder = TrainedEncoder.open(Path.of(run))) {
            float[] expected = encoder.embed(row);
            float[] found = check.run(row, false, 3)[0];
            double size = IntStream.range(0, 6)
                    .mapToDouble(i -> Math.abs(expected[i]))
                    .max()
                    .orElseThrow();
            assertThat(IntStream.range(0, 6).mapToDouble(i -> Math.abs(found[i] - expected[i])))
                    .allMatch(gap -> gap < 1e-5 * size);
        }
    }

    @Test
    void aClassifierAndTheProjectorAreFurtherOutputs() throws IOException {
        CommandLineRun trained = SmallRuns.trainImages(folder, "probed", "{type: convnet, channels: [4, 6], depth: 1}");
        assertThat(trained.code()).as(trained.err()).isZero();
        Path file = folder.resolve("classifier.onnx");
        CommandLineRun exported = CommandLineRun.of(
                "export",
                folder.resolve("probed").toString(),
                "--out",
                file.toString(),
                "--classifier",
                "--projector",
                "--json");
        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(exported.out())
                .containsPattern("\"linearAccuracy\" : (0\\.\\d+|1\\.0)")
                .contains("\"classes\" : [");
        assertThat(new String(Files.readAllBytes(file), StandardCharsets.UTF_8)).contains("projection", "classes");
        float[] image = new float[20 * 24 * 3];
        try (var check = new OnnxCheck(Files.readAllBytes(file), 1)) {
            List<float[][]> outputs = check.run(List.of("embedding", "projection", "logits"), image, true, 20, 24, 3);
            assertThat(outputs.get(0)).hasDimensions(1, 6);
            assertThat(outputs.get(1)[0].length).isGreaterThan(6);
            int classes =
                    exported.out().split("\"classes\" : \\[")[1].split("]")[0].split(",").length;
            assertThat(outputs.get(2)).hasDimensions(1, classes);
        }
    }

    @Test
    void wrongArgumentsWriteNothing() throws IOException {
        for (String[] wrong : new String[][] {
            {"--out", folder.resolve("wrong.bin").toString(), "found no known ending, expected .onnx"},
            {
                "--out",
                folder.resolve("wrong.onnx").toString(),
                "--format",
                "pt",
                "found pt, expected onnx or safetensors"
            },
            {
                "--out",
                folder.resolve("wrong.onnx").toString(),
                "--format",
                "safetensors",
                "found the ending .onnx, expected .safetensors"
            },
            {"--out", folder.resolve("wrong.safetensors").toString(), "--int8", "found an option of ONNX models"},
            {"--out", folder.resolve("wrong.safetensors").toString(), "found an encoder of vectors"},
            {"--out", folder.resolve("none/wrong.onnx").toString(), "none"},
            {"--out", folder.resolve("wrong.onnx").toString(), "--classifier", "--classifier: found no labels"},
            {
                "--out",
                folder.resolve("wrong.onnx").toString(),
                "--projector",
                "--layer",
                "0",
                "--projector: found --layer"
            },
            {"--out", folder.resolve("wrong.onnx").toString(), "--int8", "--projector", "--int8: found --classifier or"
            },
            {
                "--out",
                folder.resolve("wrong.onnx").toString(),
                "--input",
                "int8",
                "found int8, expected image, uint8 or float"
            },
            {"--out", folder.resolve("wrong.onnx").toString(), "--layer", "9", "found no layer 9, expected one of 0, 1"}
        }) {
            String[] arguments = Arrays.copyOf(wrong, wrong.length - 1);
            CommandLineRun refused = CommandLineRun.of(Stream.concat(Stream.of("export", run), Arrays.stream(arguments))
                    .toArray(String[]::new));
            assertThat(refused.code()).as(String.join(" ", wrong)).isEqualTo(2);
            assertThat(refused.err()).contains(wrong[wrong.length - 1]);
        }
        try (var files = Files.list(folder)) {
            assertThat(files.map(Path::toString)).noneMatch(name -> name.contains("wrong"));
        }
    }

    private static float[] pixels(int seed) {
        float[] pixels = new float[20 * 24 * 3];
        var random = Keyed.of(seed);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = Math.clamp(128 + 60 * Math.round(Math.sin(0.01 * i * seed)) + random.nextInt(60) - 30, 0, 255);
        }
        return pixels;
    }

    /// The embeddings have nearly the same directions, and the file a fraction of the size.
    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "resnet;{type: resnet, depth: 18, stem: cifar, width: 0.125}",
                "vit;{type: vit, patch: 8, width: 64, depth: 2, heads: 2}"
            })
    void aModelOf8BitsIsSmallAndAccurate(String name, String encoder) throws IOException {
        CommandLineRun trained = SmallRuns.trainImages(folder, name, encoder);
        assertThat(trained.code()).as(trained.err()).isZero();
        String images = folder.resolve(name).toString();
        Path floats = folder.resolve(name + "-floats.onnx");
        Path bytes = folder.resolve(name + "-bytes.onnx");
        assertThat(CommandLineRun.of("export", images, "--out", floats.toString())
                        .code())
                .isZero();
        CommandLineRun exported = CommandLineRun.of("export", images, "--out", bytes.toString(), "--int8");
        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(exported.out())
                .containsPattern("kNN accuracy 0\\.\\d{4} with 8 bits, 0\\.\\d{4} with floats, on \\d+ items");
        assertThat(Files.size(bytes)).isLessThan(Files.size(floats) * 4 / 10);
        try (var exact = new OnnxCheck(Files.readAllBytes(floats), 1);
                var rounded = new OnnxCheck(Files.readAllBytes(bytes), 1)) {
            for (int seed = 1; seed <= 5; seed++) {
                float[] expected = exact.run(pixels(seed), true, 20, 24, 3)[0];
                float[] found = rounded.run(pixels(seed), true, 20, 24, 3)[0];
                assertThat(found).isNotEqualTo(expected);
                assertThat(cosine(expected, found)).isGreaterThan(0.99);
            }
        }
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double first = 0;
        double second = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            first += a[i] * a[i];
            second += b[i] * b[i];
        }
        return dot / Math.sqrt(first * second);
    }

    @Test
    void whatCannotBe8BitsIsRefused() {
        String out = folder.resolve("refused.onnx").toString();
        CommandLineRun unlabeled = CommandLineRun.of("export", run, "--out", out, "--int8");
        assertThat(unlabeled.code()).isEqualTo(2);
        assertThat(unlabeled.err()).contains("--int8: found no labels").contains("--calibrate PATH");
        CommandLineRun alone = CommandLineRun.of("export", run, "--out", out, "--calibrate", "shapes");
        assertThat(alone.err()).contains("--calibrate: found neither --int8 nor --classifier");
        assertThat(folder.resolve("refused.onnx")).doesNotExist();
    }
}
