package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import org.fullrank.engine.Keyed;
import org.fullrank.export.OnnxCheck;
import org.fullrank.file.Npy;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `export` of encoders of time series with two channels, whose values are a million times apart.
class SeriesExportTest {
    private static final int SERIES = 60;
    private static final int LENGTH = 24;
    private static final double[] SCALES = {1e-3, 1e3};

    @TempDir
    static Path folder;

    private static Path data;

    /// The value of a channel at a step. The classes have different frequencies.
    private static float value(int series, int channel, int step) {
        var random = Keyed.of(series, channel, step);
        double wave = Math.sin((1 + series % 2) * step * 0.4 + series);
        return (float) (SCALES[channel] * (1 + wave + 0.1 * random.nextGaussian()));
    }

    @BeforeAll
    static void writeSeries() throws IOException {
        var lines = new StringBuilder("@classLabel true 0 1\n@data\n");
        for (int i = 0; i < SERIES; i++) {
            for (int c = 0; c < SCALES.length; c++) {
                var channel = new StringJoiner(",", "", ":");
                for (int t = 0; t < LENGTH; t++) {
                    channel.add(Float.toString(value(i, c, t)));
                }
                lines.append(channel);
            }
            lines.append(i % 2).append('\n');
        }
        data = Files.writeString(folder.resolve("waves.ts"), lines);
    }

    private static String train(String name, String encoder) {
        String run = folder.resolve(name).toString();
        CommandLineRun trained = CommandLineRun.of(
                "pretrain",
                "--recipe",
                "series-vicreg",
                "--data",
                data.toString(),
                "--out",
                run,
                "--no-preflight",
                "--set",
                "encoder=" + encoder,
                "--set",
                "method.projector.widths=[8, 8]",
                "--set",
                "train={epochs: 2, batch: 16, precision: fp32, threads: 1}",
                "--set",
                "data.cache=" + folder.resolve("cache"));
        assertThat(trained.code()).as(trained.err()).isZero();
        return run;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "resnet1d;{type: resnet1d, channels: [6, 8], kernel: 5}",
                "gru;{type: recurrent, cell: gru, widths: [8]}",
                "lstm;{type: recurrent, cell: lstm, widths: [8, 6], pool: last}",
                "orthogonal;{type: recurrent, cell: orthogonal, widths: [8]}"
            })
    void theModelGivesTheEmbeddingsOfTheRun(String name, String encoder) throws IOException {
        String run = train(name, encoder);
        String z = folder.resolve(name + ".npy").toString();
        assertThat(CommandLineRun.of("embed", run, "--out", z).code()).isZero();
        Path file = folder.resolve(name + ".onnx");
        CommandLineRun exported = CommandLineRun.of("export", run, "--out", file.toString());
        assertThat(exported.code()).as(exported.err()).isZero();
        assertThat(exported.out()).contains("input float32 [N, 2, length]");
        float[] expected = Npy.readMatrix(Path.of(z)).values();
        try (var check = new OnnxCheck(Files.readAllBytes(file), 1)) {
            float[][] found = check.run(raw(0, 3), false, SCALES.length, LENGTH);
            for (int i = 0; i < found.length; i++) {
                for (int j = 0; j < found[i].length; j++) {
                    assertThat(found[i][j]).isCloseTo(expected[i * found[i].length + j], within(1e-4f));
                }
            }
        }
    }

    /// Series one after another, all steps of the first channel first.
    private static float[] raw(int first, int count) {
        float[] values = new float[count * SCALES.length * LENGTH];
        IntStream.range(0, values.length)
                .forEach(i -> values[i] =
                        value(first + i / (SCALES.length * LENGTH), i / LENGTH % SCALES.length, i % LENGTH));
        return values;
    }

    @Test
    void encodersOfOneLengthAndOfCategoriesAreRefusedWithAndWithoutInt8() throws IOException {
        String mlp = train("mlp", "{type: mlp, widths: [8]}");
        Path table =
                Files.writeString(folder.resolve("t.csv"), "color,size,label\n" + "red,1,a\nblue,2,b\n".repeat(40));
        String categories = folder.resolve("categories").toString();
        CommandLineRun trained = SmallRuns.pretrain(table, Path.of(categories));
        assertThat(trained.code()).as(trained.err()).isZero();
        String out = folder.resolve("refused.onnx").toString();
        for (List<String> more : List.of(List.<String>of(), List.of("--int8"))) {
            for (String run : List.of(mlp, categories)) {
                var line = new ArrayList<>(List.of("export", run, "--out", out));
                line.addAll(more);
                CommandLineRun refused = CommandLineRun.of(line.toArray(String[]::new));
                assertThat(refused.code()).as(refused.out()).isEqualTo(2);
                assertThat(refused.err()).containsPattern("series of one length|categories");
            }
        }
        assertThat(folder.resolve("refused.onnx")).doesNotExist();
    }

    @Test
    void aModelOf8BitsReadsSeries() throws IOException {
        String run = train("int8", "{type: resnet1d, channels: [16, 32], kernel: 5}");
        Path file = folder.resolve("int8.onnx");
        CommandLineRun exported = CommandLineRun.of("export", run, "--out", file.toString(), "--int8");
        assertThat(exported.code()).as(exported.err()).isZero();
        try (var check = new OnnxCheck(Files.readAllBytes(file), 1)) {
            assertThat(check.run(raw(0, 2), false, SCALES.length, LENGTH)).hasDimensions(2, 32);
        }
    }
}
