package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `fullrank diagnose RUN --gaussian`.
class NoisyCopiesOfRunTest {
    private static final int ROWS = 120;

    @TempDir
    Path folder;

    private Path run;

    @BeforeEach
    void names() throws IOException {
        SmallRuns.table(folder.resolve("t.csv"), ROWS, 4);
        run = folder.resolve("run");
    }

    private void train(String... settings) {
        CommandLineRun trained = SmallRuns.pretrain(folder.resolve("t.csv"), run, settings);
        assertThat(trained.code()).as(trained.err()).isZero();
    }

    private CommandLineRun diagnose(String... options) {
        List<String> line = new ArrayList<>(List.of("diagnose", run.toString(), "--split", "train"));
        line.addAll(List.of(options));
        return CommandLineRun.of(line.toArray(String[]::new));
    }

    private JsonNode noise(String... options) throws IOException {
        List<String> line = new ArrayList<>(List.of(options));
        line.addAll(List.of("--gaussian", "--json"));
        CommandLineRun found = diagnose(line.toArray(String[]::new));
        assertThat(found.code()).as(found.err()).isZero();
        JsonNode diagnoses = new ObjectMapper().readTree(found.out()).get("diagnoses");
        assertThat(diagnoses.get(0).has("noise")).isFalse(); // the representation
        return diagnoses.get(1).get("noise");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vicreg", "nt-xent", "byol"})
    void smallNoiseStaysGaussianAndLargeNoiseDoesNot(String method) throws IOException {
        train("--set", "method=" + method, "--set", "method.projector.widths=[16,16]");
        JsonNode found = noise();
        assertThat(found.get("items").asInt()).isEqualTo(16);
        assertThat(found.get("copies").asInt()).isEqualTo(256);
        JsonNode levels = found.get("levels");
        assertThat(levels).hasSize(6);
        assertThat(levels.get(0).get("sameRegion").asDouble()).isGreaterThan(.9);
        assertThat(levels.get(0).get("gaussian").asInt()).isGreaterThanOrEqualTo(13);
        assertThat(levels.get(5).get("sameRegion").asDouble()).isLessThan(.5);
        assertThat(levels.get(5).get("isGaussian").asBoolean()).isFalse();
        assertThat(found.get("halfUpTo").asDouble()).isBetween(.001, .3);
        assertThat(found.get("upTo").asDouble()).isLessThan(1);
        for (int i = 1; i < 6; i++) {
            assertThat(levels.get(i).get("sameRegion").asDouble())
                    .isLessThanOrEqualTo(levels.get(i - 1).get("sameRegion").asDouble()); // regions are convex
            assertThat(levels.get(i).get("distance").asDouble())
                    .isGreaterThan(levels.get(i - 1).get("distance").asDouble());
        }
    }

    @Test
    void aLinearNetworkIsGaussianForAnyNoise() throws IOException {
        train("--set", "encoder={type: linear, features: 4}", "--set", "method.projector.widths=[]");
        JsonNode found = noise("--noise", "0.01,1,100", "--copies", "500");
        assertThat(found.get("answer").asText()).isEqualTo("yes, up to the largest noise of 100");
        assertThat(found.at("/levels/2/sameRegion").asDouble()).isEqualTo(1);
        assertThat(found.get("copies").asInt()).isEqualTo(500);
    }

    @Test
    void aKernelMapHasNoRegions() throws IOException {
        CommandLineRun fit = CommandLineRun.of(
                "spectral",
                "--data",
                folder.resolve("t.csv").toString(),
                "--kernel",
                "rbf:1",
                "--dim",
                "2",
                "--neighbors",
                "5",
                "--out",
                run.toString());
        assertThat(fit.code()).as(fit.err()).isZero();
        JsonNode found = noise();
        assertThat(found.get("curved").asText()).isEqualTo("kernel");
        assertThat(found.at("/levels/0/sameRegion").asText()).isEqualTo("NaN");
        assertThat(diagnose("--gaussian").out()).contains("same region     none: the network has kernel");
    }

    @Test
    void theSectionIsInTheTextAndOnThePage() throws IOException {
        train();
        Path page = folder.resolve("page.html");
        CommandLineRun found = diagnose("--gaussian", "--optimum", "--page", page.toString());
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.out())
                .contains(
                        "noise: are the embeddings of noisy copies of an item Gaussian?\n  answer  ",
                        "\n  means   Up to this noise",
                        "\n  copies  256 of each of 16 items",
                        "\n  noise  Gaussian items  same region  distance\n  0.001  16 of 16 ");
        assertThat(found.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));
        assertThat(Files.readString(page)).contains("\"noise\":{\"items\":16", "Noisy copies of an item");
        assertThat(diagnose("--gaussian", "--full").out()).contains("\n  noise  Gaussian items ");
    }

    @Test
    void theSameRunGivesTheSameFigures() {
        train();
        assertThat(diagnose("--gaussian").out())
                .isEqualTo(diagnose("--gaussian").out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--noise=0; --noise: found 0.0, expected numbers above 0 and at most 1e+06",
                "--noise=-0.1; --noise: found -0.1, expected numbers above 0 and at most 1e+06",
                "--noise=0.1,NaN; --noise: found NaN, expected numbers above 0 and at most 1e+06",
                "--noise=0.1,1e39; --noise: found 1.0E39, expected numbers above 0 and at most 1e+06",
                "--noise=0.1,0.1; --noise: found 0.1 after 0.1, expected rising levels",
                "--copies=19; --copies: found 19, expected 20 to 2000, because the test of normality needs 20",
                "--places=representation; --gaussian: found --places without embedding, expected embedding"
            })
    void badOptionsAreRefusedBeforeTheRunIsRead(String option, String message) {
        train();
        CommandLineRun found = diagnose("--gaussian", option);
        assertThat(found.code()).isEqualTo(2);
        assertThat(found.err().lines()).singleElement().asString().startsWith("fullrank: " + message);
        assertThat(found.out()).isEmpty();
    }

    @Test
    void optionsOfTheNoiseNeedTheQuestion() throws IOException {
        train();
        assertThat(diagnose("--noise", "1").err()).startsWith("fullrank: --noise: found no --gaussian, expected it");
        assertThat(diagnose("--copies", "30").err()).startsWith("fullrank: --copies: found no --gaussian, expected it");
        run = NumpyFiles.write(folder.resolve("z.npy"), new double[9][3]);
        assertThat(CommandLineRun.of("diagnose", run.toString(), "--gaussian").err())
                .startsWith("fullrank: --gaussian: found a file among the subjects, expected run folders only");
    }

    @Test
    void noiseThatIsLostInRoundingIsRefusedAfterTheDiagnoses() {
        train();
        CommandLineRun found = diagnose("--gaussian", "--noise", "1e-12");
        assertThat(found.code()).isEqualTo(2);
        assertThat(found.out()).isEqualTo(diagnose().out());
        assertThat(found.err().lines().toList().getLast())
                .isEqualTo("fullrank: --gaussian: found embeddings that do not change with the noise, expected a change"
                        + " above rounding; give a larger --noise");
        assertThat(diagnose("--gaussian", "--noise", "1e-12,0.01").out())
                .contains("\n  1e-12  -  ", "-               the noise is lost in the rounding of float32");
    }
}
