package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class FullrankTest {
    private static final List<String> COMMANDS = List.of(
            "pretrain",
            "compare",
            "evaluate",
            "diagnose",
            "embed",
            "index",
            "search",
            "export",
            "import",
            "replay",
            "stream",
            "data",
            "methods",
            "objective",
            "spectral",
            "independence",
            "unmix",
            "decompose",
            "recipes",
            "runs",
            "report",
            "serve",
            "watch",
            "lab");

    @TempDir
    Path folder;

    static List<String> commands() {
        return COMMANDS;
    }

    private static void assertOneLineError(CommandLineRun run, int code, String start) {
        assertThat(run.code()).isEqualTo(code);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith(start).endsWith(System.lineSeparator());
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void helpListsEveryCommandAndGoesToStandardOutput() {
        CommandLineRun run = CommandLineRun.of("--help");
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(new CommandLine(new Fullrank()).getSubcommands().keySet()).containsExactlyElementsOf(COMMANDS);
        for (String command : COMMANDS) {
            assertThat(run.out()).containsPattern("(?m)^  " + command + " +[A-Z]");
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpOfACommandDescribesEveryOptionAndGivesExamples(String command) {
        CommandLineRun run = CommandLineRun.of(command, "--help");
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out()).contains("Usage: fullrank " + command).contains("Examples:", "  fullrank " + command);
        var spec = Objects.requireNonNull(
                        new CommandLine(new Fullrank()).getSubcommands().get(command))
                .getCommandSpec();
        for (var option : spec.options()) {
            if (option.hidden()) { // an old name
                continue;
            }
            assertThat(run.out()).contains(option.longestName());
            assertThat(option.description()).as(option.longestName()).isNotEmpty();
        }
        assertThat(spec.optionsMap()).containsKeys("--json", "--verbose", "--help");
        assertThat(run.out().lines()).allMatch(line -> line.length() <= 100);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pretrain --recpie x|fullrank pretrain: unknown option --recpie; did you mean --recipe?",
                "pretrian|fullrank: unknown command pretrian; did you mean pretrain?",
                "runs a b|fullrank runs: found one argument too many, b",
                "evaluate|fullrank evaluate: Missing required parameter: 'RUN'",
                "embed run|fullrank embed: --out: found none, expected a file for the embeddings; add --out embeddings.npy",
                "data shapes --images many|fullrank data: Invalid value for option '--images'",
                "data shapes --images 0|fullrank: --images: found 0, expected 1 to 1000",
                "pretrain --resume run --label-column y|fullrank pretrain: found --resume together with other settings",
                "pretrain --resume run --set a=b|fullrank pretrain: found --resume together with other settings",
                "pretrain --preflight --resume run|fullrank pretrain: found --preflight together with --resume",
                "pretrain --preflight --no-preflight|fullrank pretrain: found --preflight together with --no-preflight",
                "pretrain --recipe shapes-vicerg|fullrank: recipe shapes-vicerg: found neither a recipe of that name nor",
                "pretrain --set train.epoch=3|fullrank: --set: unknown key train.epoch; did you mean train.epochs?",
                "pretrain --set train.epochs=none|fullrank: recipe shapes-vicreg: train.epochs: found \"none\"",
                "pretrain --data no/such/path|fullrank: ",
                "watch no/such/folder|fullrank: watch: found no folder no/such/folder, expected one with runs",
                "watch . --port 70000|fullrank: --port: found 70000, expected 0 to 65535",
                "watch . --host no.such.host.invalid|fullrank: --host: found no.such.host.invalid, expected a name",
                "data no/such/path|fullrank: ",
                "evaluate no/such/run|fullrank: run no/such/run: found nothing there, expected a run folder",
                "embed no/such/run --out x.npy|fullrank: run no/such/run: found nothing there, expected a run folder",
                "replay no/such/run|fullrank: run no/such/run: found nothing there, expected a run folder",
                "embed run --out x.xlsx|fullrank: --out x.xlsx: found no known ending, expected .npy, .csv, .parquet, .jsonl, .ndjson or .fbin",
                "embed run --out no/such/x.npy|fullrank: --out no/such/x.npy: found no folder",
                "embed run --out x.npy --split trian|fullrank: --split: found trian, expected one of train, ",
                "compare --out x|fullrank compare: Missing required parameter: '[LABEL=]RECIPE[,KEY=VALUE...]'",
                "compare shapes-vicreg|fullrank compare: Missing required option: '--out=DIR'",
                "compare shapes-vicrge --out x|fullrank: recipe shapes-vicrge: found neither a recipe of that name nor",
                "compare shapes-vicreg --out x --seeds 1,two|fullrank: --seeds 1,two: found \"two\", expected whole numbers",
                "compare shapes-vicreg shapes-vicreg --out x|fullrank: comparison: found label shapes-vicreg twice",
                "methods vicrge|fullrank: methods: found no vicrge; did you mean vicreg? Expected one of joint-embedding,",
                "stream --output x.csv|fullrank stream: Missing required option: '--input=FILE'",
                "stream --input x.csv --output y.csv|fullrank: x.csv: found no such file, expected CSV or .ts",
                "stream --input x --output y --rule lp|fullrank: --rule: found lp, expected one of lpl, vicreg-hinge,",
                "stream --input x --output y --units 0|fullrank: --units: found 0, expected at least 1",
                "stream --input x --output x|fullrank: --output: found the input, expected another file",
                "stream --input x --output no/such/y|fullrank: output no/such/y: found no folder",
                "stream --input x --output y --state no/such/y|fullrank: state no/such/y: found no folder",
                "stream --input x --output y --resume|fullrank: --resume: found no --state",
                "stream --input x --output y --frozen|fullrank: --frozen: found no --state",
                "stream --input x --output - --json|fullrank: --json: found --output -, expected a file",
                "recipes none|fullrank: recipe none: found neither",
                "recipes --set a=b|fullrank: recipes: found --set without a recipe",
                "lab run ojo|fullrank: lab: found no experiment ojo; did you mean oja? Expected one of collapse",
                "lab rnu oja|fullrank lab: unknown command rnu; did you mean run?",
                "lab run oja --seed many|fullrank lab run: Invalid value for option '--seed'",
                "lab run oja --data no/such/path|fullrank: --data no/such/path: found nothing there",
                "lab run lpl-digits --data pom.xml|fullrank: CSV file pom.xml, line ",
                "lab run oja --paper|fullrank: --paper: found oja, which has no sizes of a paper, expected permuted-mnist",
                "lab run permuted-mnist --paper --quick|fullrank: --paper: found --quick too",
                "runs no/such/folder|fullrank: runs: found no folder no/such/folder",
            })
    void wrongArgumentsAreOneLineAndCodeTwo(String line, String start) {
        assertOneLineError(CommandLineRun.of(line.split(" ")), 2, start);
    }

    @Test
    void noCommandPrintsTheHelp() {
        CommandLineRun run = CommandLineRun.of();
        assertThat(run.code()).isZero();
        assertThat(run.out()).isEqualTo(CommandLineRun.of("--help").out());
    }

    @Test
    void theVersionNamesTheJavaThatRuns() {
        CommandLineRun run = CommandLineRun.of("--version");
        assertThat(run.code()).isZero();
        assertThat(run.out())
                .startsWith("fullrank ")
                .contains("(Java " + Runtime.version())
                .hasLineCount(1);
    }

    @Test
    void anUnknownRecipeSuggestsThree() {
        assertThat(CommandLineRun.of("pretrain", "--recipe", "simclr").err())
                .isEqualTo("fullrank: recipe simclr: found neither a recipe of that name nor a file, expected one of"
                        + " fullrank recipes, such as photos-simclr, cifar10-simclr, fashion-mnist-simclr"
                        + System.lineSeparator());
        assertThat(CommandLineRun.of("recipes", "shapes-vicerg").err()).contains("such as shapes-vicreg, ");
        assertThat(CommandLineRun.of("pretrain", "--recipe", "photo-simclr").err())
                .contains("nor a file; did you mean photos-simclr? Expected one of fullrank recipes, such as ");
        assertThat(CommandLineRun.of("lab", "run", "collaps").err())
                .startsWith("fullrank: lab: found no experiment collaps; did you mean collapse? Expected one of");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--verbose data no/such/path", "data --verbose no/such/path"})
    void verboseShowsTheStackTraceBelowTheLine(String line) {
        CommandLineRun run = CommandLineRun.of(line.split(" "));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("fullrank: ").contains("\tat org.fullrank");
    }

    @Test
    void anExistingRunFolderIsRefusedBeforeAnythingIsDone() throws IOException {
        Path precious = Files.writeString(folder.resolve("precious.txt"), "data");
        assertOneLineError(
                CommandLineRun.of("pretrain", "--out", folder.toString()),
                2,
                "fullrank: run folder " + folder + ": found a folder that is not empty");
        assertThat(folder).isDirectoryContaining(precious::equals).isDirectoryNotContaining(p -> !p.equals(precious));
    }

    @Test
    void everyRecipePrintsAsYamlThatLoadsAgain() throws IOException {
        CommandLineRun printed = CommandLineRun.of("recipes", "shapes-vicreg", "--set", "train.epochs=7");
        assertThat(printed.code()).isZero();
        Path mine = Files.writeString(folder.resolve("mine.yaml"), printed.out());
        assertThat(CommandLineRun.of("recipes", mine.toString()).out())
                .isEqualTo(printed.out())
                .contains("epochs: 7");
        assertThat(CommandLineRun.of("recipes").out()).startsWith("shapes-vicreg  ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"methods --json", "recipes --json", "recipes shapes-vicreg --json", "runs --json"})
    void jsonIsOneObject(String line) throws IOException {
        CommandLineRun run = CommandLineRun.of(line.split(" "));
        assertThat(run.code()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(new ObjectMapper().readTree(run.out()).isObject()).isTrue();
    }

    @Test
    void methodsShowRegularizersAfterObjectives() {
        assertThat(CommandLineRun.of("methods").out().indexOf("\nvariance-hinge\n"))
                .isGreaterThan(CommandLineRun.of("methods").out().indexOf("\nnt-xent\n"));
        assertThat(CommandLineRun.of("methods", "log-variance").out())
                .contains("log-variance\n", "epsilon", "1.0e-4")
                .doesNotContain("vicreg\n");
    }

    @Test
    void methodsShowSettingsAndPaperOfEachObjective() {
        assertThat(CommandLineRun.of("methods").out())
                .contains("vicreg\n", "vicreg-paper\n", "nt-xent\n")
                .containsPattern("method.objective.temperature +0.5")
                .contains("arXiv 2105.04906", "arXiv 2002.05709");
    }
}
