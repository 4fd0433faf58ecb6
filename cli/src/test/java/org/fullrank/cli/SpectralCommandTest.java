package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpectralCommandTest {
    private static final int SIZE = 12;

    @TempDir
    Path folder;

    /// The reference problem of the library's tests: a chain of 12 samples with 3 inputs each.
    @BeforeEach
    void writeFiles() throws IOException {
        var edges = new StringBuilder();
        double[][] x = new double[SIZE][3];
        for (int i = 0; i < SIZE; i++) {
            if (i % 2 == 0) {
                edges.append(i).append(',').append(i + 1).append(",1\n");
            }
            if (i % 2 == 0 && i + 2 < SIZE) {
                edges.append(i).append(',').append(i + 2).append(",.3\n");
            }
            for (int j = 0; j < 3; j++) {
                x[i][j] = Math.sin(1 + .7 * i + 1.3 * j + .1 * i * j);
            }
        }
        Files.writeString(folder.resolve("e.csv"), edges);
        Files.writeString(folder.resolve("far.csv"), "0,1\n1,99\n");
        Files.writeString(folder.resolve("wide.csv"), "0,1\n1,16000\n");
        Files.writeString(folder.resolve("two.csv"), "0,1,1\n1,0,2\n");
        NumpyFiles.write(folder.resolve("x.npy"), x);
        NumpyFiles.write(folder.resolve("t.npy"), new double[][] {{.5, -.2, .3}, {-.4, .1, .9}, {0, 1, 0}});
        NumpyFiles.write(folder.resolve("zero.npy"), new double[SIZE][3]);
    }

    @Test
    void aMapIsFittedAppliedAndReported() throws IOException {
        JsonNode result = json("--x x.npy --edges e.csv --kernel rbf:1 --beta .8 --center false --dim 4 --out z.npy"
                + " --gram g.npy --test t.npy --induced k.npy");
        assertThat(result.get("loss").asDouble()).isCloseTo(.596266303828, within(1e-9));
        assertThat(result.get("rank").asInt()).isEqualTo(12);
        assertThat(result.get("condition").asDouble()).isCloseTo(260.8, within(.1));
        assertThat(result.get("lengths")).hasSize(4);
        assertThat(result.get("lengths").get(0).asDouble()).isCloseTo(.984246, within(1e-6));
        assertThat(result.get("gap").asDouble()).isPositive();
        assertThat(result.get("warnings")).isEmpty();
        assertThat(Arrays.copyOf(matrix("g.npy")[0], 3))
                .containsExactly(new double[] {.321854304050, .373953745863, .012045285716}, within(1e-7));
        assertThat(Arrays.copyOf(matrix("k.npy")[0], 2))
                .containsExactly(new double[] {1.948409550517, .286854956037}, within(1e-6));
        assertThat(matrix("z.npy")).hasDimensions(SIZE, 4);
    }

    @Test
    void edgesAloneGiveFreeEmbeddings() throws IOException {
        JsonNode result = json("--edges e.csv --objective contrastive --dim 4 --out z.npy");
        assertThat(result.get("loss").asDouble()).isCloseTo(6.695492336742888, within(1e-9));
        assertThat(result.get("kernel").asText()).isEqualTo("none");
        CommandLineRun text = run("--edges e.csv --objective contrastive --dim 4");
        assertThat(text.out()).startsWith("loss ").contains("length 4", "12 samples, contrastive, kernel none");
    }

    @Test
    void viewsOfATableAreRelated() throws IOException {
        var table = new StringBuilder("a,b,c\n");
        for (int i = 0; i < 40; i++) {
            table.append(Math.sin(i))
                    .append(',')
                    .append(Math.cos(3 * i))
                    .append(',')
                    .append(i % 7)
                    .append('\n');
        }
        Path csv = Files.writeString(folder.resolve("table.csv"), table);
        JsonNode result = json("--data " + csv + " --views vector --kernel rbf --dim 3 --out z.npy");
        assertThat(matrix("z.npy")).hasDimensions(40, 3);
        assertThat(result.get("samples").asInt()).isEqualTo(80);
        assertThat(result.get("lengths")).hasSize(3);
        JsonNode near = json("--data " + csv + " --neighbors 4 --kernel linear --dim 2");
        assertThat(near.get("samples").asInt()).isEqualTo(40);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--edges far.csv --x x.npy|fullrank: edge 1,99: found index 99, expected 0 to 11 for 12 samples",
                "--edges two.csv|fullrank: edge 0,1: found weights 1.0 and 2.0, expected one weight in both directions",
                "--edges none.csv|fullrank: ",
                "--edges e.csv --dim 12|fullrank: dim: found 12 for 12 samples, expected fewer dimensions",
                "--edges e.csv --objective vicrge|fullrank: --objective: found vicrge, expected one of vicreg, ",
                "--edges e.csv --x x.npy --kernel gauss|fullrank: kernel: found gauss, expected one of linear, ",
                "--edges e.csv --x x.npy --kernel linear --center false --dim 2|fullrank: kernel: found a singular matrix",
                "--edges e.csv --x zero.npy --kernel ntk|fullrank: kernel ntk: found a vector of zeros in row 0",
                "--edges e.csv --x zero.npy --kernel rbf|fullrank: kernel: found a median distance of 0.0",
                "--edges e.csv --objective barlow-twins|fullrank: barlow-twins: found no features",
                "--x x.npy|fullrank spectral: found 0 relations, expected one of --edges, --views, --neighbors, --labels",
                "--edges e.csv --neighbors 2 --x x.npy|fullrank spectral: found 2 relations",
                "--neighbors 2|fullrank spectral: found no inputs, expected --x or --data",
                "--neighbors 12 --x x.npy|fullrank: neighbors: found 12, expected 1 to 11 for 12 samples",
                "--edges e.csv --beta 1 --gamma 1|fullrank spectral: found --beta or --gamma",
                "--edges e.csv --gamma -1|fullrank: gamma: found -1.0, expected 0 or a positive number",
                "--edges e.csv --objective contrastive --beta 1|fullrank spectral: found --beta or --gamma",
                "--edges e.csv --landmarks 3|fullrank spectral: found --landmarks, --landmark-choice, --center or --rank-cut without --kernel",
                "--edges e.csv --rank-cut 1e-3|fullrank spectral: found --landmarks, --landmark-choice, --center or --rank-cut without --kernel",
                "--edges e.csv --out no/such/z.npy|fullrank: output no/such/z.npy: found no folder",
                "--edges e.csv --x x.npy --kernel linear --landmarks 3|fullrank spectral: found --landmarks or --landmark-choice with --kernel linear",
                "--edges e.csv --x x.npy --kernel rbf:1 --landmarks 6 --landmark-choice best|fullrank: --landmark-choice: found best, expected one of uniform, kmeans-plus-plus, leverage",
                "--edges e.csv --x x.npy --kernel rbf:1 --rank-cut 1e-12|fullrank: rankCut: found 1.0E-12, expected 1.0E-10 up to 1",
                "--edges wide.csv --dim 2 --gram g.npy|fullrank: --gram: found 16001 rows, expected at most 16000",
                "--edges e.csv --out run|fullrank spectral: found --out run without --kernel and --data",
                "--edges e.csv --x x.npy --kernel rbf:1 --out run|fullrank spectral: found --out run with --x",
                "--data shapes --neighbors 2|fullrank: --data: found images, expected --views PRESET",
            })
    void wrongInputIsOneLineAndCodeTwo(String options, String start) {
        CommandLineRun run = run(options);
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.out()).isEmpty();
        assertThat(run.err().lines()).hasSize(1).first().asString().startsWith(start.replace("F/", folder + "/"));
    }

    @Test
    void warningsGoToStandardError() throws IOException {
        Files.writeString(folder.resolve("parts.csv"), "0,1\n2,3\n4,5\n");
        CommandLineRun run = run("--edges parts.csv --objective contrastive --dim 2");
        assertThat(run.code()).isZero();
        assertThat(run.err())
                .contains("warning: the graph has 3 components")
                .contains("warning: the eigenvalues 2 and 3 are equal, 2");
    }

    private double[][] matrix(String name) throws IOException {
        return NumpyFiles.read(folder.resolve(name), "<f8");
    }

    private JsonNode json(String options) throws IOException {
        CommandLineRun run = run(options + " --json");
        assertThat(run.code()).as(run.err()).isZero();
        return new ObjectMapper().readTree(run.out());
    }

    private CommandLineRun run(String options) {
        return CommandLineRun.of(Stream.concat(Stream.of("spectral"), Stream.of(options.split(" ")))
                .map(o -> o.matches("[a-z]+\\.(npy|csv)") ? folder.resolve(o).toString() : o)
                .toArray(String[]::new));
    }
}
