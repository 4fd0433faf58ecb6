package org.fullrank.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PretrainTest {
    private static final String ENCODER = "encoder.safetensors";

    @TempDir
    static Path folder;

    private static Path data;

    @BeforeAll
    static void makeData() {
        data = folder.resolve("rows.npy");
        SmallRun.rows(data);
    }

    /// A job stops the Spark that all tests share.
    @AfterAll
    static void startSparkAgain() {
        LocalSpark.session();
    }

    private record Ended(int code, String err) {}

    private static Ended job(List<String> arguments) {
        LocalSpark.session();
        var err = new StringWriter();
        int code =
                SubmittedJob.execute(new PretrainJob(), new PrintWriter(err, true), arguments.toArray(String[]::new));
        return new Ended(code, err.toString());
    }

    private static List<String> training(Path run, int epochs) {
        var all = new ArrayList<>(List.of("--recipe", "table-vicreg", "--data", data.toString(), "--no-preflight"));
        for (String setting : List.of("train.epochs=" + epochs, "train.batch=64", "train.precision=fp32")) {
            all.addAll(List.of("--set", setting));
        }
        all.addAll(List.of("--out", run.toString()));
        return all;
    }

    private static List<String> join(List<String> one, List<String> two) {
        return Stream.concat(one.stream(), two.stream()).toList();
    }

    /// The run of `fullrank pretrain --workers 2`, with one thread for each worker.
    private static Path command(int epochs) throws Exception {
        Path run = folder.resolve("command" + epochs);
        var arguments = join(training(run, epochs), List.of("--workers", "2", "--set", "train.threads=2"));
        try (var process = WorkerProcess.start(arguments, folder)) {
            WorkerTask.Result result = process.await(() -> false);
            assertThat(result.report()).isZero();
        }
        return run;
    }

    @Test
    void twoTasksTrainTheEncoderOfTheCommandAlsoAfterALoss() throws Exception {
        int epochs = 40;
        Path expected = command(epochs);
        Path run = folder.resolve("lost");
        var killed = CompletableFuture.supplyAsync(() -> killed(run));
        var arguments = join(
                List.of("--workers", "2", "--"),
                join(training(run, epochs), List.of("--set", "checkpoints.everyEpochs=5")));
        Ended ended = job(arguments);
        assertThat(ended.code()).as(ended.err()).isZero();
        assertThat(killed).isCompletedWithValue(true);
        assertThat(run.resolve(ENCODER)).hasSameBinaryContentAs(expected.resolve(ENCODER));
    }

    /// Kills worker 1, which was started last, after the first checkpoint.
    private static boolean killed(Path run) {
        try {
            while (!hasCheckpoint(run.resolve("checkpoints"))) {
                Thread.sleep(20);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
        return ProcessHandle.current()
                .children()
                .max(Comparator.comparing(child -> child.info().startInstant().orElse(Instant.MIN)))
                .filter(ProcessHandle::destroyForcibly)
                .isPresent();
    }

    private static boolean hasCheckpoint(Path checkpoints) throws IOException {
        if (!Files.isDirectory(checkpoints)) {
            return false;
        }
        try (var files = Files.list(checkpoints)) {
            return files.anyMatch(file -> file.toString().endsWith(".safetensors"));
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --workers 2 -- --recipe none --out OUT        | recipe none: found neither a recipe
            --workers 2 -- --recipe table-vicreg          | found neither --out nor --resume
            --workers 2 -- --out OUT --workers 3          | --workers: found it among
            --workers 2 -- --out=OUT --rank=1             | --rank=1: found it among
            --workers 5 -- --out OUT                      | --workers: found 5, expected at most 2
            --workers 0 -- --out OUT                      | --workers: found 0, expected at least 1
            --workers 1 -- --resume OUT                   | OUT
            --workers 2 -- --out OUT --bogus              | --bogus
            --workers 2 -- --resume OUT --set seed=2      | found --resume together with other settings
            --workers 2 -- --out OUT --set weights=no.safetensors | no.safetensors
            """)
    void mistakesAreReportedOnce(String line, String message) {
        String out = folder.resolve("none").toString();
        Ended ended = job(List.of(line.replace("OUT", out).split(" ")));
        assertThat(ended.code()).as(ended.err()).isEqualTo(2);
        assertThat(ended.err())
                .startsWith("error: ")
                .contains(message.replace("OUT", out))
                .hasLineCount(1);
        assertThat(folder.resolve("none")).doesNotExist();
    }
}
