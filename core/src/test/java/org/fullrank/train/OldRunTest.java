package org.fullrank.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.page.RunPage;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.run.Runs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs of an earlier version open, go on and say what they lack.
class OldRunTest {
    /// Lines as an earlier version wrote them, shortened.
    private static final String OLD = """
            {"step":1,"epoch":0,"loss":19.26,"batch.std":0.045,"batch.rankme":9.627,"batch.block.one.rankme":7.9,\
            "batch.block.one.std":0.21,"time.seconds":0.5}
            {"step":3,"epoch":0,"representation.rankme":4.42,"representation.rank.share":0.507,"representation.std":0.236,\
            "representation.norm":10.4,"block.one.std":0.68,"block.one.rank.share":0.58,"knn":0.75,"time.seconds":1.5}
            """;

    /// A check from before there were shares of rank: its std lacks the factor `sqrt(D)`.
    private static final String OLDEST =
            "{\"step\":4,\"epoch\":0,\"representation.rankme\":4.4,\"representation.std\":0.061234,\"time.seconds\":2}\n";

    @TempDir
    Path folder;

    @Test
    void oldKeysHaveTheirNamesOfTodayAndNoneIsTakenForAnotherScale() throws IOException {
        Path run = run(OLD);
        SequencedMap<String, Double> values = Runs.summary(run).values();
        assertThat(values)
                .containsEntry("batch.embedding.std.raw", 0.045)
                .containsEntry("batch.embedding.rankme", 9.627)
                .containsEntry("batch.block.one.std.raw", 0.21)
                .containsEntry("representation.rankme.centered.share", 0.507)
                .containsEntry("representation.std", 0.236)
                .containsEntry("block.one.std", 0.68)
                .doesNotContainKeys(
                        "batch.std", "batch.embedding.std", "batch.block.one.std", "representation.rank.share");
        assertThat(Runs.missing(run)).contains("batch.embedding.std");
    }

    @Test
    void aStdOfUnknownScaleIsNotShown() throws IOException {
        Path run = run(OLDEST);
        assertThat(Runs.summary(run).values())
                .containsKey("representation.rankme")
                .doesNotContainKey("representation.std");
        assertThat(Runs.missing(run)).contains("not shown");
        assertThat(RunPage.html(run)).contains("another scale and is not shown").doesNotContain("0.0612");
    }

    @Test
    void theReportShowsAnOldRunByTheNamesOfTodayAndSaysWhatIsMissing() throws IOException {
        Path run = run(OLD);
        Files.writeString(run.resolve("diagnosis.json"), """
                {"diagnoses":[{"subject":"embedding","sections":[{"name":"ranks","measures":[
                {"name":"rank-me","value":3.5,"meaning":"old words"},{"name":"rank-me-uncentered","value":2.5}]}]}]}
                """);
        String page = RunPage.html(run);
        assertThat(page)
                .contains("\"batch.embedding.std.raw\":0.045")
                .contains("did not measure batch.embedding.std")
                .contains("\"name\":\"rankme.centered\",\"value\":3.5")
                .contains("\"name\":\"rankme\",\"value\":2.5")
                .doesNotContain("\"batch.std\":")
                .doesNotContain("old words");
    }

    @Test
    void anOldRunIsResumedAsItWasAndSaysSo() throws IOException {
        Recipe recipe = SmallTraining.recipe(folder, 3);
        Path whole = folder.resolve("whole");
        Path run = folder.resolve("run");
        SmallTraining.train(recipe, whole, TrainingListener.silent());
        SmallTraining.train(recipe, run, SmallTraining.stopAfter(5));
        Path metrics = run.resolve(RunFolder.METRICS);
        String old = Files.readString(metrics)
                .replaceAll("\"batch.embedding.std\":[^,]*,", "")
                .replace("batch.embedding.std.raw", "batch.std")
                .replace("batch.embedding.rankme", "batch.rankme")
                .replace(".rankme.centered.share", ".rank.share");
        Files.writeString(metrics, old);
        var notes = new ArrayList<String>();
        var watcher = new SmallTraining.Watching() {
            @Override
            public void note(String line) {
                notes.add(line);
            }
        };
        SmallTraining.resume(recipe, run, watcher);
        assertThat(notes).anyMatch(note -> note.contains("did not measure batch.embedding.std"));
        assertThat(Files.readAllBytes(run.resolve("encoder.safetensors")))
                .isEqualTo(Files.readAllBytes(whole.resolve("encoder.safetensors")));
        assertThat(keys(run)).isEqualTo(keys(whole));
    }

    /// The keys of each record but the one that an old run lacks.
    private static List<List<String>> keys(Path run) {
        return RunFolder.open(run).records().stream()
                .map(record -> record.values().keySet().stream()
                        .filter(key -> !key.equals("batch.embedding.std"))
                        .toList())
                .toList();
    }

    private Path run(String metrics) throws IOException {
        Path run = Files.createDirectory(folder.resolve("old"));
        Files.writeString(run.resolve("config.yaml"), "name: shapes\n");
        Files.writeString(run.resolve(RunFolder.METRICS), metrics);
        return run;
    }
}
