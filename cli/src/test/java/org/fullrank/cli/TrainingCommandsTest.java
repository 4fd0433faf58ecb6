package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands that train and what they leave behind.
class TrainingCommandsTest {
    @TempDir
    Path folder;

    private static void assertOneLineError(CommandLineRun run, int code, String start) {
        assertThat(run.code()).isEqualTo(code);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith(start).endsWith(System.lineSeparator());
        assertThat(run.err().lines()).as(run.err()).hasSize(1);
        assertThat(run.err()).doesNotContain("Exception", "\tat ");
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
    void withoutARecipeTheDataChooseIt() throws IOException {
        Path csv = table(120);
        Path out = folder.resolve("run");
        CommandLineRun run = CommandLineRun.of(
                "pretrain",
                "--data",
                csv.toString(),
                "--out",
                out.toString(),
                "--set",
                "train.epochs=1",
                "--set",
                "train.batch=16",
                "--set",
                "encoder.widths=[8]");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.err()).contains("recipe table-vicreg, as the data are not images; --recipe names another one");
        assertThat(Files.readString(out.resolve("config.yaml"))).contains("table-vicreg");
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
                .contains("use --set schedule.warmupEpochs=0.20 or")
                .contains("warning: a run of 14 steps is too short for the running statistics of batch norms");
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

    /// The other table has other levels. The network has learned from those of the first.
    @Test
    void aRunKilledBeforeItsFirstCheckpointStillStartsFromTheOther() throws IOException {
        Path first = folder.resolve("first");
        assertThat(pretrain(kinds("first.csv", "oak", "pine"), first, "train.batch=16")
                        .code())
                .isZero();
        Path second = folder.resolve("second");
        CommandLineRun run = CommandLineRun.of(
                "pretrain",
                "--from",
                first.toString(),
                "--data",
                kinds("more.csv", "pine", "yew").toString(),
                "--out",
                second.toString());
        assertThat(run.code()).as(run.err()).isZero();
        Path killed = folder.resolve("killed");
        Files.createDirectories(killed.resolve("checkpoints"));
        for (String file : List.of("config.yaml", "from.txt")) {
            Files.copy(second.resolve(file), killed.resolve(file));
        }
        CommandLineRun resumed = CommandLineRun.of("pretrain", "--resume", killed.toString());
        assertThat(resumed.code()).as(resumed.err()).isZero();
        assertThat(resumed.err()).contains("starts from the network of ");
        assertThat(Files.readAllBytes(killed.resolve("encoder.safetensors")))
                .isEqualTo(Files.readAllBytes(second.resolve("encoder.safetensors")));
        CommandLineRun again = CommandLineRun.of("pretrain", "--resume", second.toString());
        assertThat(again.code()).as(again.err()).isZero();
    }

    @Test
    void aRunWhoseOriginIsGoneSaysSo() throws IOException {
        Path first = folder.resolve("first");
        assertThat(pretrain(table(120), first, "train.batch=16").code()).isZero();
        Path killed = folder.resolve("killed");
        Files.createDirectories(killed.resolve("checkpoints"));
        Files.copy(first.resolve("config.yaml"), killed.resolve("config.yaml"));
        Path gone = folder.resolve("gone.safetensors");
        Files.writeString(killed.resolve("from.txt"), gone.toString());
        CommandLineRun run = CommandLineRun.of("pretrain", "--resume", killed.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("run " + killed + ": found no checkpoint " + gone);
    }

    private Path kinds(String name, String one, String other) throws IOException {
        var rows = new StringBuilder("a,kind,b,label\n");
        for (int i = 0; i < 120; i++) {
            rows.append("%d,%s,%d,class%d\n".formatted(i % 7, i % 3 == 0 ? one : other, i % 5, i % 2));
        }
        return Files.writeString(folder.resolve(name), rows);
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
    static boolean ignoresInterrupts(Process process) throws IOException {
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
                "pretrain",
                "--recipe",
                "shapes-vicreg"));
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
