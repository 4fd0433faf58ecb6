package org.fullrank.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BatchesTest {
    private static final float NAN = Float.NaN;

    /// Rows `[N, 1]` in blocks of given sizes; says nothing about N.
    private record Blocks(String name, Queue<float[]> blocks) implements RowStream {
        static Blocks of(String name, float[]... blocks) {
            return new Blocks(name, new ArrayDeque<>(List.of(blocks)));
        }

        @Override
        public int width() {
            return 1;
        }

        @Override
        public @Nullable Tensor next() {
            float[] block = blocks.poll();
            return block == null ? null : Tensors.of(block, block.length, 1);
        }

        @Override
        public void close() {}
    }

    private record Row(double first, double second, int label, long number) {}

    private static List<Row> drained(Batches batches) {
        var rows = new ArrayList<Row>();
        while (true) {
            try (var scope = Scope.open()) {
                Batch batch = batches.next();
                if (batch == null) {
                    return rows;
                }
                assertThat(batch.rows()).isPositive();
                double[] first = Tensors.doubles(batch.first());
                double[] second = batch.second() == null ? first : Tensors.doubles(batch.second());
                for (int i = 0; i < batch.rows(); i++) {
                    int label = batch.labels() == null ? -1 : batch.labels()[i];
                    rows.add(new Row(first[i], second[i], label, batch.numbers()[i]));
                }
            }
        }
    }

    private static float[] rows(float... values) {
        return values;
    }

    @Test
    void viewsOfUnlikeBlocksAreGivenInLockStep() {
        var labels = new Labels(new int[] {0, 1, 0, 1, 1}, List.of("a", "b"));
        try (Batches batches = Batches.of(
                Blocks.of("one", rows(1, 2, 3), rows(4, 5)),
                Blocks.of("two", rows(10), rows(20, 30, 40), rows(50)),
                labels)) {
            assertThat(batches.paired()).isTrue();
            assertThat(batches.classNames()).containsExactly("a", "b");
            assertThat(drained(batches))
                    .containsExactly(
                            new Row(1, 10, 0, 0),
                            new Row(2, 20, 1, 1),
                            new Row(3, 30, 0, 2),
                            new Row(4, 40, 1, 3),
                            new Row(5, 50, 1, 4));
            assertThat(batches.warnings()).isEmpty();
        }
    }

    @Test
    void rowsThatAreNotFiniteInOneViewAreLeftOutOfBoth() {
        var labels = new Labels(new int[] {0, 1, 2, 0, 1}, List.of("a", "b", "c"));
        try (Batches batches = Batches.of(
                Blocks.of("one", rows(1, NAN, 3, 4, 5)),
                Blocks.of("two", rows(10, 20, 30), rows(Float.NEGATIVE_INFINITY, 50)),
                labels)) {
            assertThat(drained(batches))
                    .containsExactly(new Row(1, 10, 0, 0), new Row(3, 30, 2, 2), new Row(5, 50, 1, 4));
            assertThat(batches.leftOut()).isEqualTo(2);
            assertThat(batches.warnings())
                    .containsExactly("2 of 5 rows hold NaN or infinity and are left out (from 0: 1, 3)");
        }
    }

    @Test
    void aBlockWithoutAFiniteRowIsPassedOver() {
        try (Batches batches = Batches.of(Blocks.of("one", rows(NAN, NAN), rows(3)))) {
            assertThat(drained(batches)).containsExactly(new Row(3, 3, -1, 2));
        }
    }

    @Test
    void onlyTheFirstRowsLeftOutAreListed() {
        float[] spoilt = new float[LeftOut.LISTED + 3];
        java.util.Arrays.fill(spoilt, NAN);
        spoilt[0] = 1;
        try (Batches batches = Batches.of(Blocks.of("one", spoilt))) {
            assertThat(drained(batches)).hasSize(1);
            assertThat(batches.warnings().getFirst()).endsWith("(from 0: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, ...)");
        }
    }

    @Test
    void hugeFiniteValuesStay() {
        try (Batches batches = Batches.of(Blocks.of("one", rows(Float.MAX_VALUE, Float.MAX_VALUE)))) {
            assertThat(drained(batches)).hasSize(2);
            assertThat(batches.leftOut()).isZero();
        }
    }

    @Test
    void whatDoesNotBelongTogetherIsRefused() {
        assertRefused(Batches.of(Blocks.of("one", rows(NAN, NAN))), "NaN or infinity in every one of 2 rows");
        assertRefused(Batches.of(Blocks.of("one")), "one: found 0 rows");
        assertRefused(
                Batches.of(Blocks.of("one", rows(1, 2)), Blocks.of("two", rows(1)), null),
                "two: ends after 1 rows but one has more");
        assertRefused(
                Batches.of(Blocks.of("one", rows(1)), Blocks.of("two", rows(1), rows(2)), null),
                "one: ends after 1 rows but two has more");
        var labels = new Labels(new int[] {0, 0}, List.of("a"));
        assertRefused(Batches.of(Blocks.of("one", rows(1)), null, labels), "one: found 2 labels for 1 rows");
        assertRefused(Batches.of(Blocks.of("one", rows(1, 2, 3)), null, labels), "found 2 labels for at least 3 rows");
    }

    @Test
    void shapesThatAreKnownAreComparedBeforeReading() {
        var labels = new Labels(new int[] {0, 0}, List.of("a"));
        assertThatThrownBy(() -> Batches.of(RowStreams.of("one", new float[6], 2), null, labels))
                .hasMessage("one: found 2 labels for 3 rows, expected one for each row; give the labels of the same"
                        + " items");
        assertThatThrownBy(() ->
                        Batches.of(RowStreams.of("one", new float[6], 2), RowStreams.of("two", new float[8], 2), null))
                .isInstanceOf(InputException.class)
                .hasMessage("two: found shape [4, 2], expected [3, 2] as in one; row i is item i in both views");
    }

    private static void assertRefused(Batches batches, String part) {
        try (batches) {
            assertThatThrownBy(() -> drained(batches))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(part);
        }
    }
}
