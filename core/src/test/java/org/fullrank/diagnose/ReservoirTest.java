package org.fullrank.diagnose;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Keyed;
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
    void splitAndOrderOfMergingDoNotChangeTheSample() {
        try (var scope = Scope.open()) {
            Batch whole = sample(1, MANY);
            for (int seed = 0; seed < 5; seed++) {
                Batch merged = merged(Keyed.of(seed));
                assertThat(merged.numbers()).containsExactly(whole.numbers());
                assertThat(Tensors.floats(merged.first())).containsExactly(Tensors.floats(whole.first()));
                assertThat(merged.labels()).containsExactly(whole.labels());
            }
        }
    }

    @Test
    void aReservoirOfAnotherSeedIsNotMerged() {
        try (var one = new Reservoir(1);
                var two = new Reservoir(2)) {
            assertThatThrownBy(() -> one.merge(two)).isInstanceOf(IllegalArgumentException.class);
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

    /// The sample of 20,000 rows in parts of random sizes, merged in random pairs.
    private static Batch merged(Keyed random) {
        List<Reservoir> parts = new ArrayList<>(List.of(new Reservoir(1))); // one without rows
        for (int from = 0; from < MANY; ) {
            int to = Math.min(MANY, from + 1 + random.nextInt(7000));
            var part = new Reservoir(1);
            part.add(batch(from, to));
            parts.add(part);
            from = to;
        }
        while (parts.size() > 1) {
            try (Reservoir other = parts.remove(random.nextInt(parts.size()))) {
                parts.get(random.nextInt(parts.size())).merge(other);
            }
        }
        try (Reservoir all = parts.getFirst()) {
            return all.sample();
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
