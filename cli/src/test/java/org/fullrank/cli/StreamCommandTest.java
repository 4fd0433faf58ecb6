package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.fullrank.online.Activation;
import org.fullrank.online.RuleName;
import org.fullrank.stream.FeatureOutput;
import org.fullrank.stream.FeatureStream;
import org.fullrank.stream.RuleSettings;
import org.fullrank.stream.SampleOptions;
import org.fullrank.stream.Samples;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The command hands its options to the library, whose own tests are in the module `stream`.
class StreamCommandTest {
    private static final int ROWS = 2500;

    @TempDir
    Path folder;

    private Path csv = Path.of("");
    private List<String> lines = List.of();

    /// Three sensors of two devices that take turns of 50 rows.
    @BeforeEach
    void writeTable() throws IOException {
        var random = new Random(1);
        lines = new ArrayList<>(List.of("device,a,b,c"));
        double slow = 0;
        for (int t = 0; t < ROWS; t++) {
            slow = 0.95 * slow + 0.3 * random.nextGaussian();
            lines.add("d%d,%.4f,%.4f,%.4f"
                    .formatted(t / 50 % 2, slow, random.nextGaussian(), slow + random.nextGaussian()));
        }
        csv = Files.write(folder.resolve("table.csv"), lines);
    }

    private Path path(String name) {
        return folder.resolve(name);
    }

    private CommandLineRun stream(Path input, Path output, String... more) {
        List<String> line = new ArrayList<>(
                List.of("stream", "--input", input.toString(), "--output", output.toString(), "--units", "4"));
        line.addAll(List.of(more));
        return CommandLineRun.of(line.toArray(String[]::new));
    }

    private static void assertFine(CommandLineRun run) {
        assertThat(run.code()).as(run.err()).isZero();
    }

    private static void assertRefused(CommandLineRun run, String start) {
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err().lines().toList().getLast()).startsWith("fullrank: " + start);
        assertThat(run.err()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void standardInputAndOutputMakeAPipe() throws IOException {
        assertFine(stream(csv, path("out.csv"), "--skip-column", "1"));
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)));
            CommandLineRun run = stream(Path.of("-"), Path.of("-"), "--skip-column", "1");
            assertFine(run);
            assertThat(run.out()).isEqualTo(Files.readString(path("out.csv")));
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void optionsReachTheLibrary() throws IOException {
        assertFine(stream(
                csv,
                path("out.csv"),
                "--rule=vicreg-log",
                "--sequence-column=device",
                "--skip-column=b",
                "--activation=tanh",
                "--learning-rate=0.002",
                "--decay=0.25",
                "--standardize",
                "--seed=9",
                "--state=" + path("state"),
                "--save-every=700"));
        var settings = new RuleSettings(RuleName.VICREG_LOG, 4, Activation.TANH, 0.002, 0.25, true, 9);
        var options = SampleOptions.defaults().withSequenceColumn("device").withSkipColumns("b");
        try (Samples samples = Samples.open(csv, options)) {
            FeatureStream.of(settings::rule, FeatureOutput.file(path("library.csv")))
                    .continuing(path("library.state"))
                    .run(samples);
        }
        assertThat(Files.readString(path("out.csv"))).isEqualTo(Files.readString(path("library.csv")));
        assertThat(Files.readAllBytes(path("state"))).isEqualTo(Files.readAllBytes(path("library.state")));
    }

    @Test
    void windowsReachTheLibrary() throws IOException {
        Path ts = Files.writeString(path("x.ts"), "@data\n1,2,3,4,5,6\n7,8,9,10,11\n");
        assertFine(stream(ts, path("out.csv"), "--window", "2", "--hop", "3"));
        assertThat(Files.readAllLines(path("out.csv")))
                .extracting(line -> line.substring(0, line.indexOf(',')))
                .containsExactly("series", "1", "1", "2", "2");
    }

    @Test
    void aFrozenStreamLearnsNothingAndSaysWhatItSaw() throws IOException {
        Path state = path("state");
        assertFine(stream(csv, path("a.csv"), "--state", state.toString(), "--skip-column", "device"));
        byte[] learned = Files.readAllBytes(state);
        CommandLineRun frozen = stream(
                csv, path("b.csv"), "--state", state.toString(), "--skip-column", "device", "--frozen", "--json");
        assertFine(frozen);
        assertThat(Files.readAllBytes(state)).isEqualTo(learned);
        JsonNode summary = new ObjectMapper().readTree(frozen.out());
        assertThat(summary.get("samples").asInt()).isEqualTo(ROWS);
        assertThat(summary.get("learned").asInt()).isEqualTo(ROWS);
        assertThat(summary.get("features").asInt()).isEqualTo(4);
        assertThat(frozen.err()).startsWith("continues from " + state + ", which has learned from 2,500 samples");
    }

    @Test
    void theOldSpellingOfStandardizeWorksAndSaysSo() throws IOException {
        CommandLineRun american = stream(csv, path("a.csv"), "--skip-column", "device", "--standardize");
        CommandLineRun british = stream(csv, path("b.csv"), "--skip-column", "device", "--standardise");
        assertFine(british);
        assertThat(Files.readString(path("b.csv"))).isEqualTo(Files.readString(path("a.csv")));
        assertThat(british.err())
                .isEqualTo("--standardise is now spelled --standardize; the next version will refuse the old spelling\n"
                        + american.err());
        assertThat(CommandLineRun.of("stream", "--help").out())
                .contains("--standardize")
                .doesNotContain("--standardise");
    }

    @Test
    void badInputIsRefusedInOneLineAndLeavesNoOutput() throws IOException {
        Files.write(csv, List.of("a,b", "1,2", "3,oops"));
        CommandLineRun run = stream(csv, path("out.csv"));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo(
                        "fullrank: " + csv
                                + ", line 3, column 2 (b): found 'oops', expected a finite number; correct it, skip the column (--skip-column), copy it (--keep-column), skip the row (--bad skip), or use the last value (--bad last)\n");
        assertThat(path("out.csv")).doesNotExist();
        assertThat(path("out.csv.part")).doesNotExist();
    }

    @Test
    void anOutputThatExistsIsReplacedOnlyByForce() throws IOException {
        Path out = path("out.csv");
        assertFine(stream(csv, out, "--skip-column", "device"));
        assertRefused(
                stream(csv, out, "--skip-column", "b", "--skip-column", "device"),
                "--output " + out
                        + ": found this file, expected a new one; name another, or overwrite it with --force");
        String before = Files.readString(out);
        assertFine(stream(csv, out, "--skip-column", "b", "--skip-column", "device", "--force"));
        assertThat(Files.readString(out)).isNotEqualTo(before);
    }

    @Test
    void anInterruptedStreamIsCompletedOrBegunAgainButNotReplaced() throws IOException {
        Path out = path("out.csv");
        Path part = path("out.csv.part");
        String[] line = {"--skip-column", "device", "--state", path("state").toString()};
        Files.writeString(part, "half a row");
        assertRefused(
                stream(csv, out, line),
                "--output " + out + ": found " + part
                        + " of a stream that did not finish, expected none; without a state it"
                        + " cannot be completed: delete it, or begin again with --restart");
        assertFine(stream(csv, out, line[0], line[1], line[2], line[3], "--restart"));
        String whole = Files.readString(out);
        assertThat(part).doesNotExist();
        Files.writeString(part, "half a row");
        assertRefused(
                stream(csv, path("out.csv"), line[0], line[1], line[2], line[3], "--force"),
                "--output " + out + ": found " + part
                        + " of a stream that did not finish, expected none; complete it with --resume, or");
        // A restart does not continue from the state: the features equal those of a new learner.
        assertFine(stream(csv, out, line[0], line[1], line[2], line[3], "--force", "--restart"));
        assertThat(Files.readString(out)).isEqualTo(whole);
        assertRefused(
                stream(csv, path("b.csv"), line[0], line[1], line[2], line[3], "--restart", "--resume"),
                "--restart: found --resume or --frozen as well");
    }

    @Test
    void aStateThatDoesNotFitIsNamedByTheOptionThatDiffers() {
        String[] line = {"--skip-column", "device", "--state", path("state").toString()};
        assertFine(stream(csv, path("a.csv"), line[0], line[1], line[2], line[3], "--standardize"));
        assertRefused(
                stream(csv, path("b.csv"), line),
                "state " + path("state")
                        + ": found one made with --standardize, expected the same now; add --standardize");
        assertRefused(
                CommandLineRun.of(
                        "stream",
                        "--input=" + csv,
                        "--output=" + path("b.csv"),
                        "--skip-column=device",
                        "--state=" + path("state"),
                        "--standardize",
                        "--units=2"),
                "state " + path("state")
                        + ": found a rule of 4 features, expected 2 as in the settings; give --units 4");
    }

    @Test
    void badCellsAreToldAndCounted() throws IOException {
        Files.write(csv, List.of("t,a,b", "9,1,2", "8,3,oops", "7,4,5"));
        CommandLineRun run = CommandLineRun.of(
                "stream", "--input=" + csv, "--output=" + path("out.csv"), "--keep-column=t", "--bad=skip", "--json");
        assertFine(run);
        assertThat(run.err())
                .contains("warning: " + csv + ", line 3, column 3 (b): found 'oops'; the sample was left out\n")
                .containsPattern("2 samples, 2 features, .* monitor: rank [0-9.e-]+ of 2, 1 bad cells or rows");
        assertThat(Files.readAllLines(path("out.csv")))
                .extracting(text -> String.join(",", List.of(text.split(",")).subList(0, 2)))
                .containsExactly("line,t", "2,9", "4,7");
        assertThat(new ObjectMapper().readTree(run.out()).get("bad").asInt()).isEqualTo(1);
    }

    @Test
    void aRuleThatDivergesIsAJobThatFailed() {
        CommandLineRun run = stream(csv, path("out.csv"), "--skip-column", "device", "--learning-rate", "10");
        assertThat(run.code()).isEqualTo(1);
        assertThat(run.err())
                .startsWith("fullrank: rule: found features that are not finite")
                .endsWith("lower the learning rate and begin anew, or give --standardize\n")
                .hasLineCount(1);
    }

    @Test
    void anOutputThatCannotBeWrittenIsAnErrorAndNothingIsSavedAfterIt() {
        var closed = new PrintStream(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("nobody reads");
            }
        });
        var err = new ByteArrayOutputStream();
        int code = Fullrank.execute(
                closed,
                new PrintStream(err, true, StandardCharsets.UTF_8),
                "stream",
                "--input",
                csv.toString(),
                "--output",
                "-",
                "--skip-column",
                "device",
                "--state",
                path("state").toString());
        assertThat(code).isEqualTo(1);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("fullrank: stream: found an error of reading or writing, ")
                .hasLineCount(1);
        assertThat(path("state")).doesNotExist();
    }

    @Test
    void aDamagedStateIsRefused() throws IOException {
        Path state = path("state");
        assertFine(stream(csv, path("a.csv"), "--state", state.toString(), "--skip-column", "device"));
        byte[] bytes = Files.readAllBytes(state);
        bytes[bytes.length / 2] ^= 1;
        Files.write(state, bytes);
        assertRefused(
                stream(csv, path("b.csv"), "--state", state.toString(), "--skip-column", "device"),
                "state file " + state + ": found a wrong checksum");
        assertThat(Files.readAllBytes(state)).isEqualTo(bytes);
    }

    @Test
    void aBadRowCanBeCorrectedAndTheStreamResumed() throws IOException {
        Path whole = path("whole.csv");
        assertFine(stream(csv, whole, "--sequence-column", "device", "--standardize"));
        List<String> damaged = new ArrayList<>(lines);
        damaged.set(1300, "d1,1,2,oops");
        Files.write(csv, damaged);
        Path out = path("out.csv");
        String[] more = {
            "--standardize",
            "--sequence-column=device",
            "--state",
            path("state").toString()
        };
        assertRefused(stream(csv, out, more), csv + ", line 1301, column 4 (c): found 'oops'");
        assertThat(out).doesNotExist();
        Files.write(csv, lines);
        String[] resume = {more[0], more[1], more[2], more[3], "--resume"};
        assertFine(stream(csv, out, resume));
        assertThat(Files.readString(out)).isEqualTo(Files.readString(whole));
    }
}
