package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What `fullrank objective` computes. The files of the lines are `a.npy`, `b.npy` (samples A and B) and
/// `a03.npy`, `b03.npy` (the same times 0.3), in float64.
class ObjectiveCommandTest {
    private static final double RELATIVE = 1e-9;

    @TempDir
    Path folder;

    @BeforeEach
    void writeSamples() throws IOException {
        NumpyFiles.write(folder.resolve("a.npy"), NumpyFiles.A);
        NumpyFiles.write(folder.resolve("b.npy"), NumpyFiles.B);
        NumpyFiles.write(folder.resolve("a03.npy"), NumpyFiles.scaled(NumpyFiles.A, 0.3));
        NumpyFiles.write(folder.resolve("b03.npy"), NumpyFiles.scaled(NumpyFiles.B, 0.3));
    }

    private CommandLineRun run(String line) {
        List<String> arguments = new ArrayList<>(List.of("objective"));
        for (String word : line.split(" ")) {
            arguments.add(
                    word.endsWith(".npy") || word.startsWith("out")
                            ? folder.resolve(word).toString()
                            : word);
        }
        return CommandLineRun.of(arguments.toArray(String[]::new));
    }

    private JsonNode json(String line) throws IOException {
        CommandLineRun run = run(line + " --json");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        return new ObjectMapper().readTree(run.out());
    }

    private static void assertClose(double found, double expected) {
        assertThat(found).isCloseTo(expected, within(RELATIVE * Math.abs(expected)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vicreg a03.npy b03.npy|15.659141276350836",
                "nt-xent a.npy b.npy|0.8570485407155267",
                "nt-xent b.npy a.npy --set temperature=0.5|0.8570485407155267",
                "covariance a03.npy|0.0135",
                "barlow-twins a03.npy b03.npy|0.009717993195399845",
                "w-mse a.npy b.npy|0.005926148760722727",
                "w-mse a.npy b.npy --set normalize=false|0.004444611570542103",
                "cosine a.npy b.npy|0.007795311347723155",
                "mean-singular-value a.npy --set form=bounded|1.0022097945387314",
                "iso-euclidean a.npy b.npy|0.25126613663778047",
                "iso-cosine a.npy b.npy|-1.2866473803340224",
            })
    void goldenValuesComeOutInFloat64(String line, double expected) throws IOException {
        assertClose(json(line).get("value").doubleValue(), expected);
    }

    @Test
    void anExpectedValueThatDiffersFails() {
        assertThat(run("nt-xent a.npy b.npy --expect 0.857048540715").code()).isZero();
        CommandLineRun other = run("nt-xent a.npy b.npy --expect 0.85705");
        assertThat(other.code()).isEqualTo(1);
        assertThat(other.err())
                .startsWith("fullrank: --expect: found 0.85704854")
                .contains("expected 0.85705 to a relative 1e-10");
    }

    @Test
    void jsonHasNameValuePartsSettingsAndShape() throws IOException {
        JsonNode json = json("vicreg a03.npy b03.npy --set variance=10 --set gamma=2");
        assertThat(json.fieldNames()).toIterable().containsExactly("name", "value", "parts", "settings", "shape");
        assertThat(json.get("name").asText()).isEqualTo("vicreg");
        assertThat(json.get("parts").fieldNames()).toIterable().containsExactly("invariance", "variance", "covariance");
        assertClose(json.at("/parts/invariance").doubleValue(), 0.001125);
        assertClose(json.at("/parts/covariance").doubleValue(), 0.025612214999999987);
        assertThat(json.get("settings").toString())
                .isEqualTo(
                        "{\"form\":\"official\",\"invariance\":25.0,\"variance\":10.0,\"covariance\":1.0,\"gamma\":2.0,\"epsilon\":1.0E-4}");
        assertThat(json.get("shape").toString()).isEqualTo("[4,3]");
        assertClose(
                json.get("value").doubleValue(),
                25 * json.at("/parts/invariance").doubleValue()
                        + 10 * json.at("/parts/variance").doubleValue()
                        + json.at("/parts/covariance").doubleValue());
    }

    /// A weight changes the value and no part.
    @Test
    void partsAreBeforeTheirWeights() throws IOException {
        JsonNode usual = json("vicreg a03.npy b03.npy");
        JsonNode heavy = json("vicreg a03.npy b03.npy --set variance=250 --set invariance=0");
        assertThat(heavy.get("parts")).isEqualTo(usual.get("parts"));
        assertClose(
                heavy.get("value").doubleValue() - usual.get("value").doubleValue(),
                225 * usual.at("/parts/variance").doubleValue()
                        - 25 * usual.at("/parts/invariance").doubleValue());
        assertThat(run("vicreg a03.npy b03.npy").out()).contains("\nparts, before their weights");
        assertThat(run("barlow-twins a03.npy b03.npy").out()).contains("\nparts, before their weights");
    }

    @Test
    void textNamesValuePartsSettingsAndGradientFiles() {
        CommandLineRun run = run("vicreg a03.npy b03.npy --gradients out");
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .containsPattern("(?m)^vicreg +15\\.65914127635083\\d+$")
                .containsPattern("(?m)^  invariance +0\\.00112\\d+$")
                .containsPattern("(?m)^  epsilon +1\\.0E-4$")
                .contains("4 samples, 3 dimensions, float64")
                .contains(folder.resolve("out/grad_a.npy") + "\n" + folder.resolve("out/grad_b.npy") + "\n");
    }

    @Test
    void gradientsEqualFiniteDifferencesAndAreInTheOrderOfTheFiles() throws IOException {
        json("vicreg a03.npy b03.npy --gradients out/deep");
        double[][] gradient = NumpyFiles.read(folder.resolve("out/deep/grad_b.npy"), "<f8");
        double[][] values = NumpyFiles.scaled(NumpyFiles.B, 0.3);
        double step = 1e-6;
        for (int row = 0; row < values.length; row++) {
            for (int column = 0; column < values[row].length; column++) {
                double at = values[row][column];
                values[row][column] = at + step;
                double above = valueWithSecondView(values);
                values[row][column] = at - step;
                double below = valueWithSecondView(values);
                values[row][column] = at;
                assertThat(gradient[row][column]).isCloseTo((above - below) / (2 * step), within(1e-6));
            }
        }
        try (var files = Files.list(folder.resolve("out/deep"))) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .containsExactlyInAnyOrder("grad_a.npy", "grad_b.npy");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "iso-euclidean|-.131298,-.264483,-.076839,.050298,-.108166,-.008538,-.263555,.012061,.084706,.055087,"
                        + "-.232556,-.099852",
                "iso-cosine|.002560,-.004225,-.026487,.005046,-.010114,-.003616,-.032914,.003563,.045251,-.030594,"
                        + "-.074758,.027417"
            })
    void gradientOfARegressionIsThatOfThePredictionAndTheTargetIsHeldFixed(String name, String expected)
            throws IOException {
        json(name + " a.npy b.npy --gradients out");
        double[] golden = Arrays.stream(expected.split(","))
                .mapToDouble(Double::parseDouble)
                .toArray();
        double[] found = Arrays.stream(NumpyFiles.read(folder.resolve("out/grad_a.npy"), "<f8"))
                .flatMapToDouble(Arrays::stream)
                .toArray();
        assertThat(found).containsExactly(golden, within(1e-6));
        assertThat(NumpyFiles.read(folder.resolve("out/grad_b.npy"), "<f8")).isDeepEqualTo(new double[4][3]);
    }

    @Test
    void predictorOfAnIsoRegressionCanBeSet() throws IOException {
        JsonNode json = json("iso-cosine a.npy b.npy --set alpha=1 --set epsilon=0.1");
        assertClose(json.get("value").doubleValue(), -1.4296365110689928);
        assertThat(json.get("settings").toString())
                .isEqualTo("{\"alpha\":1.0,\"epsilon\":0.1,\"form\":\"iso\",\"normalize\":true}");
    }

    private double valueWithSecondView(double[][] values) throws IOException {
        NumpyFiles.write(folder.resolve("moved.npy"), values);
        return json("vicreg a03.npy moved.npy").get("value").doubleValue();
    }

    @Test
    void float32FilesGiveFloat32NumbersAndGradients() throws IOException {
        NumpyFiles.write(folder.resolve("a32.npy"), "<f4", false, NumpyFiles.A);
        NumpyFiles.write(folder.resolve("b32.npy"), "<f4", false, NumpyFiles.B);
        JsonNode json = json("nt-xent a32.npy b32.npy --gradients out");
        String value = json.get("value").asText();
        assertThat(value).isEqualTo(Float.toString(Float.parseFloat(value)));
        assertThat(json.get("value").doubleValue()).isCloseTo(0.8570485407155267, within(1e-6));
        assertThat(NumpyFiles.read(folder.resolve("out/grad_a.npy"), "<f4")).hasDimensions(4, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {">f8", "<f8"})
    void eitherByteOrderAndEitherOrderOfEntriesWillDo(String descr) throws IOException {
        NumpyFiles.write(folder.resolve("odd.npy"), descr, true, NumpyFiles.A);
        NumpyFiles.write(folder.resolve("swapped.npy"), descr, false, NumpyFiles.B);
        assertThat(json("nt-xent odd.npy swapped.npy --gradients out1"))
                .isEqualTo(json("nt-xent a.npy b.npy --gradients out2"));
        assertThat(NumpyFiles.read(folder.resolve("out1/grad_a.npy"), "<f8"))
                .isDeepEqualTo(NumpyFiles.read(folder.resolve("out2/grad_a.npy"), "<f8"));
    }

    @Test
    void anyNumberOfViewsIsTaken() throws IOException {
        double two = json("vicreg a.npy b.npy").at("/parts/invariance").doubleValue();
        double three = json("vicreg a.npy b.npy a.npy --gradients out")
                .at("/parts/invariance")
                .doubleValue();
        assertClose(three, two * 2 / 3);
        assertThat(folder.resolve("out/grad_c.npy")).exists();
    }

    @Test
    void equalDrawsGiveEqualOutputAndOthersDoNot() {
        assertThat(run("sliced-gaussianity a.npy --draw 5"))
                .isEqualTo(run("sliced-gaussianity a.npy --draw 5"))
                .isNotEqualTo(run("sliced-gaussianity a.npy --draw 6"));
    }
}
