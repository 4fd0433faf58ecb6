package org.fullrank.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.Saved;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KilledStreamTest {
    private static final int SAVE_EVERY = 300;
    private static final int FED = 2000; // samples before the kill
    private static final int ENOUGH = 1500; // saved before the kill

    @TempDir
    Path folder;

    /** Streams standard input to a file; arguments are output and state. */
    public static void main(String[] arguments) throws IOException {
        try (Samples samples = Samples.read(System.in, "standard input", options())) {
            stream(Path.of(arguments[0])).resuming(Path.of(arguments[1])).run(samples);
        }
    }

    private static SampleOptions options() {
        return SampleOptions.defaults().withSequenceColumn("device");
    }

    private static FeatureStream stream(Path output) {
        return FeatureStream.of(RuleSettings.defaults().standardized()::rule, FeatureOutput.file(output))
                .withSaveEvery(SAVE_EVERY);
    }

    /** A process is killed while it reads a pipe that stays open; then the whole input is streamed again. */
    @Test
    void aKilledStreamResumesToTheOutputOfOneThatWasNot() throws Exception {
        SensorTable table = SensorTable.write(folder.resolve("table.csv"));
        Path whole = folder.resolve("whole.csv");
        try (Samples samples = Samples.open(table.file(), options())) {
            stream(whole).run(samples);
        }
        Path out = folder.resolve("out.csv");
        Path state = folder.resolve("state");
        kill(table, out, state);
        long kept = Saved.load(state).marks()[0];
        assertThat(kept).as(Files.readString(folder.resolve("log"))).isBetween((long) ENOUGH, (long) FED);
        assertThat(kept % SAVE_EVERY).isZero();
        assertThat(out).doesNotExist();
        try (Samples samples = Samples.open(table.file(), options())) {
            stream(out).resuming(state).run(samples);
        }
        assertThat(Files.readString(out)).isEqualTo(Files.readString(whole));
        assertThat(OnlineRule.load(state).samples()).isEqualTo(SensorTable.ROWS);
    }

    private void kill(SensorTable table, Path out, Path state) throws Exception {
        List<String> line = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                KilledStreamTest.class.getName(),
                out.toString(),
                state.toString());
        Process process = new ProcessBuilder(line)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        try (OutputStream in = process.getOutputStream()) {
            String rows = String.join("\n", table.lines().subList(0, FED + 1)) + "\n";
            in.write(rows.getBytes(StandardCharsets.UTF_8));
            in.flush();
            long saved = 0;
            while (process.isAlive() && saved < ENOUGH) {
                Thread.sleep(20);
                saved = Files.exists(state) ? Saved.load(state).marks()[0] : 0;
            }
            process.destroyForcibly(); // SIGKILL
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }
}
