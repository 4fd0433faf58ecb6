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
import org.junit.jupiter.params.provider.ValueSource;

/// `fullrank diagnose RUN --optimum`.
class OptimumTest {
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
        List<String> line = new ArrayList<>(List.of("diagnose", run.toString()));
        line.addAll(List.of(options));
        return CommandLineRun.of(line.toArray(String[]::new));
    }

    private JsonNode optimum(String... options) throws IOException {
        CommandLineRun found = diagnose(options);
        assertThat(found.code()).as(found.err()).isZero();
        JsonNode diagnoses = new ObjectMapper().readTree(found.out()).get("diagnoses");
        assertThat(diagnoses.get(0).has("optimum")).isFalse(); // the representation
        return diagnoses.get(1).get("optimum");
    }

    @ParameterizedTest
    @ValueSource(strings = {"vicreg", "vicreg-paper", "vicreg-solo", "nt-xent", "barlow-twins"})
    void theEmbeddingIsComparedWithTheOptimum(String objective) throws IOException {
        train("--set", "method=" + objective, "--set", "method.projector.widths=[16]");
        JsonNode found = optimum("--optimum", "--split", "train", "--json");
        assertThat(found.get("rows").asInt()).isEqualTo(2 * found.get("items").asInt());
        assertThat(found.get("width").asInt()).isEqualTo(16);
        assertThat(found.get("optima").findValuesAsText("over"))
                .containsExactly("any embeddings", "linear maps of the representation");
        JsonNode free = found.at("/optima/0");
        assertThat(free.get("gap").asDouble()).isPositive();
        assertThat(free.get("inside").asDouble()).isGreaterThan(.999);
        assertThat(free.get("modes").get(0).get("graphEigenvalue").asDouble()).isLessThan(1e-9);
        assertThat(found.at("/optima/1/directions").asInt()).isLessThanOrEqualTo(8); // the encoder's outputs
    }

    @Test
    void theSectionIsInTheTextAndOnThePage() throws IOException {
        train();
        Path page = folder.resolve("page.html");
        CommandLineRun found = diagnose("--optimum", "--kernel", "rbf", "--split", "train", "--page", page.toString());
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.out())
                .contains(
                        "optimum: the embeddings of the same rows that are best for vicreg",
                        "with gamma 1, the weight of the invariance",
                        "\n  any embeddings ",
                        "\n  linear maps of the representation ",
                        " maps of the representation ")
                .containsPattern("\n  rbf:[0-9.]+ maps of the representation ");
        assertThat(found.out().lines())
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(120));
        assertThat(Files.readString(page))
                .contains("\"optima\":[{\"over\":\"any embeddings\"", "Distance to the optimum");
        assertThat(diagnose("--optimum", "--full", "--split", "train").out()).contains("\n  any embeddings ");
    }

    private void fit(String... options) {
        List<String> line = new ArrayList<>(
                List.of("spectral", "--data", folder.resolve("t.csv").toString()));
        line.addAll(List.of("--kernel", "linear", "--dim", "2", "--out", run.toString()));
        line.addAll(List.of(options));
        CommandLineRun fit = CommandLineRun.of(line.toArray(String[]::new));
        assertThat(fit.code()).as(fit.err()).isZero();
    }

    @Test
    void aClosedFormIsComparedWithItself() throws IOException {
        fit("--views", "vector");
        JsonNode linear = optimum("--optimum", "--split", "train", "--json").at("/optima/1");
        assertThat(linear.get("gap").asDouble()).isBetween(0.0, 0.05); // other views than those of the fit
        assertThat(linear.get("missing")).isEmpty();
    }

    @Test
    void whatHasNoClosedFormIsRefusedInOneLine() throws IOException {
        train("--set", "method=byol", "--set", "method.projector.widths=[16]");
        assertThat(refusal("--optimum"))
                .isEqualTo(
                        "fullrank: --optimum: found a run with self-distillation, which has no closed form for views,"
                                + " expected one of vicreg, vicreg-paper, vicreg-solo, nt-xent, barlow-twins; leave it"
                                + " out");
        assertThat(refusal("--kernel", "rbf")).startsWith("fullrank: --kernel: found no --optimum");
        assertThat(refusal("--optimum", "--places", "representation"))
                .startsWith("fullrank: --optimum: found --places without embedding");
        run = NumpyFiles.write(folder.resolve("z.npy"), new double[9][3]);
        assertThat(refusal("--optimum")).startsWith("fullrank: --optimum: found a file among the subjects");
    }

    @Test
    void aFitWithWhiteningHasNoScale() {
        fit("--views", "vector", "--objective", "barlow-twins", "--whitened");
        assertThat(diagnose("--optimum", "--split", "train").out())
                .contains("scale        none, because the embedding is whitened first")
                .doesNotContain("NaN");
    }

    @Test
    void fitsWithoutAnOptimumForViewsAreRefused() {
        fit("--neighbors", "5");
        assertThat(refusal("--optimum", "--split", "train"))
                .isEqualTo("fullrank: --optimum: found a run fitted to a relation of neighbors, expected views, because"
                        + " the rows are views of its items; leave it out");
        run = folder.resolve("twins");
        fit("--views", "vector", "--objective", "barlow-twins");
        assertThat(refusal("--optimum", "--split", "train"))
                .isEqualTo("fullrank: --optimum: found a run fitted with barlow-twins, expected whitened embeddings,"
                        + " because without them there is no optimum over all embeddings; fit it with --whitened");
    }

    @Test
    void aWrongKernelIsRefusedFirst() {
        train();
        CommandLineRun found = diagnose("--optimum", "--kernel", "rbff");
        assertThat(found.code()).isEqualTo(2);
        assertThat(found.err()).startsWith("fullrank: kernel: found").doesNotContain("examining");
    }

    /// Each feature is replaced by its mean, so all views are equal.
    @ParameterizedTest
    @ValueSource(strings = {"vicreg", "nt-xent"})
    void aRepresentationThatIsAlikeForAllRowsHasNoModes(String objective) throws IOException {
        train("--set", "method=" + objective, "--set", "method.projector.widths=[16]", "--set", "views.dropout=1");
        boolean sees = objective.equals("nt-xent"); // the mean
        JsonNode found = optimum("--optimum", "--kernel", "rbf", "--split", "train", "--json");
        assertThat(found.at("/optima/1/directions").asInt()).isEqualTo(sees ? 1 : 0);
        assertThat(found.at("/optima/2/directions").asInt()).isEqualTo(sees ? 1 : 0);
        assertThat(found.get("notes").get(0).asText()).startsWith(sees ? "The maps of the rep" : "No modes:");
    }

    @Test
    void aRefusalKeepsTheDiagnoses() {
        train(
                "--set",
                "method=byol",
                "--set",
                "method.projector.widths=[16]",
                "--set",
                "optimizer={type: adamw, learningRate: 0.001, weightDecay: 999}"); // all weights become near 0
        CommandLineRun plain = diagnose("--split", "train");
        CommandLineRun refused = diagnose("--optimum", "--split", "train");
        assertThat(refused.code()).isEqualTo(2);
        assertThat(refused.out()).contains("COLLAPSE").isEqualTo(plain.out());
        CommandLineRun failed = diagnose("--optimum", "--split", "train", "--fail-on", "collapse");
        assertThat(failed.code()).isEqualTo(3);
        assertThat(failed.err()).contains("warning: --optimum: found a run with self-distillation");
    }

    private String refusal(String... options) {
        CommandLineRun found = diagnose(options);
        assertThat(found.code()).isEqualTo(2);
        return found.err().lines().toList().getLast();
    }
}
