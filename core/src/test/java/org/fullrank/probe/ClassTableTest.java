package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.fullrank.stats.McNemar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClassTableTest {
    private static final EvaluatedData SOURCE =
            new EvaluatedData("abc", 100, "test split", 300, 3, EvaluatedData.Reading.defaults());
    private static final List<String> NAMES = List.of("a", "b", "c");
    private static final LinearProtocol PROBE = LinearProtocol.defaults();

    /// 100 items of each class, of which the first few are wrong.
    private static ClassTable.Answers answers(int... wrong) {
        int[] expected = new int[300];
        int[] predicted = new int[300];
        for (int i = 0; i < 300; i++) {
            expected[i] = i / 100;
            predicted[i] = i % 100 < wrong[i / 100] ? (expected[i] + 1) % 3 : expected[i];
        }
        return new ClassTable.Answers(NAMES, expected, predicted);
    }

    @ParameterizedTest
    @CsvSource({"1, 9", "0, 5", "0, 6", "12, 40", "7, 7", "0, 0", "900, 1100", "3, 0"})
    void pEqualsTheSumOfBinomialCoefficients(int first, int second) {
        int all = first + second;
        BigInteger tail = BigInteger.ZERO;
        BigInteger choose = BigInteger.ONE;
        for (int i = 0; i <= Math.min(first, second); i++) {
            tail = tail.add(choose);
            choose = choose.multiply(BigInteger.valueOf(all - i)).divide(BigInteger.valueOf(i + 1));
        }
        double p = new BigDecimal(tail.multiply(BigInteger.TWO))
                .divide(new BigDecimal(BigInteger.TWO.pow(all)), new java.math.MathContext(20))
                .doubleValue();
        assertThat(McNemar.exact(first, second)).isCloseTo(Math.min(1, p), within(1e-9));
    }

    @Test
    void aClassThatFellIsNamedThoughTheMeanRose() {
        ClassTable table = ClassTable.of(answers(25, 2, 2), "weak", answers(5, 30, 30), SOURCE, PROBE);
        assertThat(table.losers()).containsExactly("a");
        assertThat(table.mean().share()).isGreaterThan(271.0 / 300 - 1e-9);
        assertThat(table.table())
                .contains("the mean rose from 78.3 to 90.3 %; classes that lost significantly: a (-20.0)")
                .contains("a is taken for: b 25 (before 5)");
        assertThat(table.values()).containsEntry("meanRose", true).containsEntry("lost", List.of("a"));
    }

    @Test
    void twoTrainingsSayThatSeedsAreNotInTheTest() {
        ClassTable pair = ClassTable.of(answers(25, 2, 2), "weak", answers(5, 30, 30), SOURCE, PROBE);
        assertThat(pair.table()).contains("one training on each side", "not for other seeds");
        assertThat(ClassTable.of(answers(25, 2, 2), SOURCE, PROBE).table()).doesNotContain("seeds");
    }

    @Test
    void aSmallFallIsNotNamed() {
        ClassTable table = ClassTable.of(answers(8, 2, 2), "weak", answers(5, 30, 30), SOURCE, PROBE);
        assertThat(table.losers()).isEmpty();
        assertThat(table.table()).contains("classes that lost significantly: none");
    }

    @Test
    void itemsAreComparedInPairs() {
        // Equal accuracies, but other items: 10 lost and 10 gained say nothing.
        ClassTable.Answers same = answers(10, 0, 0);
        int[] other = same.expected().clone();
        Arrays.fill(other, 50, 60, 1);
        ClassTable table =
                ClassTable.of(same, "other", new ClassTable.Answers(NAMES, same.expected(), other), SOURCE, PROBE);
        ClassTable.Change change =
                Objects.requireNonNull(table.rows().getFirst().change());
        assertThat(change.lost()).isEqualTo(10);
        assertThat(change.gained()).isEqualTo(10);
        assertThat(change.p()).isEqualTo(1);
    }

    @Test
    void accuraciesHaveWilsonIntervalsOfTheirClass() {
        ClassTable table = ClassTable.of(answers(25, 2, 2), SOURCE, PROBE);
        assertThat(table.rows().getFirst().accuracy()).isEqualTo(new Accuracy(75, 100));
        assertThat(table.table()).contains("75.0 % [65.7, 82.5]");
        assertThat(table.losers()).isEmpty();
    }

    @Test
    void aClassWithoutItemsHasNoRow() {
        var answers = new ClassTable.Answers(NAMES, new int[] {0, 0, 2}, new int[] {0, 1, 2});
        assertThat(ClassTable.of(answers, SOURCE, PROBE).rows())
                .extracting(ClassTable.Row::name)
                .containsExactly("a", "c");
    }

    @Test
    void otherItemsOrClassesAreRefused() {
        ClassTable.Answers mine = answers(1, 1, 1);
        int[] moved = mine.expected().clone();
        moved[0] = 2;
        assertThatThrownBy(() -> ClassTable.of(
                        mine, "other", new ClassTable.Answers(NAMES, moved, mine.predicted()), SOURCE, PROBE))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("other items or classes in other");
    }
}
