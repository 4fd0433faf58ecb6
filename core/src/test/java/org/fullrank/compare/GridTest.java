package org.fullrank.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GridTest {
    private static final String RECIPE = "shapes-vicreg";
    private static final Path OUT = Path.of("out");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "shapes-vicreg|shapes-vicreg",
                "mine=shapes-vicreg|mine",
                "shapes-vicreg,train.epochs=3|shapes-vicreg-epochs-3",
                "shapes-vicreg,encoder.channels=[8, 16],seed=2|shapes-vicreg-channels-8-16-seed-2",
                "a=shapes-vicreg,train.epochs=3|a",
            })
    void aCandidateIsCalledAsItAsksOrAfterItsRecipeAndSettings(String text, String label) {
        assertThat(Candidate.parse(text, List.of()).label()).isEqualTo(label);
    }

    @Test
    void settingsOfItsOwnLieOverThoseOfAll() {
        var candidate = Candidate.parse(
                "x=shapes-vicreg,train.epochs=3,encoder.channels=[4, 8]", List.of("train.epochs=5", "train.batch=64"));
        assertThat(candidate.recipe().train().epochs()).isEqualTo(3);
        assertThat(candidate.recipe().train().batch()).isEqualTo(64);
        assertThat(candidate.recipe().encoder().features()).isEqualTo(8);
    }

    @Test
    void aMistypedRecipeNamesTheNearest() {
        assertThatThrownBy(() -> Candidate.parse("shapes-vicrge,train.epochs=3", List.of()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("did you mean shapes-vicreg?");
    }

    @Test
    void theFirstSeedOfAllComesBeforeTheSecondOfAny() {
        var grid = new Grid(candidates("a", "b"), List.of(3L, 1L), "a", OUT);
        assertThat(grid.cells()).extracting(Cell::label).containsExactly("a", "b", "a", "b");
        assertThat(grid.cells()).extracting(Cell::seed).containsExactly(3L, 3L, 1L, 1L);
        assertThat(grid.cells().getLast().folder()).isEqualTo(Path.of("out/runs/b-seed1"));
    }

    @Test
    void labelsSeedsAndReferenceAreChecked() {
        assertThatThrownBy(() -> new Grid(candidates("a", "a"), List.of(1L), "a", OUT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("label a twice");
        assertThatThrownBy(() -> new Grid(candidates("a"), List.of(1L, 1L), "a", OUT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("seed 1 twice");
        assertThatThrownBy(() -> new Grid(candidates("first", "second"), List.of(1L), "frist", OUT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("did you mean first?");
        assertThatThrownBy(() -> new Grid(List.of(), List.of(1L), "a", OUT)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> candidates("a/b"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("label \"a/b\"");
    }

    private static List<Candidate> candidates(String... labels) {
        return List.of(labels).stream()
                .map(label -> Candidate.parse(label + "=" + RECIPE, List.of()))
                .toList();
    }
}
