package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.probe.Evaluation;
import org.fullrank.probe.Evaluations;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EvaluateCommandTest {
    @TempDir
    Path folder;

    private Path run;

    @BeforeEach
    void train() throws IOException {
        run = train("run", table("table.csv", 120, 2));
    }

    private Path train(String name, Path data, String... more) {
        Path out = folder.resolve(name);
        CommandLineRun trained = SmallRuns.pretrain(data, out, more);
        assertThat(trained.code()).as(trained.err()).isZero();
        return out;
    }

    private Path table(String name, int rows, int classes) throws IOException {
        return SmallRuns.table(folder.resolve(name), rows, classes);
    }

    private CommandLineRun evaluate(String... more) {
        var line = new ArrayList<>(List.of("evaluate", run.toString()));
        line.addAll(List.of(more));
        return CommandLineRun.of(line.toArray(String[]::new));
    }

    private JsonNode saved() throws IOException {
        return new ObjectMapper().readTree(run.resolve("evaluation.json").toFile());
    }

    @Test
    void everyProtocolPrintsItsHashAndItsTextAndIsKept() throws IOException {
        CommandLineRun all = evaluate("--protocol", "all", "--fractions", "0.5", "--steps", "3", "--draws", "2");
        assertThat(all.code()).as(all.err()).isZero();
        for (String name : List.of(
                "probe 2", "finetune 1", "retrieval 1", "layers 1", "classes 1", "label-free 1", "independence 1")) {
            assertThat(all.out()).contains("protocol: fullrank-" + name);
        }
        assertThat(all.out().lines().filter(l -> l.matches("protocol [0-9a-f]{8}.*")))
                .hasSize(Evaluations.all().size());
        assertThat(saved().at("/protocols").properties())
                .extracting(e -> e.getKey())
                .containsAll(Evaluations.all().stream().map(Evaluation::name).toList());
        assertThat(saved().at("/protocols/retrieval/hash").asText()).hasSize(8);
        assertThat(saved().at("/protocols/retrieval/step").asInt()).isEqualTo(14);
    }

    @Test
    void theDefaultIsKnnAndLinearUnderOneHash() throws IOException {
        String both = evaluate("--protocol", "knn", "--protocol", "linear").out();
        assertThat(both).isEqualTo(evaluate().out()).contains("fullrank-probe 2");
        assertThat(evaluate("--protocol", "knn").out()).contains("linear: left out");
        JsonNode json = new ObjectMapper()
                .readTree(evaluate("--json", "--protocol", "layers,knn").out());
        assertThat(json.at("/evaluation/results/0/knn/total").asInt()).isPositive();
        assertThat(json.at("/protocols/layers/results/0/features").asText()).isEqualTo("input");
        assertThat(json.at("/protocols/layers/asked/representation/total").asInt())
                .isPositive();
    }

    @Test
    void independenceIsMeasuredAtEachPlaceOfBothNetworksAndReproducible() throws IOException {
        String text = evaluate("--protocol", "independence", "--json").out();
        assertThat(evaluate("--protocol", "independence", "--json").out()).isEqualTo(text);
        JsonNode found = new ObjectMapper().readTree(text).at("/protocols/independence");
        assertThat(found.at("/protocol/measured on").asText())
                .endsWith("items of the train split, the first of a fixed order");
        assertThat(found.at("/results"))
                .extracting(row ->
                        row.at("/network").asText() + ": " + row.at("/place").asText())
                .containsExactly(
                        "encoder: representation",
                        "encoder: random directions",
                        "encoder: embedding",
                        "untrained encoder: representation",
                        "untrained encoder: random directions",
                        "untrained encoder: embedding");
        assertThat(found.at("/results"))
                .allSatisfy(row -> assertThat(row.at("/criterion").asDouble()).isPositive());
    }

    @Test
    void theSecondRunOfClassesIsNamed() throws IOException {
        Path other = train("other", folder.resolve("table.csv"));
        CommandLineRun found = evaluate("--protocol", "classes", "--probe", "knn", "--against", other.toString());
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.out()).contains("against " + other + " the mean ", "classes that lost significantly: none");
    }

    @Test
    void theHelpNamesEveryEvaluationAndEverySetting() {
        String help = CommandLineRun.of("evaluate", "--help").out();
        String names = String.join(", ", Evaluations.names());
        assertThat(help.replaceAll("\\s+", " "))
                .contains("Protocols, separated by commas, or all. Known: " + names + ".");
        for (Evaluation evaluation : Evaluations.all()) {
            for (Evaluation.Setting<?> setting : evaluation.settings()) {
                assertThat(help).contains("--" + setting.name() + "=");
            }
        }
    }

    @Test
    void classesAreComparedOverSeeds() throws IOException {
        Path data = folder.resolve("table.csv");
        Path second = train("second", data, "--set", "seed=9");
        CommandLineRun found = evaluate(
                "--protocol",
                "classes",
                "--probe",
                "knn",
                "--with",
                second.toString(),
                "--against",
                run + "," + second);
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.out())
                .contains("over 2 seeds (1, 9); against " + run + ", " + second, "lost significantly: none")
                .contains("protocol: fullrank-classes-over-seeds 1");
        assertThat(saved().at("/protocols/classes/seeds/1").asInt()).isEqualTo(9);
        CommandLineRun unlike = evaluate("--protocol", "classes", "--against", run + "," + second);
        assertThat(unlike.code()).isEqualTo(2);
        assertThat(unlike.err())
                .contains("fullrank: classes: found runs of seeds [1] compared with runs of seeds [1, 9]");
    }

    @Test
    void aRunOnOtherDataOrClassesIsRefused() throws IOException {
        Path other = train("other", table("three.csv", 120, 3));
        CommandLineRun found = evaluate("--protocol", "classes", "--against", other.toString());
        assertThat(found.code()).isEqualTo(2);
        assertThat(found.err()).contains("fullrank: comparison: found protocols ", "which differ in data (");
    }

    @Test
    void dataOfOneClassAreRefusedByEachProtocolThatNeedsMore() throws IOException {
        Path single = table("single.csv", 60, 1);
        for (String name : List.of("knn", "finetune", "retrieval", "layers", "classes")) {
            CommandLineRun found = evaluate("--protocol", name, "--data", single.toString());
            assertThat(found.code()).as(name).isEqualTo(2);
            assertThat(found.err()).as(name).contains("fullrank: evaluation: found a single class");
        }
    }

    @Test
    void anEmptyTestSplitCountsAsNone() throws IOException {
        Path data = Files.createDirectories(folder.resolve("splits"));
        Files.copy(folder.resolve("table.csv"), data.resolve("train.csv"));
        Files.writeString(data.resolve("test.csv"), "a,b,c,label\n");
        CommandLineRun found = evaluate("--protocol", "retrieval", "--data", data.toString());
        assertThat(found.code()).as(found.err()).isZero();
        assertThat(found.out())
                .contains("asked: 20 % held out of each class, seed 0 (seen in pretraining on these data, without"
                        + " labels), 24 items");
    }

    @Test
    void otherDataAreNotKeptAsTheRuns() throws IOException {
        Path more = table("more.csv", 80, 2);
        assertThat(evaluate("--protocol", "retrieval", "--data", more.toString())
                        .code())
                .isZero();
        assertThat(Files.exists(run.resolve("evaluation.json"))
                        && saved().at("/protocols").has("retrieval"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--protocol retreival|fullrank: --protocol: found \"retreival\", expected one of knn, linear, finetune,",
                "--protocol finetune --fractions 0|fullrank: finetune: found a fraction of 0.0, expected above 0",
                "--protocol finetune --fractions 0.1,1.5|fullrank: finetune: found a fraction of 1.5, expected above 0",
                "--protocol finetune --fractions all|fullrank evaluate: Invalid value for option '--fractions'",
                "--protocol finetune --steps 0|fullrank: finetune: found fractions",
                "--protocol layers --layers block.1|fullrank: layers: found no layer block.1, expected one of input,",
                "--protocol classes --probe svm|fullrank evaluate: Invalid value for option '--probe'",
                "--protocol classes --against no/such|fullrank: run no/such: found nothing there",
                "--against no/such|fullrank: --against: found no protocol classes, expected it",
                "--protocol classes --with no/such|fullrank: classes: found more runs with no/such but none to compare",
                "--draws 2|fullrank: --draws: found no protocol finetune",
                "--layers input|fullrank: --layers: found no protocol layers",
                "--probe knn|fullrank: --probe: found no protocol classes",
            })
    void wrongArgumentsAreOneLineAndCodeTwo(String line, String start) {
        CommandLineRun found = evaluate(line.split(" "));
        assertThat(found.code()).isEqualTo(2);
        assertThat(found.err().lines()).last().asString().startsWith(start);
        assertThat(found.err()).doesNotContain("\tat ");
        if (line.contains("retreival")) {
            assertThat(found.err()).contains("did you mean retrieval?");
        }
    }
}
