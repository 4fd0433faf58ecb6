package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// `pretrain` with several processes.
///
/// `-Dfullrank.kills=20` kills workers at more moments and prints a table.
class WorkersCommandTest {
    /// Kills of the ordinary build: once rank 0, once another.
    private static final int FEW = 2;

    private static final int KILLS = Integer.getInteger("fullrank.kills", FEW);
    private static final int WORKERS = 3;
    private static final int EPOCHS = 30;
    private static final int STEPS = EPOCHS * 4;
    /// After which all workers must have ended.
    private static final Duration MOST = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private Path table() throws IOException {
        var random = new Random(3);
        var text = new StringBuilder("a,b,c,d,e,f\n");
        for (int row = 0; row < 128; row++) {
            for (int column = 0; column < 6; column++) {
                double value = random.nextGaussian() + (column % 3 == row % 3 ? 2 : 0);
                text.append(column == 0 ? "" : ",").append(String.format(Locale.ROOT, "%.4f", value));
            }
            text.append('\n');
        }
        return Files.writeString(folder.resolve("table.csv"), text);
    }

    private List<String> training(Path csv, String... more) {
        var line = new ArrayList<>(List.of("pretrain", "--recipe", "table-vicreg", "--data", csv.toString()));
        for (String setting : List.of(
                "train.epochs=" + EPOCHS,
                "train.batch=32",
                "train.precision=fp32",
                "train.threads=1",
                "train.logEverySteps=1",
                "checkpoints.everyEpochs=5")) {
            line.addAll(List.of("--set", setting));
        }
        line.add("--no-preflight");
        line.addAll(List.of(more));
        return line;
    }

    /// A command line in a process of its own, whose standard error goes to a file.
    private Process start(Path err, List<String> line) throws IOException {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                Fullrank.class.getName()));
        command.addAll(line);
        var builder = new ProcessBuilder(command)
                .redirectOutput(folder.resolve("out").toFile())
                .redirectError(err.toFile());
        builder.environment().put("OMP_WAIT_POLICY", "PASSIVE");
        return builder.start();
    }

    private int run(Path err, List<String> line) throws Exception {
        Process process = start(err, line);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    private static void until(String what, Duration patience, BooleanSupplier holds) throws InterruptedException {
        Instant end = Instant.now().plus(patience);
        while (!holds.getAsBoolean()) {
            assertThat(Instant.now()).as(what).isBefore(end);
            Thread.sleep(20);
        }
    }

    private static long lines(Path file) {
        try {
            return Files.exists(file) ? Files.readString(file).lines().count() : 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void killedWorkersEndAllAndAResumeIsBitIdentical() throws Exception {
        Path csv = table();
        Path whole = folder.resolve("whole");
        Path err = folder.resolve("err");
        String workers = Integer.toString(WORKERS);
        assertThat(run(err, training(csv, "--workers", workers, "--out", whole.toString())))
                .as(Files.readString(err))
                .isZero();
        var moments = new Random(11);
        for (int kill = 0; kill < KILLS; kill++) {
            int victim = kill < FEW ? kill * (WORKERS - 1) : moments.nextInt(WORKERS);
            int after = 1 + moments.nextInt(STEPS - 40);
            Path run = folder.resolve("run" + kill);
            double seconds = killed(csv, run, victim, after);
            long step = lines(run.resolve("metrics.jsonl"));
            assertThat(run(err, List.of("pretrain", "--resume", run.toString(), "--workers", workers)))
                    .as(Files.readString(err))
                    .isZero();
            assertThat(run.resolve("encoder.safetensors")).hasSameBinaryContentAs(whole.resolve("encoder.safetensors"));
            if (KILLS > FEW) {
                System.out.printf(
                        Locale.ROOT,
                        "kill %2d: rank %d after %d records; all ended in %.1f s; resumed, same bits%n",
                        kill + 1,
                        victim,
                        step,
                        seconds);
            }
        }
    }

    /// Kills a worker when there are enough records.
    ///
    /// @return the seconds until all others have ended
    private double killed(Path csv, Path run, int victim, int records) throws Exception {
        Path err = folder.resolve("err-" + run.getFileName());
        Process first = start(err, training(csv, "--workers", Integer.toString(WORKERS), "--out", run.toString()));
        until("records", Duration.ofMinutes(3), () -> lines(run.resolve("metrics.jsonl")) > records);
        List<ProcessHandle> all = new ArrayList<>(first.children()
                .sorted(Comparator.comparingLong(ProcessHandle::pid))
                .toList());
        all.addFirst(first.toHandle());
        assertThat(all).hasSize(WORKERS);
        Instant begin = Instant.now();
        all.get(victim).destroyForcibly();
        until("the end of all workers", MOST, () -> all.stream().noneMatch(ProcessHandle::isAlive));
        double seconds = Duration.between(begin, Instant.now()).toMillis() / 1e3;
        if (victim != 0) {
            assertThat(first.waitFor()).isEqualTo(1);
        }
        assertThat(Files.readString(err).lines().filter(line -> line.startsWith("fullrank: ")))
                .as(Files.readString(err))
                .singleElement()
                .asString()
                .contains("worker %d has ended unexpectedly".formatted(victim));
        return seconds;
    }

    @Test
    void aSignalStopsAllWorkersWithACheckpoint() throws Exception {
        Path run = folder.resolve("run");
        Path err = folder.resolve("err");
        Process first = start(err, training(table(), "--workers", "2", "--out", run.toString()));
        until("records", Duration.ofMinutes(3), () -> lines(run.resolve("metrics.jsonl")) > 5);
        List<ProcessHandle> others = first.children().toList();
        first.destroy(); // SIGTERM, which is treated as Ctrl-C
        assertThat(first.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(first.exitValue()).as(Files.readString(err)).isZero();
        assertThat(Files.readString(err)).contains("stopped at step ", "continue with --resume");
        assertThat(others).hasSize(1).noneMatch(ProcessHandle::isAlive);
    }

    @Test
    void processesMeetAtAnAddress() throws Exception {
        String address = "127.0.0.1:" + freePort();
        Path err = folder.resolve("err-1");
        Process other = start(err, oneOfTwo(1, address));
        assertThat(run(folder.resolve("err-0"), oneOfTwo(0, address)))
                .as(Files.readString(err))
                .isZero();
        assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(other.exitValue()).as(Files.readString(err)).isZero();
        assertThat(Files.readString(err)).contains("rank 1 of 2 trains", "finished after step 4");
    }

    @Test
    void aWorkerWithAnotherRecipeIsRefusedBeforeThereIsARun() throws Exception {
        String address = "127.0.0.1:" + freePort();
        Path err = folder.resolve("err-0");
        Process other = start(folder.resolve("err-1"), oneOfTwo(1, address, "--set", "train.batch=16"));
        assertThat(run(err, oneOfTwo(0, address))).isEqualTo(2);
        assertThat(Files.readString(err)).contains("worker 1: found another recipe");
        assertThat(folder.resolve("run")).doesNotExist();
        assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(other.exitValue()).isEqualTo(2);
    }

    private List<String> oneOfTwo(int rank, String address, String... more) throws IOException {
        List<String> line = training(table(), "--rendezvous", address, "--world-size", "2");
        line.addAll(List.of("--rank", Integer.toString(rank), "--set", "train.epochs=1"));
        line.addAll(List.of("--out", folder.resolve("run").toString()));
        line.addAll(List.of(more));
        return line;
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) { // free again when it is closed
            return socket.getLocalPort();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    --workers 0 | --workers: found 0, expected 1 to 1024
                    --workers 2 --rank 1 | found --workers together with --rendezvous
                    --rank 1 --world-size 2 | found only some of --rendezvous, --rank and --world-size
                    --rendezvous h:1 --rank 2 --world-size 2 | --rank: found 2, expected 0 to 1
                    --rendezvous h:1 --rank 0 --world-size 1 | --world-size: found 1, expected 2 to 1024
                    --rendezvous h --rank 1 --world-size 2 | --rendezvous: found 'h', expected HOST:PORT
                    --rendezvous nowhere.invalid:9 --rank 1 --world-size 2 | found no machine of this name
                    --workers 40 --set train.batch=32 | workers: found 40, expected at most 32
                    """)
    void wrongOptionsAreRefusedInOneLine(String options, String expected) throws IOException {
        var line = new ArrayList<>(List.of("pretrain", "--recipe", "table-vicreg", "--data", table().toString()));
        line.addAll(List.of(options.split(" ")));
        line.addAll(List.of("--out", folder.resolve("run").toString()));
        CommandLineRun run = CommandLineRun.of(line.toArray(String[]::new));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().lines()).last().asString().contains(expected);
        assertThat(folder.resolve("run")).doesNotExist();
    }
}
