package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A stream of standard input that is stopped by a signal, by a reader that ends, or by an error of its input.
class StoppedStreamTest {
    private static final int ROWS = 60;

    @TempDir
    Path folder;

    private List<String> lines = List.of();

    @BeforeEach
    void writeRows() {
        lines = new ArrayList<>(List.of("device,a,b"));
        for (int t = 0; t < ROWS; t++) {
            lines.add("d%d,%.2f,%.2f".formatted(t / 20, Math.sin(t), Math.cos(3.1 * t)));
        }
    }

    private List<String> options(String output, String... more) {
        List<String> line = new ArrayList<>(List.of(
                "stream",
                "--input=-",
                "--output=" + output,
                "--sequence-column=device",
                "--state=" + folder.resolve("state")));
        line.addAll(List.of(more));
        return line;
    }

    private CommandLineRun stream(List<String> rows, String output, String... more) {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream((String.join("\n", rows) + "\n").getBytes(StandardCharsets.UTF_8)));
            return CommandLineRun.of(options(output, more).toArray(String[]::new));
        } finally {
            System.setIn(before);
        }
    }

    private static CommandLineRun withoutState(List<String> rows, String... more) {
        InputStream before = System.in;
        try {
            System.setIn(new ByteArrayInputStream((String.join("\n", rows) + "\n").getBytes(StandardCharsets.UTF_8)));
            List<String> line = new ArrayList<>(List.of("stream", "--input=-", "--output=-"));
            line.addAll(List.of(more));
            return CommandLineRun.of(line.toArray(String[]::new));
        } finally {
            System.setIn(before);
        }
    }

    /// The input stays open and silent, as that of `tail -f`.
    @Test
    void aSignalSavesTheStateAndNoRowIsPrintedTwice() throws Exception {
        String whole = withoutState(lines, "--sequence-column=device").out();
        Path printed = folder.resolve("printed.csv");
        Path log = folder.resolve("log");
        List<String> line = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Fullrank.class.getName()));
        line.addAll(options("-"));
        Process process = new ProcessBuilder(line)
                .redirectOutput(printed.toFile())
                .redirectError(log.toFile())
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write((String.join("\n", lines.subList(0, 41)) + "\n").getBytes(StandardCharsets.UTF_8));
            in.flush();
            while (process.isAlive() && Files.readAllLines(printed).size() < 30) {
                Thread.sleep(20);
            }
            new ProcessBuilder(
                            "kill",
                            TrainingCommandsTest.ignoresInterrupts(process) ? "-TERM" : "-INT",
                            String.valueOf(process.pid()))
                    .start()
                    .waitFor();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).as("ended").isTrue();
        } finally {
            process.destroyForcibly();
        }
        String said = Files.readString(log);
        assertThat(process.exitValue()).as(said).isZero();
        int rows = Files.readAllLines(printed).size() - 1;
        assertThat(said).endsWith("stopped after %d samples; continue with --resume\n".formatted(rows));
        CommandLineRun rest = stream(lines, "-", "--resume");
        assertThat(rest.code()).as(rest.err()).isZero();
        assertThat(Files.readString(printed) + rest.out()).isEqualTo(whole);
    }

    @Test
    void aProducerThatEndsIsContinuedWithTheRowsThatFollow() {
        String whole = withoutState(lines, "--sequence-column=device").out();
        String first = stream(lines.subList(0, 21), "-").out();
        CommandLineRun rest = stream(lines, "-", "--resume");
        assertThat(rest.code()).as(rest.err()).isZero();
        assertThat(rest.err()).contains("which has learned from 20 samples; skips the first 20 samples of the input\n");
        assertThat(first + rest.out()).isEqualTo(whole);
        Path file = folder.resolve("out.csv");
        stream(lines.subList(0, 21), file.toString(), "--restart");
        CommandLineRun appended = stream(lines, file.toString(), "--resume");
        assertThat(appended.code()).as(appended.err()).isZero();
        assertThat(file).hasContent(whole);
    }

    @Test
    void aSilentInputIsStoppedBeforeItsEnd() throws Exception {
        boolean[] stop = {false};
        try (var feeding = new PipedOutputStream()) {
            var input = new StoppableInput(new PipedInputStream(feeding), () -> stop[0]);
            feeding.write("ab".getBytes(StandardCharsets.UTF_8));
            feeding.flush();
            assertThat(input.read()).isEqualTo('a');
            assertThat(input.read()).isEqualTo('b');
            stop[0] = true;
            assertThatExceptionOfType(InterruptedIOException.class).isThrownBy(input::read);
        }
    }

    @Test
    void aReaderThatEndsIsNoError() {
        var closed = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("Broken pipe");
            }
        };
        var full = new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        assertThat(written(closed)).isEqualTo("0 ");
        assertThat(written(full)).startsWith("1 fullrank: stream: found an error of reading or writing, ");
    }

    private String written(OutputStream out) {
        InputStream before = System.in;
        var err = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream(String.join("\n", lines).getBytes(StandardCharsets.UTF_8)));
            int code = Fullrank.execute(
                    out,
                    new PrintStream(err, true, StandardCharsets.UTF_8),
                    "stream",
                    "--input=-",
                    "--output=-",
                    "--skip-column=device");
            return code + " " + err.toString(StandardCharsets.UTF_8);
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void anInputWithoutItsHeaderIsNamed() {
        CommandLineRun run = withoutState(lines.subList(5, 20), "--sequence-column=device");
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .isEqualTo(
                        "fullrank: sequence column: found no column device in standard input, whose first row is not a"
                                + " header, expected a header or a position from 1 to 3 or -1 to -3; begin the input with its"
                                + " header, or give a position\n");
    }

    @Test
    void anInputErrorSaysHowToGoOnAndTheNextStreamSaysWhatItFound() {
        List<String> damaged = new ArrayList<>(lines);
        damaged.set(30, "d1,1,oops");
        Path out = folder.resolve("out.csv");
        CommandLineRun run = stream(damaged, out.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err())
                .contains("line 31, column 3 (b): found 'oops'")
                .endsWith(
                        "; if you correct it, --resume continues after the 29 samples before, and with other options, --restart begins again\n");
        assertThat(stream(lines, out.toString()).err())
                .contains("found " + out + ".part of a stream that did not finish, expected none; complete it with"
                        + " --resume, or begin again with --restart");
        assertThat(stream(lines, out.toString(), "--resume").code()).isZero();
    }
}
