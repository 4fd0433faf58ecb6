package org.fullrank.diagnose;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.rows.Batch;
import org.junit.jupiter.api.Test;

class ReservoirTest {
    private static final int MANY = 20_000;

    @Test
    void holdsAllRowsInOrderAsLongAsTheyAreFew() {
        try (var scope = Scope.open();
                var reservoir = new Reservoir(1)) {
            reservoir.add(batch(10, 20));
            reservoir.add(batch(0, 10));
            Batch sample = reservoir.sample();
            assertThat(sample.numbers()).containsExactly(LongStream.range(0, 20).toArray());
            assertThat(Tensors.doubles(sample.first().select(1, 0)))
                    .containsExactly(LongStream.range(0, 20).asDoubleStream().toArray());
        }
    }

    @Test
    void holdsFewerOfWiderRows() {
        try (var scope = Scope.open();
                var reservoir = new Reservoir(1)) {
            Tensor rows = Tensors.zeros(org.fullrank.engine.Device.CPU, ScalarType.Float, 1, 1 << 20);
            reservoir.add(new Batch(
                    rows.expand(70, 1 << 20),
                    null,
                    null,
                    LongStream.range(0, 70).toArray()));
            assertThat(reservoir.sample().rows()).isEqualTo(64);
        }
    }

    @Test
    void viewsLabelsAndNumbersStayWithTheirRows() {
        try (var scope = Scope.open()) {
            Batch sample = sample(1, 777);
            assertThat(sample.rows()).isEqualTo(Reservoir.CAPACITY);
            double[] first = Tensors.doubles(sample.first().select(1, 0));
            double[] second = Tensors.doubles(requireNonNull(sample.second()).select(1, 0));
            int[] labels = requireNonNull(sample.labels());
            for (int i = 0; i < sample.rows(); i++) {
                assertThat(first[i]).isEqualTo(sample.numbers()[i]);
                assertThat(second[i]).isEqualTo(-first[i]);
                assertThat(labels[i]).isEqualTo(sample.numbers()[i] % 7);
            }
        }
    }

    @Test
    void blocksDoNotChangeTheSampleAndTheSeedDoes() {
        try (var scope = Scope.open()) {
            long[] numbers = sample(1, MANY).numbers();
            assertThat(sample(1, 13).numbers()).containsExactly(numbers);
            assertThat(sample(2, 13).numbers()).isNotEqualTo(numbers);
            assertThat(numbers).isSorted().doesNotHaveDuplicates();
        }
    }

    @Test
    void everyPartOfTheStreamIsRepresentedAlike() {
        try (var scope = Scope.open()) {
            long[] numbers = sample(3, MANY).numbers();
            for (int tenth = 0; tenth < 10; tenth++) {
                long from = tenth * MANY / 10L;
                long found = Arrays.stream(numbers)
                        .filter(n -> n >= from && n < from + MANY / 10)
                        .count();
                assertThat((double) found).isCloseTo(409.6, within(80.0)); // four standard deviations
            }
        }
    }

    @Test
    void batchesThatDifferInWhatTheyHaveAreRefused() {
        try (var scope = Scope.open();
                var reservoir = new Reservoir(1)) {
            reservoir.add(batch(0, 5));
            Tensor rows = Tensors.zeros(org.fullrank.engine.Device.CPU, ScalarType.Float, 1, 2);
            assertThatThrownBy(() -> reservoir.add(new Batch(rows, null, null, new long[] {9})))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /// A sample of 20,000 rows that come in blocks of this size.
    private static Batch sample(long seed, int block) {
        try (var reservoir = new Reservoir(seed)) {
            for (int from = 0; from < MANY; from += block) {
                reservoir.add(batch(from, Math.min(MANY, from + block)));
            }
            return reservoir.sample();
        }
    }

    /// Rows `[number, 1]`, second view `[-number]`, label `number % 7`.
    private static Batch batch(int from, int to) {
        double[][] first = new double[to - from][];
        double[][] second = new double[to - from][];
        int[] labels = new int[to - from];
        for (int i = from; i < to; i++) {
            first[i - from] = new double[] {i, 1};
            second[i - from] = new double[] {-i};
            labels[i - from] = i % 7;
        }
        Tensor float32 = Tensors.of(first).to(ScalarType.Float);
        return new Batch(
                float32, Tensors.of(second), labels, LongStream.range(from, to).toArray());
    }
}
