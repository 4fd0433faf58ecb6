package org.fullrank.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.file.Npy;
import org.fullrank.run.MetricRecord;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComparisonTest {
    /// Its weights are infinite after a few steps.
    private static final String WILD = "bad=R,optimizer={type: adamw, learningRate: 9e5},"
            + "encoder={type: mlp, widths: [32, 32, 32, 32, 32, 32, 32, 6], batchNorm: false}";

    @TempDir
    Path folder;

    private Path out = Path.of("");

    @BeforeEach
    void vectors() throws IOException {
        out = folder.resolve("out");
        write(folder.resolve("data"), "train", 96);
        write(folder.resolve("data"), "test", 40);
    }

    @Test
    void eachRecipeIsTrainedMeasuredAndTestedOncePerSeed() throws IOException {
        var user = new User();
        ComparisonReport report = compare(user, List.of("1", "2", "3"), "a=R", "b=R,train.epochs=3");
        assertThat(user.trained).hasSize(6);
        assertThat(report.rows()).hasSize(2).allSatisfy(row -> {
            assertThat(row.measured()).hasSize(3);
            assertThat(row.spread(ComparedMeasure.KNN).mean()).isBetween(0.3, 1.0);
            assertThat(row.spread(ComparedMeasure.RANK).mean()).isBetween(1.0, 6.0);
            assertThat(row.measured().getFirst().health().embedding().width()).isEqualTo(10);
        });
        assertThat(report.verdict(report.rows().getFirst(), ComparedMeasure.KNN))
                .isNull();
        ComparisonReport.Verdict verdict =
                java.util.Objects.requireNonNull(report.verdict(report.rows().getLast(), ComparedMeasure.KNN));
        assertThat(verdict.test().n()).isEqualTo(3);
        assertThat(verdict.holm()).isEqualTo(verdict.test().p());
        assertThat(report.baselines().keySet()).containsExactly("raw input", "untrained encoder");
        assertThat(report.baselines().lastEntry().getValue()).hasSize(3);
        assertThat(report.remarks()).isEmpty();
        assertThat(Files.readString(out.resolve("compare.md"))).contains("| a | 3 |", "| b | 3 |", "| raw input | 1 |");
        assertThat(Files.readString(out.resolve("compare.json"))).contains("\"pHolm\"", "\"hash\"");
    }

    @Test
    void twoSeedsGiveADifferenceButNoPValue() throws IOException {
        ComparisonReport report = compare(new User(), List.of("1", "2"), "a=R", "b=R,train.epochs=3");
        ComparisonReport.Verdict verdict =
                java.util.Objects.requireNonNull(report.verdict(report.rows().getLast(), ComparedMeasure.KNN));
        assertThat(verdict.test().n()).isEqualTo(2);
        assertThat(verdict.isTested()).isFalse();
        assertThat(verdict.different()).isFalse();
        assertThat(report.text()).contains(", n 2").doesNotContain(", p ");
        var json = new ObjectMapper().readTree(out.resolve("compare.json").toFile());
        assertThat(json.findValues("pHolm")).hasSize(2).allMatch(JsonNode::isNull);
        assertThat(json.findValues("p")).hasSize(2).allMatch(JsonNode::isNull);
        assertThat(json.findValues("difference")).hasSize(2).allMatch(JsonNode::isNumber);
    }

    @Test
    void whatIsDoneIsNotDoneAgainAndWhatIsAddedIs() {
        ComparisonReport first = compare(new User(), List.of("1", "2"), "a=R");
        var user = new User();
        ComparisonReport second = resume(user, List.of("1", "2", "3"), "a=R", "b=R,train.epochs=3");
        assertThat(user.trained).containsExactly("b-seed1", "b-seed2", "a-seed3", "b-seed3");
        assertThat(user.notes).filteredOn(note -> note.contains("raw input")).isEmpty();
        assertThat(scores(second.rows().getFirst()).subList(0, 2))
                .isEqualTo(scores(first.rows().getFirst()));
    }

    @Test
    void aStoppedComparisonGoesOnToTheNumbersOfOneThatWasNot() throws IOException {
        ComparisonReport whole = compare(new User(), List.of("1", "2"), "a=R", "b=R,train.epochs=3");
        deleteRuns();
        var impatient = new User();
        impatient.stopAtStep = 5;
        ComparisonReport stopped = compare(impatient, List.of("1", "2"), "a=R", "b=R,train.epochs=3");
        assertThat(impatient.trained).containsExactly("a-seed1");
        assertThat(stopped.rows().getFirst().outcomes()).allMatch(TrainingOutcome.Pending.class::isInstance);
        assertThat(stopped.remarks()).contains("a, seed 1: not done: stopped at step 5");
        var user = new User();
        ComparisonReport resumed = resume(user, List.of("1", "2"), "a=R", "b=R,train.epochs=3");
        assertThat(user.notes).anyMatch(note -> note.contains("going on"));
        for (int i = 0; i < 2; i++) {
            assertThat(scores(resumed.rows().get(i)))
                    .isEqualTo(scores(whole.rows().get(i)));
        }
    }

    @Test
    void aTrainingThatFailsIsReportedAndDoesNotStopTheOthers() {
        ComparisonReport report = compare(new User(), List.of("1"), WILD, "good=R");
        assertThat(report.rows().getFirst().outcomes().getFirst()).isInstanceOf(TrainingOutcome.Failed.class);
        assertThat(report.rows().getLast().measured()).hasSize(1);
        assertThat(report.remarks()).hasSize(1).first().asString().startsWith("bad, seed 1: failed: training stopped");
        var again = new User();
        assertThat(resume(again, List.of("1"), WILD, "good=R").remarks()).isEqualTo(report.remarks());
        assertThat(again.trained).isEmpty();
    }

    @Test
    void numbersOfUnlikeProtocolsDoNotMeet() {
        assertThatThrownBy(() -> compare(new User(), List.of("1"), "a=R", "b=R,data.samples=64"))
                .isInstanceOf(InputException.class)
                .hasMessageMatching("comparison: found protocols [0-9a-f]{8} and [0-9a-f]{8}, which differ in data .*");
        assertThat(out).doesNotExist();
        compare(new User(), List.of("1"), "a=R");
        assertThatThrownBy(() -> resume(new User(), List.of("1"), "b=R,data.samples=64"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("64 samples")
                .hasMessageEndingWith("name another folder with --out");
    }

    @Test
    void aRunOfAnotherRecipeIsNotTakenForThisOne() {
        compare(new User(), List.of("1"), "a=R");
        assertThatThrownBy(() -> resume(new User(), List.of("1"), "a=R,train.epochs=3"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("a-seed1: found a recipe with train.epochs 2, expected 3")
                .hasMessageContaining("set train.epochs=2, give this one another label");
    }

    @Test
    void theFolderMustBeFreeUnlessResumedAndAFolder() throws IOException {
        compare(new User(), List.of("1"), "a=R");
        assertThatThrownBy(() -> compare(new User(), List.of("1"), "a=R"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("continue with --resume");
        out = Files.writeString(folder.resolve("file"), "");
        assertThatThrownBy(() -> resume(new User(), List.of("1"), "a=R"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found a file");
    }

    @Test
    void aCopyOfTheDataUnderAnotherNameHasTheSameProtocol() throws IOException {
        ComparisonReport here = compare(new User(), List.of("1"), "a=R");
        write(folder.resolve("copy"), "train", 96);
        write(folder.resolve("copy"), "test", 40);
        out = folder.resolve("other");
        ComparisonReport there = compare(new User(), List.of("1"), "a=R,data.path=" + folder.resolve("copy"));
        assertThat(there.protocol().hash()).isEqualTo(here.protocol().hash());
        assertThat(scores(there.rows().getFirst())).isEqualTo(scores(here.rows().getFirst()));
    }

    @Test
    void thePageHoldsTheTableAndTheCurvesOfEachRecipe() throws Exception {
        compare(new User(), List.of("1", "2"), "a=R", "b=R,train.epochs=3", WILD);
        String page = Files.readString(out.resolve("compare.html"));
        assertThat(page).doesNotContain("src=", "@import");
        String json = page.substring(page.indexOf("id=\"data\">") + "id=\"data\">".length());
        JsonNode data = new ObjectMapper().readTree(json.substring(0, json.indexOf("</script>")));
        assertThat(data.path("kind").asText()).isEqualTo("comparison");
        assertThat(data.path("rows").path(0).size()).isEqualTo(data.path("head").size());
        assertThat(data.path("remarks").toString()).contains("bad, seed 1: failed");
        JsonNode loss = data.path("recipes").path(1).path("curves").path("loss");
        assertThat(loss.size()).isPositive();
        assertThat(loss).allSatisfy(point -> {
            assertThat(point.path("mean").isNumber()).isTrue();
            assertThat(point.path("std").asDouble()).isNotNegative();
        });
        assertThat(data.path("steps").asLong())
                .isEqualTo(loss.path(loss.size() - 1).path("step").asLong());
    }

    @Test
    void withoutBaselinesNoneIsMeasured() {
        Grid grid = grid(List.of("1"), "a=R");
        assertThat(Comparison.prepare(grid, new User(), false, false).run().baselines())
                .isEmpty();
        assertThat(out.resolve("baselines")).doesNotExist();
    }

    private ComparisonReport compare(User user, List<String> seeds, String... candidates) {
        return Comparison.prepare(grid(seeds, candidates), user, false, true).run();
    }

    private ComparisonReport resume(User user, List<String> seeds, String... candidates) {
        return Comparison.prepare(grid(seeds, candidates), user, true, true).run();
    }

    /// `R` stands for a recipe that trains in milliseconds.
    private Grid grid(List<String> seeds, String... candidates) {
        List<String> settings = List.of(
                "data.path=" + folder.resolve("data"),
                "data.cache=" + folder.resolve("cache"),
                "views=vector",
                "encoder={type: mlp, widths: [8, 6]}",
                "method.projector.widths=[10, 10]",
                "optimizer=adamw",
                "train={epochs: 2, batch: 16, precision: fp32, threads: 1, logEverySteps: 1}");
        List<Candidate> parsed = Stream.of(candidates)
                .map(text -> Candidate.parse(text.replace("=R", "=shapes-vicreg"), settings))
                .toList();
        List<Long> numbers = new ArrayList<>();
        for (String seed : seeds) {
            numbers.add(Long.parseLong(seed));
        }
        return new Grid(parsed, numbers, parsed.getFirst().label(), out);
    }

    private static List<Score> scores(Row row) {
        return row.measured().stream().map(TrainingOutcome.Measured::score).toList();
    }

    private void deleteRuns() throws IOException {
        try (Stream<Path> files = Files.walk(out)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /// Three clouds of 6 features.
    private static void write(Path data, String split, int rows) throws IOException {
        Files.createDirectories(data);
        Keyed random = Keyed.of(1, rows);
        float[] values = new float[rows * 6];
        int[] labels = new int[rows];
        for (int i = 0; i < values.length; i++) {
            labels[i / 6] = i / 6 % 3;
            values[i] = (float) (random.nextGaussian() + (i % 3 == labels[i / 6] ? 2 : 0));
        }
        Npy.write(data.resolve("x_" + split + ".npy"), values, 6);
        Npy.write(data.resolve("y_" + split + ".npy"), labels);
    }

    /// Remembers what happened, and stops where asked.
    private static final class User implements ComparisonListener {
        private final List<String> trained = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private long stopAtStep = Long.MAX_VALUE;
        private boolean stopped;

        @Override
        public Trainer.Ending train(Cell cell, Function<TrainingListener, Trainer.Ending> training) {
            trained.add(String.valueOf(cell.folder().getFileName()));
            return training.apply(new TrainingListener() {
                @Override
                public void measured(MetricRecord record, long totalSteps) {
                    stopped = record.step() >= stopAtStep;
                }

                @Override
                public void note(String line) {
                    notes.add(line);
                }

                @Override
                public boolean stopRequested() {
                    return stopped;
                }
            });
        }

        @Override
        public void note(String line) {
            notes.add(line);
        }

        @Override
        public boolean stopRequested() {
            return stopped;
        }
    }
}
