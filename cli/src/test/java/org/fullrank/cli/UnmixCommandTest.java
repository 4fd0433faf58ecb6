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
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.fullrank.engine.Keyed;
import org.fullrank.file.Wav;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `fullrank unmix` writes and refuses. The mixtures are 0.5 u + 0.3 e and 0.2 u - 0.4 e, with a uniform
/// u and an exponential e.
class UnmixCommandTest {
    private static final int SAMPLES = 1500;

    @TempDir
    Path folder;

    private final double[][] mixtures = new double[SAMPLES][];

    @BeforeEach
    void writeMixtures() throws IOException {
        var random = Keyed.of(1);
        Arrays.setAll(mixtures, _ -> {
            double u = random.nextDouble() - 0.5;
            double e = random.nextExponential() / 4;
            return new double[] {0.5 * u + 0.3 * e, 0.2 * u - 0.4 * e};
        });
        NumpyFiles.write(folder.resolve("x.npy"), mixtures);
        Files.writeString(
                folder.resolve("x.csv"),
                Arrays.stream(mixtures)
                        .map(row -> row[0] + ";" + row[1] + "\n")
                        .collect(Collectors.joining("", "left;right\n", "")));
        Wav.write(folder.resolve("a.wav"), 8000, column(0));
        Wav.write(folder.resolve("b.wav"), 8000, column(1));
        Wav.write(folder.resolve("fast.wav"), 16000, column(1));
        Wav.write(folder.resolve("cut.wav"), 8000, Arrays.copyOf(column(1), 900));
    }

    private double[] column(int j) {
        return Arrays.stream(mixtures).mapToDouble(row -> row[j]).toArray();
    }

    private CommandLineRun run(String line) {
        List<String> arguments = new ArrayList<>(List.of("unmix"));
        for (String word : line.split(" ")) {
            boolean file = word.matches("out|\\.|.*\\.(npy|csv|wav)");
            arguments.add(file ? folder.resolve(word).toString() : word);
        }
        return CommandLineRun.of(arguments.toArray(String[]::new));
    }

    private JsonNode json(String line) throws IOException {
        CommandLineRun run = run(line + " --out out --json");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        return new ObjectMapper().readTree(run.out());
    }

    /// Each source is one of the original ones: the product with the mixing matrix has one large entry in
    /// each row.
    private void assertSeparates(double[][] unmixing) {
        double[][] a = {{0.5, 0.3}, {0.2, -0.4}};
        for (double[] row : unmixing) {
            double u = Math.abs(row[0] * a[0][0] + row[1] * a[1][0]);
            double e = Math.abs(row[0] * a[0][1] + row[1] * a[1][1]);
            assertThat(Math.min(u, e) / Math.max(u, e)).isLessThan(0.06);
        }
    }

    @Test
    void aMatrixBecomesSourcesThatAreTheUnmixingTimesTheMixtures() throws IOException {
        JsonNode found = json("x.npy");
        assertThat(found.get("identifiable").booleanValue()).isTrue();
        assertThat(found.get("criterion").doubleValue())
                .isLessThan(found.get("null").doubleValue());
        assertThat(found.get("starts").intValue())
                .isEqualTo(found.get("criteria").size());
        double[][] unmixing = NumpyFiles.read(folder.resolve("out/unmixing.npy"), "<f8");
        assertSeparates(unmixing);
        double[][] sources = NumpyFiles.read(folder.resolve("out/sources.npy"), "<f8");
        assertThat(sources).hasNumberOfRows(SAMPLES);
        for (int k = 0; k < 2; k++) {
            assertThat(sources[7][k])
                    .isCloseTo(unmixing[k][0] * mixtures[7][0] + unmixing[k][1] * mixtures[7][1], within(1e-12));
        }
    }

    @Test
    void aTableBecomesATable() throws IOException {
        json("x.csv");
        List<String> lines = Files.readAllLines(folder.resolve("out/sources.csv"));
        assertThat(lines).hasSize(SAMPLES + 1);
        assertThat(lines.getFirst()).isEqualTo("source1,source2");
    }

    @Test
    void aColumnNamedLikeALabelIsAMixture() throws IOException {
        Path named = folder.resolve("y.csv");
        Files.writeString(named, Files.readString(folder.resolve("x.csv")).replace("left;right", "x;y"));
        assertThat(run("y.csv --out out").code()).isZero();
        assertThat(Files.readAllLines(folder.resolve("out/sources.csv")).getFirst())
                .isEqualTo("source1,source2");
    }

    @Test
    void soundsBecomeSounds() throws IOException {
        json("a.wav b.wav");
        assertSeparates(NumpyFiles.read(folder.resolve("out/unmixing.npy"), "<f8"));
        for (String name : List.of("out/source-1.wav", "out/source-2.wav")) {
            Wav source = Wav.read(folder.resolve(name));
            assertThat(source.rate()).isEqualTo(8000);
            assertThat(Arrays.stream(source.channels()[0]).map(Math::abs).max().orElseThrow())
                    .isCloseTo(0.9, within(1e-3));
        }
    }

    @Test
    void spectrogramsShowTheMixturesAndTheSources() throws IOException {
        assertThat(json("a.wav b.wav --spectrograms").get("files"))
                .extracting(file -> Path.of(file.asText()).getFileName().toString())
                .endsWith("before.png", "after.png");
        for (String name : List.of("before.png", "after.png")) {
            BufferedImage picture =
                    ImageIO.read(folder.resolve("out").resolve(name).toFile());
            assertThat(picture.getHeight()).isEqualTo(2 * 128 + 2);
            assertThat(picture.getWidth()).isEqualTo(SAMPLES / 64);
        }
    }

    @Test
    void theTextHasTheCriterionBesideThatOfIndependentSources() {
        CommandLineRun run = run("x.npy --out out");
        assertThat(run.out()).contains("criterion", "independent sources:", "starts", "FastICA", "variance 1");
        assertThat(run.out()).contains(folder.resolve("out/unmixing.npy").toString());
    }

    @Test
    void gaussianSourcesAreNotIdentifiableAndNothingIsWritten() throws IOException {
        var random = Keyed.of(2);
        double[][] gaussian = new double[SAMPLES][];
        Arrays.setAll(gaussian, _ -> {
            double a = random.nextGaussian();
            return new double[] {a, a + random.nextGaussian()};
        });
        NumpyFiles.write(folder.resolve("gaussian.npy"), gaussian);
        assertThat(json("gaussian.npy").get("identifiable").booleanValue()).isFalse();
        assertThat(run("gaussian.npy --out out").out()).contains("not identifiable: every rotation");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a.wav fast.wav|found 16000 samples per second, expected 8000 as in",
                "a.wav cut.wav|found 900 samples, expected 1500 as in",
                "a.wav x.npy|found no WAV file, expected WAV as",
                "x.npy a.wav|found a WAV file, expected a matrix as",
                "a.wav|found 1 column, expected at least 2",
                "x.npy x.npy|found channel 2 (from 0) equal to channel 0 up to scale",
                "constant.npy|found a constant channel 1 (from 0)",
                "nan.npy|found NaN in row 3, column 0 (from 0), expected finite numbers",
                "wide.npy|found 5 samples of 5 channels, expected more samples than channels",
                "none.npy|no such file",
                "x.npy --spectrograms|expected WAV files, because only they have a sample rate",
                "x.npy --starts 0|starts: found 0, expected at least 1",
            })
    void wrongInputIsOneLineAndExitCode2(String line, String message) throws IOException {
        double[][] wrong = new double[20][];
        Arrays.setAll(wrong, i -> new double[] {Math.sin(i), 3});
        NumpyFiles.write(folder.resolve("constant.npy"), wrong);
        wrong[3][0] = Double.NaN;
        NumpyFiles.write(folder.resolve("nan.npy"), wrong);
        double[][] wide = new double[5][5];
        IntStream.range(0, 5).forEach(i -> Arrays.setAll(wide[i], j -> Math.sin(i + j * j)));
        NumpyFiles.write(folder.resolve("wide.npy"), wide);
        assertRefused(run(line + " --out out"), message);
    }

    @Test
    void neitherInputsNorOtherFilesAreOverwritten() throws IOException {
        Files.copy(folder.resolve("x.npy"), folder.resolve("sources.npy"));
        assertRefused(run("sources.npy --out ."), "among the files to write, expected another folder");
        assertRefused(run("x.npy --out x.csv"), "found a file, expected a folder");
    }

    private void assertRefused(CommandLineRun run, String message) {
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(message);
        assertThat(folder.resolve("out")).doesNotExist();
    }
}
