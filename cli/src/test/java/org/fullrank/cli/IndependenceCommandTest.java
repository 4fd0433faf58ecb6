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
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What `fullrank independence` prints. The values of `z.npy` were computed independently.
class IndependenceCommandTest {
    @TempDir
    Path folder;

    @BeforeEach
    void writeFiles() throws IOException {
        double[][] z = new double[16][];
        Arrays.setAll(z, i -> {
            double x = Math.sin(1 + 0.7 * i);
            return new double[] {x, Math.cos(0.3 * i) + 0.2 * x, Math.sin(2 + 1.1 * i) * x};
        });
        NumpyFiles.write(folder.resolve("z.npy"), z);
        Files.writeString(
                folder.resolve("z.csv"),
                "a,b,c\n"
                        + Arrays.stream(z)
                                .map(row -> row[0] + "," + row[1] + "," + row[2] + "\n")
                                .collect(Collectors.joining()));
        double[][] wrong = new double[8][];
        Arrays.setAll(wrong, i -> new double[] {i, 3, Math.sin(i)});
        NumpyFiles.write(folder.resolve("constant.npy"), wrong);
        wrong[5][1] = Double.NaN;
        NumpyFiles.write(folder.resolve("nan.npy"), wrong);
        NumpyFiles.write(folder.resolve("short.npy"), new double[3][2]);
        NumpyFiles.write(folder.resolve("narrow.npy"), new double[9][1]);
        double[][] wide = new double[30][20];
        for (int i = 0; i < wide.length; i++) {
            int row = i;
            Arrays.setAll(wide[i], j -> Math.sin(1 + row * (j + 1.3) * (j + 1.3)));
            wide[i][17] = wide[i][4];
        }
        NumpyFiles.write(folder.resolve("wide.npy"), wide);
    }

    private CommandLineRun run(String line) {
        List<String> arguments = new ArrayList<>(List.of("independence"));
        for (String word : line.split(" ")) {
            arguments.add(word.matches(".*\\.(npy|csv)") ? folder.resolve(word).toString() : word);
        }
        return CommandLineRun.of(arguments.toArray(String[]::new));
    }

    private JsonNode json(String line) throws IOException {
        CommandLineRun run = run(line + " --json");
        assertThat(run.err()).isEmpty();
        assertThat(run.code()).isZero();
        return new ObjectMapper().readTree(run.out());
    }

    @ParameterizedTest
    @CsvSource({"z.npy", "z.csv"})
    void goldenValuesAreInTheJson(String file) throws IOException {
        JsonNode found = json(file + " --dhsic");
        assertThat(found.get("pairwise").get(0).get(1).doubleValue()).isCloseTo(0.029150792727, within(1e-12));
        assertThat(found.get("pairwise").get(2).get(1).doubleValue()).isCloseTo(0.006999359959, within(1e-12));
        assertThat(found.get("criterion").doubleValue()).isCloseTo(0.013594387040, within(1e-12));
        assertThat(found.get("dhsic").doubleValue()).isCloseTo(0.020148788654, within(1e-12));
        assertThat(found.get("bandwidths").get(1).doubleValue()).isCloseTo(0.634875806391, within(1e-12));
        assertThat(found.get("p").get("pairwise").get(0).get(1).doubleValue()).isBetween(0.0, 0.2);
        assertThat(found.get("p").get("criterion").doubleValue()).isBetween(0.0, 1.0);
        assertThat(found.get("p").get("dhsic").doubleValue()).isBetween(0.0, 1.0);
    }

    @Test
    void optionsChooseEstimatorBandwidthAndShuffles() throws IOException {
        JsonNode unbiased = json("z.npy --unbiased --permutations 0");
        assertThat(unbiased.get("pairwise").get(0).get(2).doubleValue()).isCloseTo(-0.008757791723, within(1e-12));
        assertThat(unbiased.get("p").get("criterion").asText()).isEqualTo("NaN");
        assertThat(unbiased.get("dhsic").isNull()).isTrue();
        JsonNode given = json("z.npy --bandwidth 0.5 --permutations 9");
        assertThat(given.get("bandwidths").toString()).isEqualTo("[0.5,0.5,0.5]");
        assertThat(given.get("p").get("criterion").doubleValue() * 10)
                .isCloseTo(Math.rint(given.get("p").get("criterion").doubleValue() * 10), within(1e-9));
        assertThat(json("z.npy --seed 1").get("p"))
                .isEqualTo(json("z.npy --seed 1").get("p"));
        assertThat(json("z.npy --features relu:16").get("criterion").doubleValue())
                .isPositive();
    }

    @Test
    void textHasTheCriterionAndEveryPairOrTheMostDependentOnes() {
        CommandLineRun narrow = run("z.npy --dhsic");
        assertThat(narrow.out().lines().toList().get(0)).startsWith("16 rows, 3 dimensions");
        assertThat(narrow.out()).contains("criterion  ", "0.01359", "dHSIC  ", "0.02015", "0.02915 (0.0");
        CommandLineRun wide = run("wide.npy --permutations 19");
        assertThat(wide.out()).contains("most dependent pairs");
        assertThat(wide.out().lines().filter(line -> line.startsWith("4 and 17 ")))
                .hasSize(1);
    }

    @Test
    void aColumnThatIsLeftOutAsTheLabelIsNamed() throws IOException {
        Files.writeString(
                folder.resolve("named.csv"),
                Files.readString(folder.resolve("z.csv")).replace("a,b,c", "a,y,c"));
        CommandLineRun left = run("named.csv --permutations 9");
        assertThat(left.code()).isZero();
        assertThat(left.out()).startsWith("16 rows, 2 dimensions");
        assertThat(left.err().lines())
                .containsExactly(
                        "warning: column y was left out as the label; if it is none, give --label-column none");
        assertThat(run("named.csv --permutations 9 --label-column y").err()).isEmpty();
        CommandLineRun all = run("named.csv --permutations 9 --label-column none");
        assertThat(all.out()).startsWith("16 rows, 3 dimensions");
        assertThat(all.err()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "constant.npy|found 3.0 in every row of column 1 (from 0), expected values that differ",
                "nan.npy|found NaN in row 5, column 1 (from 0), expected finite numbers",
                "short.npy|found 3 rows, expected at least 4",
                "narrow.npy|found 1 column, expected at least 2",
                "none.npy|none.npy",
                "z.npy --bandwidth 0|bandwidth: found 0.0, expected a finite number above 0",
                "z.npy --bandwidth wide|--bandwidth wide: found no number, expected median or a number above 0",
                "z.npy --features cosine:3|features cosine:3: found neither fourier:m nor relu:m",
                "z.npy --features relu:0|features relu:0: found 0 features, expected 1 to",
                "z.npy --features relu:4 --dhsic|--dhsic: found --features, expected exact kernels",
                "z.npy --permutations -1|permutations: found -1, expected 0 or more",
            })
    void wrongInputIsOneLineAndExitCode2(String line, String message) {
        CommandLineRun run = run(line);
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.err()).contains(message);
    }
}
