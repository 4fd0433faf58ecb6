package org.fullrank.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.bench.Regression.Verdict;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegressionTest {
    private static final Machine HERE = new Machine("a processor", 2, "Linux amd64", 25);
    private static final Machine ELSEWHERE = new Machine("a processor", 4, "Linux amd64", 25);

    @TempDir
    Path folder;

    @AfterEach
    void nobodyAsksForFigures() {
        System.clearProperty(Figure.FILE);
    }

    @ParameterizedTest
    @CsvSource({
        "100, 0, 104, 0, SAME", // within 5 %
        "100, 0, 106, 0, SLOWER",
        "100, 0, 94, 0, FASTER",
        "100, 0, 96, 0, SAME",
        "100, 10, 115, 10, SAME", // within both spreads together
        "100, 10, 121, 10, SLOWER",
        "100, 10, 79, 10, FASTER",
        "100, 0, 115, 20, SAME", // the spread of either side counts
        "100, 20, 115, 0, SAME",
        "0.001, 0, 0.00106, 0, SLOWER" // whatever the unit
    })
    void aFigureIsSlowerWhenItExceedsTheMarginAndBothSpreads(
            double before, double beforeSpread, double after, double afterSpread, Verdict expected) {
        var regression = Regression.of(
                baseline(HERE, figure("a", before, beforeSpread)), baseline(HERE, figure("a", after, afterSpread)));
        assertThat(regression.verdict(regression.rows().getFirst())).isEqualTo(expected);
        assertThat(regression.slower()).isEqualTo(expected == Verdict.SLOWER);
    }

    @Test
    void oneSlowerFigureAmongMany() {
        var regression = Regression.of(
                baseline(HERE, figure("a", 1, 0), figure("b", 2, 0), figure("c", 4, 0)),
                baseline(HERE, figure("c", 1, 0), figure("b", 3, 0), figure("a", 1, 0)));
        assertThat(regression.slower()).isTrue();
        assertThat(regression.text()).isEqualTo("""
                median           old         new   ratio
                X: a, ms       1.000       1.000    1.00  same
                X: b, ms       2.000       3.000    1.50  SLOWER
                X: c, ms       4.000       1.000    0.25  faster
                """);
    }

    @Test
    void figuresOfTwoMachinesAreListedButNotJudged() {
        var regression = Regression.of(baseline(HERE, figure("a", 1, 0)), baseline(ELSEWHERE, figure("a", 9, 0)));
        assertThat(regression.judged()).isFalse();
        assertThat(regression.slower()).isFalse();
        assertThat(regression.text()).contains("9.00").doesNotContain("SLOWER");
    }

    @Test
    void figuresOfOneSideAreNamed() {
        var regression = Regression.of(
                baseline(HERE, figure("old", 1, 0), figure("both", 1, 0)),
                baseline(HERE, figure("both", 1, 0), figure("young", 1, 0)));
        assertThat(regression.rows().stream().map(regression::verdict))
                .containsExactly(Verdict.GONE, Verdict.SAME, Verdict.NEW);
        assertThat(regression.slower()).isFalse();
    }

    @Test
    void figuresInOtherUnitsAreNotCompared() {
        var regression = Regression.of(
                baseline(HERE, new Figure("X: a", "ms", 1, 0)), baseline(HERE, new Figure("X: a", "us", 1000, 0)));
        assertThat(regression.rows().stream().map(regression::verdict)).containsExactly(Verdict.GONE, Verdict.NEW);
    }

    @Test
    void medianAndInterquartileRangeOfTheRounds() {
        assertThat(Figure.of("a", "ms", new double[] {5, 1, 2, 4, 3})).isEqualTo(new Figure("a", "ms", 3, 2));
        assertThat(Figure.of("a", "ms", new double[] {4, 1, 2, 3})).isEqualTo(new Figure("a", "ms", 2.5, 1.5));
        assertThat(Figure.of("a", "ms", new double[] {7})).isEqualTo(new Figure("a", "ms", 7, 0));
    }

    @Test
    void reportedFiguresAreReadBackInOrder() throws IOException {
        Path file = folder.resolve("figures.jsonl");
        Figure.report("unheard", "ms", 1, new double[] {1}); // nobody asks yet
        System.setProperty(Figure.FILE, file.toString());
        Figure.report("a", "ms", 1e3, new double[] {0.001, 0.002, 0.003});
        Figure.report("b", "us", 1e6, new double[] {1});
        assertThat(Figure.read(file)).containsExactly(new Figure("a", "ms", 2, 1), new Figure("b", "us", 1e6, 0));
    }

    @Test
    void aSavedBaselineIsReadBack() throws IOException {
        Baseline baseline = baseline(HERE, figure("a", 1.25, 0.5), figure("b", 2, 0));
        Path file = folder.resolve("baseline.json");
        baseline.write(file);
        assertThat(Baseline.read(file)).isEqualTo(baseline);
    }

    @Test
    void whatIsNoBaselineIsRefused() throws IOException {
        Path file = folder.resolve("baseline.json");
        assertThatThrownBy(() -> Baseline.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("--save");
        Files.writeString(file, "[1, 2");
        assertThatThrownBy(() -> Baseline.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("--save");
        Files.writeString(file, "{}");
        assertThatThrownBy(() -> Baseline.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("--save");
    }

    @Test
    void savingSomeBenchmarksReplacesAllTheirFiguresAndNoOthers() {
        Baseline before = baseline(HERE, figure("a", 1, 0), new Figure("Y 200: b", "ms", 2, 0), figure("c", 3, 0));
        Baseline measured = baseline(HERE, figure("a", 9, 0));
        assertThat(before.with(measured).figures())
                .containsExactly(new Figure("Y 200: b", "ms", 2, 0), figure("a", 9, 0));
        assertThat(before.only(List.of("Y")).figures()).containsExactly(new Figure("Y 200: b", "ms", 2, 0));
        assertThatThrownBy(() -> before.requireMachine(ELSEWHERE)).isInstanceOf(InputException.class);
    }

    @Test
    void aFigureThatVariesByMoreThanAFifthIsNoisy() {
        assertThat(figure("a", 100, 19).noisy()).isFalse();
        assertThat(figure("a", 100, 21).noisy()).isTrue();
    }

    @Test
    void theMachineIsTheSameTwice() {
        assertThat(Machine.current()).isEqualTo(Machine.current());
        assertThat(Machine.current().cores()).isPositive();
    }

    @Test
    void aFigureMustBePositive() {
        assertThatThrownBy(() -> figure("a", 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> figure("a", Double.NaN, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> figure("a", 1, Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Baseline baseline(Machine machine, Figure... figures) {
        return new Baseline(machine, List.of(figures));
    }

    private static Figure figure(String name, double median, double spread) {
        return new Figure("X: " + name, "ms", median, spread);
    }
}
