package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.JobException;
import org.fullrank.lab.Claim;
import org.fullrank.lab.Expected;
import org.fullrank.lab.Experiment;
import org.fullrank.lab.ExperimentPage;
import org.fullrank.lab.Experiments;
import org.fullrank.lab.Outcome;
import org.fullrank.lab.Setting;
import org.fullrank.lab.Sweep;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LabTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"lab", "lab list"})
    void listsEveryExperiment(String line) throws IOException {
        CommandLineRun text = CommandLineRun.of(line.split(" "));
        assertThat(text.code()).isZero();
        assertThat(text.out().lines()).hasSize(Experiments.all().size());
        CommandLineRun json = CommandLineRun.of((line + " --json").split(" "));
        assertThat(new ObjectMapper().readTree(json.out()).get("experiments"))
                .extracting(row -> row.get("name").asText())
                .containsExactlyElementsOf(
                        Experiments.all().stream().map(Experiment::name).toList());
    }

    @Test
    void namesThePageToOpen() {
        CommandLineRun run = CommandLineRun.of("lab", "run", "oja", "--quick", "--out", folder.toString());
        assertThat(run.out()).contains("page: " + folder.resolve("oja.md") + " (Markdown; open it");
    }

    @Test
    void runsAnExperimentWithSeveralSeedsAndWritesThePageOfTheFirst() throws IOException {
        Path out = folder.resolve("new/pages");
        CommandLineRun run =
                CommandLineRun.of("lab", "run", "oja", "--seed", "4,5", "--quick", "--out", out.toString(), "--json");
        assertThat(run.code()).as(run.err()).isZero();
        JsonNode runs =
                new ObjectMapper().readTree(run.out()).get("experiments").get(0).get("runs");
        assertThat(runs).extracting(row -> row.get("seed").asLong()).containsExactly(4L, 5L);
        assertThat(runs.get(0).get("claims"))
                .isNotEmpty()
                .allMatch(claim -> claim.get("verdict").asText().equals("holds"));
        assertThat(Files.readString(out.resolve("oja.md"))).contains("lab run oja --seed 4 --quick");
        assertThat(out.resolve("oja.svg")).exists();
    }

    @Test
    void anExperimentWithoutItsDataIsNotDecidableWhichIsNoFailure() {
        CommandLineRun run = CommandLineRun.of("lab", "run", "lpl-digits", "--out", folder.toString());
        assertThat(run.code()).isZero();
        assertThat(run.out()).contains("not decidable").doesNotContain("holds", "fails");
    }

    @Test
    void aClaimThatFailsIsAFailedJob() {
        var command = new LabRunCommand();
        command.name = "oja";
        command.out = folder;
        assertThatCode(() -> command.requireNoFailure(List.of(sweep(1)))).doesNotThrowAnyException();
        assertThatThrownBy(() -> command.requireNoFailure(List.of(sweep(1), sweep(3))))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("found 1 failed claims");
    }

    @Test
    void thePageOfTheFirstSeedIsWrittenBeforeTheOthersAreDone() throws IOException {
        var command = new LabRunCommand();
        command.name = "all";
        command.out = folder;
        Sweep sweep = sweep(1);
        Setting first = sweep.settings().getFirst();
        var second = new Setting(2, true, null);
        var experiment = sweep.experiment();
        var outcome = sweep.outcomes().getFirst();
        assertThat(command.write(new ExperimentPage(experiment, second, outcome), first))
                .isFalse();
        assertThat(folder.resolve("oja.md")).doesNotExist();
        assertThat(command.write(new ExperimentPage(experiment, first, outcome), first))
                .isTrue();
        assertThat(folder.resolve("oja.md")).exists();
    }

    private static Sweep sweep(double measured) {
        Claim claim = Claim.of("it is one", measured, new Expected.Near(1, 0.1), "by definition");
        Outcome outcome =
                new Outcome(List.of(claim), new org.fullrank.lab.ResultTable(List.of("nothing"), List.of()), null);
        return new Sweep(Experiments.named("oja"), List.of(new Setting(1, true, null)), List.of(outcome));
    }

    @Test
    void anOutThatIsAFileIsRefusedBeforeAnythingRuns() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "precious");
        CommandLineRun run = CommandLineRun.of("lab", "run", "oja", "--out", file.toString());
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).startsWith("fullrank: --out " + file + ": found a file, expected a folder");
        assertThat(file).hasContent("precious");
    }
}
