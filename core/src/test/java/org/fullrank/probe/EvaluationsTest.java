package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;

class EvaluationsTest {
    @Test
    void namesAreUniqueAndLeadToTheirEvaluation() {
        assertThat(Evaluations.names()).doesNotHaveDuplicates().doesNotContain(Evaluations.ALL);
        assertThat(Evaluations.all()).extracting(Evaluation::name).doesNotHaveDuplicates();
        for (Evaluation evaluation : Evaluations.all()) {
            for (String part : evaluation.parts()) {
                assertThat(Evaluations.named(List.of(part))).as(part).containsExactly(evaluation.only(List.of(part)));
            }
        }
    }

    @Test
    void theyRunInTheOrderOfTheListAndTheProbesTogether() {
        assertThat(Evaluations.named(List.of("layers", "linear", "retrieval", "knn")))
                .extracting(Evaluation::name)
                .containsExactly("probes", "retrieval", "layers");
        assertThat(Evaluations.named(List.of())).containsExactly(Probes.defaults());
        assertThat(Evaluations.named(List.of("all"))).isEqualTo(Evaluations.all());
        var knn = (Probes) Evaluations.named(List.of("knn")).getFirst();
        assertThat(knn.linear()).isNull();
        assertThat(knn.knn()).isNotNull();
    }

    @Test
    void anUnknownNameIsRefusedWithTheNearest() {
        assertThatThrownBy(() -> Evaluations.named(List.of("knn", "retreival")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found \"retreival\", expected one of knn, linear, finetune,")
                .hasMessageEndingWith("did you mean retrieval?");
    }

    @Test
    void everyNameHasItsRowInThePage() throws IOException {
        String page = Files.readString(Path.of("../docs/reference/evaluation.md"));
        for (String name : Evaluations.names()) {
            assertThat(page.lines())
                    .as(name)
                    .anyMatch(l -> l.startsWith("| `") && l.split(" \\| ")[0].contains("`" + name + "`"));
        }
    }

    @Test
    void everySettingHasAHelpLineAndChangesItsEvaluation() {
        for (Evaluation evaluation : Evaluations.all()) {
            for (Evaluation.Setting<?> setting : evaluation.settings()) {
                assertThat(setting.about()).as(setting.name()).endsWith(".");
            }
        }
        Evaluation steps = FineTuneProtocol.defaults().settings().stream()
                .filter(s -> s.name().equals("steps"))
                .findFirst()
                .orElseThrow()
                .apply(List.of(7));
        assertThat(steps).isEqualTo(FineTuneProtocol.defaults().withSteps(7));
    }
}
