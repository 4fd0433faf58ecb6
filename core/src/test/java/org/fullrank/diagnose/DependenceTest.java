package org.fullrank.diagnose;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.fullrank.diagnose.Verdict.Kind;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DependenceTest {
    private final Scope scope = Scope.open();

    /// The products are small, and a second thread makes them slower.
    @BeforeAll
    static void useOneThread() {
        Threads.use(1);
    }

    @AfterEach
    void free() {
        scope.close();
    }

    private static @Nullable Dependence test(Rows rows) {
        var tensor = Tensors.of(rows.first(), rows.count(), rows.width());
        return Dependence.of(tensor, Redundancy.of(tensor));
    }

    /// A point of a circle, a function of it that is not correlated with it, and Gaussian dimensions.
    private static Rows ring(int rows, int width) {
        Rows angles = Rows.gaussian(5, rows, 1);
        return Rows.gaussian(6, rows, width).each((value, row, column) -> {
            double angle = 9 * angles.first()[row];
            return switch (column) {
                case 0 -> Math.cos(angle);
                case 1 -> Math.sin(angle);
                case 2 -> Math.cos(2 * angle);
                default -> value;
            };
        });
    }

    @ParameterizedTest
    @CsvSource({"1500, 64", "1500, 2", "200, 8", "40, 3"})
    void independentDimensionsAreNot(int rows, int width) {
        Dependence found = Objects.requireNonNull(test(Rows.gaussian(1, rows, width)));
        if (found != null) { // few rows can be correlated by chance
            assertThat(found.found()).isFalse();
        }
        assertThat(Rows.gaussian(1, rows, width).streamed(100).notes()).isEmpty();
    }

    @Test
    void independentDimensionsAreTested() {
        Dependence found = Objects.requireNonNull(test(Rows.gaussian(2, 1500, 64)));
        assertThat(found.rows()).isEqualTo(Dependence.ROWS);
        assertThat(found.test().pairwise()).hasNumberOfRows(Dependence.COLUMNS);
        assertThat(found.test().criterion()).isGreaterThan(0.05);
    }

    @ParameterizedTest
    @CsvSource({"1500, 3", "1500, 12", "300, 3", "200, 2"})
    void uncorrelatedFunctionsOfOneAngleAreDependent(int rows, int width) {
        Diagnosis found = ring(rows, width).streamed(100);
        assertThat(found.notes()).hasSize(1);
        assertThat(found.notes().getFirst())
                .startsWith("the dimensions are uncorrelated but not independent: HSIC of " + width)
                .endsWith("p = 0.01");
        assertThat(found.warnings()).noneMatch(warning -> warning.contains("independent"));
    }

    @Test
    void theNoteChangesNoVerdict() {
        Diagnosis found = ring(1500, 12).streamed(100);
        assertThat(found.notes()).hasSize(1);
        assertThat(found.verdict().kind()).isEqualTo(Kind.HEALTHY);
        assertThat(DiagnosisText.brief(found)).contains("note: the dimensions are uncorrelated but not independent");
    }

    @Test
    void smallCorrelationsThatAreLeftAreNoDependence() {
        Rows common = Rows.gaussian(8, 1500, 1);
        Rows rows = Rows.gaussian(9, 1500, 12).each((value, row, column) -> value + 0.3 * common.first()[row]);
        Dependence found = Objects.requireNonNull(test(rows));
        assertThat(found.found()).isFalse();
    }

    @Test
    void correlatedDimensionsAreNotTested() {
        Rows common = Rows.gaussian(8, 1500, 1);
        assertThat(test(Rows.gaussian(9, 1500, 12).each((value, row, column) -> value + common.first()[row])))
                .isNull();
        // each correlation is small, but the sum of all dimensions is 0
        Rows rows = Rows.gaussian(9, 1500, 24);
        assertThat(test(rows.each((value, row, column) -> {
                    double sum = 0;
                    for (int j = 0; j < 24; j++) {
                        sum += rows.first()[24 * row + j];
                    }
                    return value - sum / 24;
                })))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 8, 31})
    void fewRowsAreNotTested(int rows) {
        assertThat(test(Rows.gaussian(3, rows, 5))).isNull();
        assertThat(Rows.gaussian(3, rows, 5).streamed(10).notes()).isEmpty();
    }

    @Test
    void constantDimensionsAreLeftOut() {
        Dependence found =
                Objects.requireNonNull(test(ring(1500, 6).each((value, row, column) -> column == 4 ? 7 : value)));
        assertThat(found.found()).isTrue();
        assertThat(found.test().pairwise()).hasNumberOfRows(5);
        assertThat(test(Rows.gaussian(3, 100, 3).each((value, row, column) -> column == 0 ? value : 1)))
                .isNull();
    }

    @Test
    void theResultDependsOnTheRowsAlone() {
        Rows rows = ring(500, 5);
        Dependence first = Objects.requireNonNull(test(rows));
        Dependence second = Objects.requireNonNull(test(rows));
        assertThat(second.note()).isEqualTo(first.note());
    }
}
