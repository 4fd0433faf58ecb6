package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.util.concurrent.TimeUnit;
import org.fullrank.online.LatentPredictive;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.Saved;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StreamTest {
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
    void featuresAreThoseOfTheRuleFedByHand() throws IOException {
        Path out = path("out.csv");
        assertFine(stream(csv, out, "--sequence-column", "device", "--learning-rate", "0.01"));
        List<String> written = Files.readAllLines(out);
        assertThat(written).hasSize(ROWS + 1).first().isEqualTo("device,e0,e1,e2,e3");
        LatentPredictive rule =
                LatentPredictive.builder(3, 4).learningRate(0.01).build();
        for (int t = 0; t < ROWS; t++) {
            String[] cells = lines.get(t + 1).split(",");
            if (t % 50 == 0) {
                rule.sequenceEnds();
            }
            float[] z = rule.update(
                    new float[] {Float.parseFloat(cells[1]), Float.parseFloat(cells[2]), Float.parseFloat(cells[3])});
            assertThat(written.get(t + 1)).isEqualTo("%s,%s,%s,%s,%s".formatted(cells[0], z[0], z[1], z[2], z[3]));
        }
        assertThat(Files.exists(path("out.csv.part"))).isFalse();
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
    void windowsOfSeriesAreSamplesAndEachSeriesIsASequence() throws IOException {
        Path ts = Files.writeString(path("x.ts"), """
                # comment
                @problemName X
                @classLabel true a b
                @data
                1,2,3,4:5,6,7,8:a
                -1,2,-3,4:5,-6,7,-8:b
                """);
        assertFine(stream(ts, path("out.csv"), "--window", "2", "--hop", "2", "--learning-rate", "0.01"));
        LatentPredictive rule =
                LatentPredictive.builder(4, 4).learningRate(0.01).build();
        List<String> expected = new ArrayList<>(List.of("series,class,e0,e1,e2,e3"));
        float[][] samples = {{1, 2, 5, 6}, {3, 4, 7, 8}, {-1, 2, 5, -6}, {-3, 4, 7, -8}};
        for (int t = 0; t < samples.length; t++) {
            if (t == 2) {
                rule.sequenceEnds();
            }
            float[] z = rule.update(samples[t]);
            expected.add("%s,%s,%s,%s,%s".formatted(t < 2 ? "1,a" : "2,b", z[0], z[1], z[2], z[3]));
        }
        assertThat(Files.readAllLines(path("out.csv"))).isEqualTo(expected);
    }

    @Test
    void aStateGoesOnLearningAndAFrozenOneDoesNot() throws IOException {
        Path state = path("state");
        assertFine(stream(csv, path("a.csv"), "--state", state.toString(), "--skip-column", "device"));
        assertThat(OnlineRule.load(state).samples()).isEqualTo(ROWS);
        assertFine(stream(csv, path("b.csv"), "--state", state.toString(), "--skip-column", "device"));
        assertThat(OnlineRule.load(state).samples()).isEqualTo(2L * ROWS);
        byte[] learned = Files.readAllBytes(state);
        CommandLineRun frozen = stream(
                csv, path("c.csv"), "--state", state.toString(), "--skip-column", "device", "--frozen", "--json");
        assertFine(frozen);
        assertThat(Files.readAllBytes(state)).isEqualTo(learned);
        assertThat(new ObjectMapper().readTree(frozen.out()).get("samples").asInt())
                .isEqualTo(ROWS);
        assertThat(Files.readAllLines(path("c.csv"))).hasSize(ROWS + 1);
        assertRefused(
                stream(csv, path("d.csv"), "--state", state.toString(), "--skip-column", "device", "--resume"),
                "--resume: found a state whose stream was finished");
        assertRefused(
                stream(csv, path("d.csv"), "--state", state.toString(), "--skip-column", "device", "--decay", "0.5"),
                "learners: found LatentSettings[");
        assertRefused(
                stream(csv, path("d.csv"), "--state", state.toString(), "--skip-column", "a"),
                csv + ", line 2, column 1 (device): found 'd0', expected a finite number");
        assertThat(path("d.csv")).doesNotExist();
        assertThat(path("d.csv.part")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|found it empty, expected CSV or .ts",
                "a,b~|found no sample, expected at least one",
                "a,b~1,2~NaN,3~|line 3, column 1 (a): found 'NaN', expected a finite number",
                "a,b~1,2~3,~|line 3, column 2 (b): found '', expected a finite number",
                "a,b~1,2~3,4,5~|line 3: found 3 cells, expected 2 as in the first row",
                "NaN,2~|line 1, column 1: found 'NaN', expected a finite number",
                "1,\"2~3,4~|line 1, column 2: found '2?3,4?', expected a finite number",
                "@data~1,2:a,3~|line 2: found 'a' in channel 2, step 1, expected a finite number",
                "@classLabel true a~@data~1,2:3,4:a~1,2:a~|line 4: found 1 channels, expected 2 as in the first",
                "@classLabel true a~@data~1,2:3:a~|line 3: found 1 steps in channel 2, expected 2",
                "@timeStamps true~@data~|line 1: found time stamps, expected values at equal distances",
                "@classLabel true a~|found no line @data, expected one after the header",
            })
    void badInputIsRefusedInOneLineAndLeavesNoOutput(String content, String message) throws IOException {
        Path bad = Files.writeString(path("bad"), content.replace('~', '\n'));
        CommandLineRun run = stream(bad, path("out.csv"));
        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err()).contains(message).doesNotContain("Exception");
        assertThat(path("out.csv")).doesNotExist();
        assertThat(path("out.csv.part")).doesNotExist();
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
                "state file " + state + ": found another checksum");
        assertThat(Files.readAllBytes(state)).isEqualTo(bytes);
    }

    @Test
    void aBadRowCanBeCorrectedAndTheStreamResumed() throws IOException {
        Path whole = path("whole.csv");
        assertFine(stream(csv, whole, "--sequence-column", "device", "--standardise"));
        List<String> damaged = new ArrayList<>(lines);
        damaged.set(1300, "d1,1,2,oops");
        Files.write(csv, damaged);
        Path out = path("out.csv");
        String[] more = {
            "--standardise",
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

    /// A process is killed while it reads a pipe that stays open; a second one gets the whole input.
    @Test
    void aKilledStreamResumesToTheOutputOfOneThatWasNot() throws Exception {
        Path whole = path("whole.csv");
        assertFine(stream(csv, whole, "--sequence-column", "device"));
        Path state = path("state");
        Path out = path("out.csv");
        int every = 300;
        int fed = 2000;
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Fullrank.class.getName(),
                        "stream",
                        "--input",
                        "-",
                        "--output",
                        out.toString(),
                        "--units",
                        "4",
                        "--sequence-column",
                        "device",
                        "--state",
                        state.toString(),
                        "--save-every",
                        String.valueOf(every))
                .redirectErrorStream(true)
                .redirectOutput(path("log").toFile())
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write((String.join("\n", lines.subList(0, fed + 1)) + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
            long saved = 0;
            while (process.isAlive() && saved < 1500) {
                Thread.sleep(20);
                saved = Files.exists(state) ? Saved.load(state).marks()[0] : 0;
            }
            process.destroyForcibly(); // SIGKILL
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        long kept = Saved.load(state).marks()[0];
        assertThat(kept)
                .as(Files.readString(path("log")))
                .isGreaterThanOrEqualTo(1500)
                .isLessThanOrEqualTo(fed);
        assertThat(kept % every).isZero();
        assertThat(out).doesNotExist();
        assertFine(stream(csv, out, "--sequence-column", "device", "--state", state.toString(), "--resume"));
        assertThat(Files.readString(out)).isEqualTo(Files.readString(whole));
        assertThat(OnlineRule.load(state).samples()).isEqualTo(ROWS);
    }
}
