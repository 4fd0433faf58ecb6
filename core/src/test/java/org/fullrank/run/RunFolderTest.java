package org.fullrank.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.file.JsonLines;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFolderTest {
    record Config(String name, int epochs) {}

    private static final Config CONFIG = new Config("quick", 3);

    @TempDir
    Path parent;

    @Test
    void aFreshRunHoldsItsConfigurationAndReadsItBack() {
        Path path = parent.resolve("deep/er/run");
        try (RunFolder folder = RunFolder.create(path, CONFIG)) {
            assertThat(folder.config(Config.class)).isEqualTo(CONFIG);
            assertThat(folder.config()).hasContent("name: quick\nepochs: 3\n");
            assertThat(folder.checkpoints()).isEmptyDirectory();
        }
    }

    @Test
    void anEmptyFolderIsTaken() throws IOException {
        Path path = Files.createDirectory(parent.resolve("run"));
        RunFolder.create(path, CONFIG).close();
        assertThat(RunFolder.open(path).config(Config.class)).isEqualTo(CONFIG);
    }

    @Test
    void anExistingRunIsRefusedAndLeftAlone() throws IOException {
        Path path = Files.createDirectory(parent.resolve("run"));
        Files.writeString(path.resolve("precious.txt"), "data");
        assertThatThrownBy(() -> RunFolder.create(path, CONFIG))
                .isInstanceOf(InputException.class)
                .hasMessage("run folder %s: found a folder that is not empty, expected nothing there; continue that run"
                                .formatted(path)
                        + " with --resume %s or name another folder with --out".formatted(path));
        assertThat(path).isDirectoryNotContaining(p -> !p.endsWith("precious.txt"));
    }

    @Test
    void aFileInThePlaceIsRefused() throws IOException {
        Path path = Files.writeString(parent.resolve("run"), "");
        assertThatThrownBy(() -> RunFolder.create(path, CONFIG)).hasMessageContaining("found a file, expected nothing");
    }

    @Test
    void aMissingOrForeignFolderIsNoRun() {
        assertThatThrownBy(() -> RunFolder.open(parent.resolve("none")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found nothing there, expected a run folder");
        assertThatThrownBy(() -> RunFolder.resume(parent))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no config.yaml in it, expected a run folder");
    }

    @Test
    void aFolderIsTrainedInOnce() {
        Path path = parent.resolve("run");
        try (RunFolder folder = RunFolder.create(path, CONFIG)) {
            assertThat(folder.status()).isEqualTo(RunStatus.RUNNING);
            assertThatThrownBy(() -> RunFolder.resume(path))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("found another process training in it");
            assertThat(RunFolder.open(path).status()).isEqualTo(RunStatus.RUNNING);
        }
        RunFolder.resume(path).close();
    }

    @Test
    void anotherProcessHoldsTheFolderUntilItDies() throws Exception {
        Path path = parent.resolve("run");
        RunFolder.create(path, CONFIG).close();
        Process other = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        path.toString())
                .start();
        try {
            assertThat(other.getInputStream().read()).isEqualTo('h');
            assertThat(RunFolder.open(path).status()).isEqualTo(RunStatus.RUNNING);
            assertThatThrownBy(() -> RunFolder.resume(path)).hasMessageContaining("another process");
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(RunFolder.open(path).status()).isEqualTo(RunStatus.INTERRUPTED);
    }

    /// Takes the lock of a run and holds it until killed.
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws IOException {
            try (RunFolder folder = RunFolder.resume(Path.of(arguments[0]))) {
                System.out.print("h");
                System.out.flush();
                System.in.read();
                folder.checkpoints();
            }
        }
    }

    @Test
    void anUnusedFolderCanBeDiscardedAndAUsedOneStays() {
        Path path = parent.resolve("run");
        try (RunFolder folder = RunFolder.create(path, CONFIG)) {
            folder.discardUnused();
        }
        assertThat(path).doesNotExist();
        try (RunFolder folder = RunFolder.create(path, CONFIG)) {
            folder.metrics(0).close();
            folder.discardUnused();
        }
        assertThat(path.resolve("config.yaml")).exists();
    }

    @Test
    void manyWhoAskAtOnceDoNotTakeOneAnotherForATraining() {
        Path path = parent.resolve("run");
        RunFolder.create(path, CONFIG).close();
        assertThat(IntStream.range(0, 2000)
                        .parallel()
                        .mapToObj(i -> RunFolder.open(path).status()))
                .containsOnly(RunStatus.INTERRUPTED);
    }

    @Test
    void theStatusIsWhatTheMetricsSay() {
        Path path = parent.resolve("run");
        try (RunFolder folder = RunFolder.create(path, CONFIG);
                Metrics metrics = folder.metrics(0)) {
            metrics.append(MetricRecord.of(5, 0, new LinkedHashMap<>(Map.of("loss", 2.0)), 1));
        }
        assertThat(RunFolder.open(path).status()).isEqualTo(RunStatus.INTERRUPTED);
        for (RunStatus end : List.of(RunStatus.STOPPED, RunStatus.FAILED, RunStatus.FINISHED)) {
            try (RunFolder folder = RunFolder.resume(path);
                    Metrics metrics = folder.metrics(5)) {
                metrics.end(end, 5, "because");
            }
            assertThat(RunFolder.open(path).status()).isEqualTo(end);
        }
        RunSummary summary = Runs.list(parent).getFirst();
        assertThat(summary)
                .isEqualTo(new RunSummary(
                        path,
                        "quick",
                        RunStatus.FINISHED,
                        5,
                        0,
                        "because",
                        new LinkedHashMap<>(Map.of("loss", 2.0)),
                        List.of(2.0),
                        summary.time()));
        assertThat(summary.time().seconds()).isEqualTo(1);
    }

    @Test
    void theTimeOfARunIsThatOfItsRecords() {
        Path path = parent.resolve("run");
        try (RunFolder folder = RunFolder.create(path, CONFIG);
                Metrics metrics = folder.metrics(0)) {
            metrics.begin(path, 0, 100);
            metrics.append(MetricRecord.of(10, 0, new LinkedHashMap<>(), 5));
            assertThat(Runs.summary(path).time().secondsLeft()).isNaN(); // one record has no speed
            metrics.append(MetricRecord.of(30, 0, new LinkedHashMap<>(), 15));
            assertThat(Runs.summary(path).time().secondsLeft()).isEqualTo(35); // 70 steps at 2 a second
        }
        RunTime time = Runs.summary(path).time();
        assertThat(time.totalSteps()).isEqualTo(100);
        assertThat(time.seconds()).isEqualTo(15);
        assertThat(time.secondsLeft()).isNaN(); // the run has ended
        assertThat(time.began())
                .isBetween(System.currentTimeMillis() / 1000.0 - 100, System.currentTimeMillis() / 1000.0);
        try (RunFolder folder = RunFolder.resume(path);
                Metrics metrics = folder.metrics(10)) {
            metrics.begin(path, 10, 100); // known already
            metrics.begin(path, 10, 200); // the recipe was made longer
        }
        assertThat(Runs.summary(path).time().totalSteps()).isEqualTo(200);
        assertThat(JsonLines.text(path.resolve(RunFolder.METRICS))).hasSize(3);
    }

    @Test
    void aComparisonIsAFolderOfRuns() throws IOException {
        for (String name : List.of("alone", "two/runs/b", "two/runs/a", "two/baselines/x")) {
            RunFolder.create(parent.resolve(name), CONFIG).close();
        }
        Files.createDirectories(parent.resolve("empty"));
        Path two = parent.resolve("two");
        List<Path> compared = List.of(two.resolve("runs/a"), two.resolve("runs/b"));
        assertThat(Runs.paths(two)).isEqualTo(compared);
        assertThat(Runs.paths(parent)).containsExactly(parent.resolve("alone"), compared.get(0), compared.get(1));
        assertThat(Runs.paths(parent.resolve("alone"))).containsExactly(parent.resolve("alone"));
        assertThat(Runs.paths(parent.resolve("empty"))).isEmpty();
    }

    @Test
    void aLongRunStandsAsItsLastReadableLineSays() throws IOException {
        Path path = parent.resolve("run");
        RunFolder.create(path, CONFIG).close();
        Path file = path.resolve(RunFolder.METRICS);
        String records = "{\"step\":5,\"epoch\":0,\"loss\":2.0,\"nested\":{\"step\":1}}\n".repeat(2000);
        String early = new MetricLine.Ended(4, RunStatus.FAILED, "early").json() + "\n";
        Files.writeString(file, early + records);
        RunFolder folder = RunFolder.open(path);
        assertThat(folder.status()).isEqualTo(RunStatus.INTERRUPTED);
        assertThat(folder.message()).isEmpty();
        for (int length : new int[] {3, 4060, 100_000}) { // within the end that is read first, at its edge, beyond
            String why = "ä".repeat(length);
            String ended = new MetricLine.Ended(5, RunStatus.STOPPED, why).json() + "\n";
            Files.writeString(file, early + records + ended + "{\"step\":6,\"ep");
            assertThat(folder.status()).isEqualTo(RunStatus.STOPPED);
            assertThat(folder.message()).isEqualTo(why);
        }
        Files.writeString(file, early + "torn\n".repeat(20_000));
        assertThat(folder.message()).isEqualTo("early");
        Files.writeString(file, "");
        assertThat(folder.status()).isEqualTo(RunStatus.INTERRUPTED);
    }

    @Test
    void theListSkipsWhatIsNoRunAndKeepsBrokenOnes() throws IOException {
        Files.createDirectory(parent.resolve("other"));
        RunFolder.create(parent.resolve("b"), CONFIG).close();
        Files.writeString(Files.createDirectory(parent.resolve("a")).resolve("config.yaml"), "{{{");
        assertThat(Runs.list(parent)).extracting(RunSummary::recipe).containsExactly("?", "quick");
        assertThatThrownBy(() -> Runs.list(parent.resolve("none"))).isInstanceOf(InputException.class);
    }

    @Test
    void theDefaultNameIsRecipeAndTime() {
        assertThat(RunFolder.defaultPath("my recipe/x", LocalDateTime.of(2026, 3, 4, 5, 6, 7)))
                .isEqualTo(Path.of("runs/my-recipe-x-20260304-050607"));
    }
}
