package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
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
                "embed run|fullrank embed: Missing required option: '--out=FILE'",
                "data shapes --images many|fullrank data: Invalid value for option '--images'",
                "data shapes --images 0|fullrank: --images: found 0, expected 1 to 1000",
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
                "embed run --out x.parquet|fullrank: --out x.parquet: found no known ending, expected .npy or .csv",
                "embed run --out no/such/x.npy|fullrank: --out no/such/x.npy: found no folder",
                "embed run --out x.npy --split trian|fullrank: --split: found trian, expected one of train, ",
                "compare --out x|fullrank compare: Missing required parameter: '[LABEL=]RECIPE[,KEY=VALUE...]'",
                "compare shapes-vicreg|fullrank compare: Missing required option: '--out=DIR'",
                "compare shapes-vicrge --out x|fullrank: recipe shapes-vicrge: found neither a recipe of that name nor",
                "compare shapes-vicreg --out x --seeds 1,two|fullrank: --seeds 1,two: found \"two\", expected whole numbers",
                "compare shapes-vicreg shapes-vicreg --out x|fullrank: comparison: found label shapes-vicreg twice",
                "methods vicrge|fullrank: methods: found no vicrge, expected one of joint-embedding,",
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
                "lab run ojo|fullrank: lab: found no experiment ojo, expected one of oja",
                "lab rnu oja|fullrank lab: unknown command rnu; did you mean run?",
                "lab run oja --seed many|fullrank lab run: Invalid value for option '--seed'",
                "lab run oja --data no/such/path|fullrank: --data no/such/path: found nothing there",
                "lab run lpl-digits --data pom.xml|fullrank: CSV file pom.xml, line ",
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
    void aBatchLargerThanTheDataLeavesNothingBehind() throws IOException {
        Path csv = table(20);
        Path out = folder.resolve("run");
        assertOneLineError(
                pretrain(csv, out, "train.batch=32"), 2, "fullrank: train.batch: found 32, expected at most");
        assertThat(out).doesNotExist();
    }

    @Test
    void anEncoderThatCannotReadTheDataLeavesNothingBehind() throws IOException {
        Path out = folder.resolve("run");
        CommandLineRun run = pretrain(table(40), out, "encoder=resnet");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().lines()).last().asString().startsWith("fullrank: encoder: found a convolutional network");
        assertThat(out).doesNotExist();
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

    @Test
    void trainingEvaluatingEmbeddingAndListingFitTogether() throws IOException {
        Path csv = table(120);
        Path out = folder.resolve("runs/first");
        CommandLineRun trained = pretrain(csv, out, "train.batch=16");
        assertThat(trained.code()).as(trained.err()).isZero();
        assertThat(trained.err())
                .contains("run folder " + out, "loss ", "RankMe ")
                .doesNotContain("\r", "\u001b");
        assertThat(trained.out()).contains("encoder", "raw input", "untrained encoder", "protocol ");
        assertThat(trained.out()).endsWith(out + System.lineSeparator()).contains("finished after step ");
        assertThat(files(out)).contains("config.yaml", "metrics.jsonl", "checkpoints", "encoder.safetensors");
        assertThat(trained.err()).contains("report: " + out.resolve("report.html"));
        assertThat(out.resolve("report.html")).content().contains("\"status\":\"finished\"", "\"map\":{\"about\"");
        Files.delete(out.resolve("map.json"));
        CommandLineRun report = CommandLineRun.of("report", out.toString(), "--pictures");
        assertThat(report.out()).isEqualTo(out.resolve("report.html") + System.lineSeparator());
        assertThat(out.resolve("map.json")).exists();

        CommandLineRun evaluated = CommandLineRun.of("evaluate", out.toString(), "--json");
        assertThat(evaluated.code()).as(evaluated.err()).isZero();
        assertThat(new ObjectMapper()
                        .readTree(evaluated.out())
                        .at("/evaluation/results/0/features")
                        .asText())
                .isEqualTo("encoder");

        Path npy = folder.resolve("z.npy");
        CommandLineRun embedded = CommandLineRun.of("embed", out.toString(), "--out", npy.toString());
        assertThat(embedded.out()).isEqualTo(npy + ": 120 embeddings of width 8" + System.lineSeparator());
        assertThat(npy).exists();
        assertThat(folder.resolve("z_labels.npy")).exists();
        Path written = folder.resolve("z.csv");
        CommandLineRun.of("embed", out.toString(), "--out", written.toString());
        assertThat(Files.readAllLines(written)).hasSize(121).first().isEqualTo("e0,e1,e2,e3,e4,e5,e6,e7,class");

        assertThat(CommandLineRun.of("runs", folder.resolve("runs").toString()).out())
                .containsPattern("first +shapes-vicreg +finished ");
    }

    @Test
    void aTrainingEndsWithItsVerdictsAndFailsOnACollapseIfAsked() throws IOException {
        // The embedding has 16 dimensions, but the 8 of the representation are all that it can use.
        Path out = folder.resolve("run");
        CommandLineRun told = pretrain(table(120), out, "train.batch=16", "--set", "schedule.warmupEpochs=2");
        assertThat(told.code()).as(told.err()).isZero();
        assertThat(told.out()).contains("representation: ", "embedding: DIMENSIONAL COLLAPSE", "The encoder is ");
        assertThat(told.err())
                .contains("warning: the warm-up of 14 steps covers the whole run of 14 steps")
                .contains("use --set schedule.warmupEpochs=0.20 or");
        CommandLineRun failed =
                CommandLineRun.of("pretrain", "--resume", out.toString(), "--fail-on", "collapse", "--json");
        assertThat(failed.code()).isEqualTo(3);
        assertThat(new ObjectMapper()
                        .readTree(failed.out())
                        .at("/verdicts/embedding/0/kind")
                        .asText())
                .isEqualTo("DIMENSIONAL");
    }

    @Test
    void aNewRunStartsFromTheNetworkOfAnotherOnOtherData() throws IOException {
        Path first = folder.resolve("first");
        assertThat(pretrain(table(120), first, "train.batch=16").code()).isZero();
        Path more = SmallRuns.table(folder.resolve("more.csv"), 160, 2);
        Path second = folder.resolve("second");
        CommandLineRun run = CommandLineRun.of(
                "pretrain", "--from", first.toString(), "--data", more.toString(), "--out", second.toString());
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("160 training items", "starts from the network of " + first, ", step 14");
        assertThat(run.out()).contains("finished after step 20: ");
        assertThat(second.resolve("config.yaml")).content().contains(more.toString());
        assertOneLineError(
                CommandLineRun.of("pretrain", "--resume", first.toString(), "--data", more.toString()),
                2,
                "fullrank pretrain: found --resume together with other settings");
        assertThat(CommandLineRun.of("pretrain", "--resume", first.toString(), "--data", more.toString())
                        .err())
                .contains("--from " + first + " starts a new run from its network");
    }

    @Test
    void aPictureThatCannotBeWrittenLeavesTheTrainingFinished() throws IOException {
        Path out = folder.resolve("run");
        assertThat(pretrain(table(120), out, "train.batch=16").code()).isZero();
        Files.delete(out.resolve("map.json"));
        Files.createFile(Files.createDirectory(out.resolve("map.json")).resolve("in-the-way"));
        CommandLineRun again = CommandLineRun.of("pretrain", "--resume", out.toString());
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(again.err()).containsOnlyOnce("no pictures: cannot write " + out.resolve("map.json"));
        assertThat(again.out()).contains("encoder", "finished after step ");
    }

    @Test
    void aComparisonPrintsOneTableAndGoesOnWhereItEnded() throws IOException {
        Path out = folder.resolve("two");
        CommandLineRun first = compare(out);
        assertThat(first.code()).as(first.err()).isZero();
        assertThat(first.err()).contains("warning: found 2 seeds, expected at least 3", "[4/4] b, seed 2: evaluating");
        assertThat(first.out())
                .containsPattern("recipe +n +kNN % +linear % +RankMe ")
                .containsPattern("(?m)^b +2 +")
                .contains("untrained encoder", "protocol ", "page: " + out.resolve("compare.html"));
        CommandLineRun refused = compare(out);
        assertOneLineError(
                new CommandLineRun(refused.code(), refused.out(), lastLine(refused.err())),
                2,
                "fullrank: --out " + out + ": found a folder that is not empty");
        CommandLineRun again = compare(out, "--resume", "--json");
        assertThat(again.err()).doesNotContain("training", "evaluating");
        assertThat(new ObjectMapper().readTree(again.out()).at("/rows/1/knn/n").asInt())
                .isEqualTo(2);
    }

    private static String lastLine(String text) {
        return text.lines().reduce((a, b) -> b).orElse("") + System.lineSeparator();
    }

    private CommandLineRun compare(Path out, String... more) throws IOException {
        List<String> line = new ArrayList<>(List.of("compare", "a=shapes-vicreg", "b=shapes-vicreg,train.epochs=3"));
        line.addAll(SmallRuns.options(table(120), out, "--seeds", "1,2"));
        line.addAll(List.of(more));
        return CommandLineRun.of(line.toArray(String[]::new));
    }

    private static Set<String> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return new TreeSet<>(files.map(f -> f.getFileName().toString()).toList());
        }
    }

    @Test
    void aPreflightSaysWhatItWouldChangeAndMakesNoRunFolder() throws IOException {
        Path csv = table(120);
        Path out = folder.resolve("runs/none");
        CommandLineRun run = pretrain(csv, out, "train.batch=16", "--preflight");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).isEmpty();
        assertThat(run.out())
                .startsWith("preflight of shapes-vicreg on ")
                .contains("gradient-share", "batch-and-width", "wiring", "view-strength", "learning-rate", "forecast");
        assertThat(out.getParent()).doesNotExist();
    }

    @Test
    void aPreflightAsJsonNamesFindingAndSettings() throws IOException {
        Path out = folder.resolve("none");
        CommandLineRun run = pretrain(
                table(120), out, "method.objective={type: w-mse}", "--set", "train.batch=16", "--preflight", "--json");
        assertThat(run.code()).as(run.err()).isZero();
        var json = new ObjectMapper().readTree(run.out());
        assertThat(json.at("/finding").asText()).isEqualTo("wrong");
        assertThat(json.at("/checks/0/name").asText()).isEqualTo("step");
        assertThat(json.at("/checks/2/set/0").asText()).isEqualTo("method.projector.widths.0=8");
        assertThat(out).doesNotExist();
    }

    private CommandLineRun pretrain(Path data, Path out, String setting, String... more) {
        List<String> options = new ArrayList<>(List.of("--set", setting));
        options.addAll(List.of(more));
        return SmallRuns.pretrain(data, out, options.toArray(String[]::new));
    }

    private Path table(int rows) throws IOException {
        return SmallRuns.table(folder.resolve("table.csv"), rows, 2);
    }

    /// A shell starts its background jobs, and so their children, with SIGINT ignored: there Ctrl-C cannot be
    /// tested.
    private static boolean ignoresInterrupts(Process process) throws IOException {
        Path status = Path.of("/proc", String.valueOf(process.pid()), "status");
        try (Stream<String> lines = Files.lines(status)) {
            return lines.filter(line -> line.startsWith("SigIgn:"))
                    .mapToLong(line -> Long.parseUnsignedLong(
                            line.substring("SigIgn:".length()).strip(), 16))
                    .anyMatch(mask -> (mask & 2) != 0);
        }
    }

    @Test
    void anInterruptedTrainingEndsWithCodeZeroAndCanBeResumed() throws Exception {
        Path out = folder.resolve("run");
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Fullrank.class.getName(),
                "pretrain"));
        line.addAll(SmallRuns.options(table(120), out, "--set", "train.epochs=1000000"));
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try {
            Path metrics = out.resolve("metrics.jsonl");
            while (process.isAlive() && (!Files.exists(metrics) || Files.size(metrics) < 1000)) {
                Thread.sleep(50);
            }
            new ProcessBuilder("kill", ignoresInterrupts(process) ? "-TERM" : "-INT", String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            assertThat(process.waitFor(2, TimeUnit.MINUTES)).as("ended").isTrue();
            assertThat(process.exitValue())
                    .as(Files.readString(folder.resolve("log")))
                    .isZero();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(folder.resolve("log"))).contains("stopped").doesNotContain("Exception");
        assertThat(files(out.resolve("checkpoints"))).isNotEmpty();
        assertThat(CommandLineRun.of("runs", out.toString()).out()).contains(" stopped ");
    }
}
