package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;

class ClassOrderTest {
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e");
    private static final int ITEMS = 200;

    /// Classes of 20, 60, 60, 57 and 2 items, and an item without a label.
    private static int[] classes() {
        int[] classes = new int[ITEMS];
        for (int i = 0; i < ITEMS; i++) {
            classes[i] = i % 10 == 0 ? 0 : 1 + i % 3;
        }
        classes[1] = 4;
        classes[2] = 4;
        classes[3] = Labels.UNLABELED;
        return classes;
    }

    private static ClassOrder order(int inBatch, int perClass) {
        return ClassOrder.of(new Labels(classes(), NAMES), inBatch, perClass);
    }

    @Test
    void everyPartOfABatchHasAllItsClassesAndNoItemComesTwice() {
        int[] classes = classes();
        int[] order = order(3, 4).epoch(1, 0, 50);
        assertThat(order).hasSize(50 * 12);
        for (int b = 0; b < 50; b++) {
            int[] batch = Arrays.copyOfRange(order, b * 12, (b + 1) * 12);
            assertThat(Arrays.stream(batch).distinct().count()).isEqualTo(12);
            int[] found = Arrays.stream(batch).map(i -> classes[i]).toArray();
            assertThat(Arrays.stream(found).distinct().count()).isEqualTo(3);
            for (int i = 0; i < 12; i++) {
                assertThat(found[i]).isEqualTo(found[i % 3]).isBetween(0, 3);
            }
        }
    }

    @Test
    void theKeyAloneDecidesTheOrder() {
        assertThat(order(3, 4).epoch(1, 2, 9)).isEqualTo(order(3, 4).epoch(1, 2, 9));
        assertThat(order(3, 4).epoch(1, 2, 9))
                .isNotEqualTo(order(3, 4).epoch(1, 3, 9))
                .isNotEqualTo(order(3, 4).epoch(2, 2, 9));
        // The batches of an epoch do not depend on how many follow.
        assertThat(Arrays.copyOf(order(3, 4).epoch(1, 2, 9), 36))
                .isEqualTo(order(3, 4).epoch(1, 2, 3));
    }

    @Test
    void classesComeEquallyOftenAndItemsOfAClassTooBeforeOneComesAgain() {
        int[] classes = classes();
        int[] order = order(2, 2).epoch(5, 0, 2000);
        long[] ofClass = new long[5];
        int[] ofItem = new int[ITEMS];
        for (int i : order) {
            ofClass[classes[i]]++;
            ofItem[i]++;
        }
        for (long count : ofClass) { // 8000 places for 5 classes
            assertThat(count).isBetween(1400L, 1800L);
        }
        int[] first = IntStream.range(0, ITEMS)
                .filter(i -> classes[i] == 0)
                .map(i -> ofItem[i])
                .toArray();
        assertThat(Arrays.stream(first).max().orElseThrow()
                        - Arrays.stream(first).min().orElseThrow())
                .isLessThanOrEqualTo(1);
    }

    @Test
    void tooFewClassesAreRefusedWithTheBatchThatFits() {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> order(6, 4))
                .withMessage(
                        "batches by class: found 4 classes with at least 4 items, expected the 6 classes of a batch"
                                + " of 24; use --set train.batch=16");
        assertThatExceptionOfType(InputException.class).isThrownBy(() -> order(1, 4));
    }
}
