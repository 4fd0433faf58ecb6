package org.fullrank.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.engine.InputException;
import org.fullrank.stats.PairedTest;
import org.junit.jupiter.api.Test;

class ClassSeedsTest {
    private static final EvaluatedData SOURCE =
            new EvaluatedData("abc", 100, "test split", 300, 3, EvaluatedData.Reading.defaults());
    private static final LinearProtocol PROBE = LinearProtocol.defaults();

    /// 100 items of each of three classes, of which the first few are wrong.
    private static ClassTable.Answers answers(int... wrong) {
        int[] expected = new int[300];
        int[] predicted = new int[300];
        for (int i = 0; i < 300; i++) {
            expected[i] = i / 100;
            predicted[i] = i % 100 < wrong[i / 100] ? (expected[i] + 1) % 3 : expected[i];
        }
        return new ClassTable.Answers(List.of("a", "b", "c"), expected, predicted);
    }

    private static SequencedMap<Long, ClassTable.Answers> seeds(ClassTable.Answers... answers) {
        SequencedMap<Long, ClassTable.Answers> seeds = new LinkedHashMap<>();
        for (ClassTable.Answers a : answers) {
            seeds.put(seeds.size() + 1L, a);
        }
        return seeds;
    }

    private static ClassSeeds compare(
            SequencedMap<Long, ClassTable.Answers> ours, SequencedMap<Long, ClassTable.Answers> theirs) {
        return ClassSeeds.of(ours, List.of("weak"), theirs, SOURCE, PROBE);
    }

    @Test
    void aClassThatLosesWithEverySeedIsNamedThoughTheMeanRose() {
        ClassSeeds table = compare(
                seeds(answers(25, 2, 2), answers(27, 3, 1), answers(24, 2, 3)),
                seeds(answers(5, 20, 40), answers(6, 60, 30), answers(5, 40, 50)));
        assertThat(table.losers()).containsExactly("a");
        assertThat(table.mean().test().difference()).isPositive();
        assertThat(table.table())
                .contains("over 3 seeds (1, 2, 3); against weak; classes that lost significantly: a")
                .contains("74.7 % +- 1.5");
    }

    /// With one training on each side the loss of 20 of 100 items is beyond doubt; over seeds it is luck.
    @Test
    void aLossOfOneSeedOnlyIsNoLossOfTheMethod() {
        ClassTable pair = ClassTable.of(answers(25, 2, 2), "weak", answers(5, 2, 2), SOURCE, PROBE);
        assertThat(pair.losers()).containsExactly("a");
        ClassSeeds seeds = compare(
                seeds(answers(25, 2, 2), answers(4, 2, 2), answers(9, 2, 2)),
                seeds(answers(5, 2, 2), answers(14, 2, 2), answers(6, 2, 2)));
        assertThat(seeds.losers()).isEmpty();
    }

    /// Without the rounding of an accuracy in its deviation, such a test would have p = 0.
    @Test
    void oneItemLessWithBothSeedsProvesNothing() {
        ClassSeeds table =
                compare(seeds(answers(10, 0, 0), answers(30, 0, 0)), seeds(answers(9, 0, 0), answers(29, 0, 0)));
        assertThat(table.losers()).isEmpty();
        assertThat(table.rows().getFirst().test().p()).isBetween(0.1, 0.3);
    }

    @Test
    void eachClassIsTestedInPairsOfOneSeed() {
        SequencedMap<Long, ClassTable.Answers> ours = seeds(answers(10, 0, 0), answers(30, 0, 0));
        SequencedMap<Long, ClassTable.Answers> theirs = new LinkedHashMap<>();
        theirs.put(2L, answers(26, 1, 0)); // the order of the runs does not count
        theirs.put(1L, answers(8, 0, 0));
        ClassSeeds.Row row = compare(ours, theirs).rows().getFirst();
        assertThat(row.test()).isEqualTo(PairedTest.of(new double[] {0.90, 0.70}, new double[] {0.92, 0.74}, 0.01));
        assertThat(row.test().difference()).isCloseTo(-0.03, within(1e-12));
        assertThat(row.corrected()).isEqualTo(Math.min(1, 3 * row.test().p()));
    }

    @Test
    void oneSeedOrOtherSeedsAreRefused() {
        SequencedMap<Long, ClassTable.Answers> two = seeds(answers(1, 1, 1), answers(2, 1, 1));
        SequencedMap<Long, ClassTable.Answers> others = new LinkedHashMap<>(two);
        others.put(7L, others.remove(2L));
        for (var theirs : List.of(seeds(answers(1, 1, 1)), others)) {
            assertThatThrownBy(() -> compare(two, theirs))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("seeds [1, 2] compared with runs of seeds");
        }
        assertThatThrownBy(() -> compare(seeds(answers(1, 1, 1)), seeds(answers(2, 1, 1))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("two or more seeds");
    }

    @Test
    void itsHashIsNotThatOfTwoTrainings() {
        ClassSeeds table =
                compare(seeds(answers(1, 1, 1), answers(2, 1, 1)), seeds(answers(1, 1, 1), answers(2, 1, 1)));
        assertThat(table.protocol().hash())
                .isNotEqualTo(ClassTable.describe(SOURCE, PROBE).hash());
    }
}
