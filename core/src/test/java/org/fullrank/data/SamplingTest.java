package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.file.Npy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SamplingTest {
    @Test
    void theOrderOfAnEpochIsAPermutationThatItsKeyAloneDecides() {
        int[] order = SamplingOrder.epoch(3, 7, 1000);
        assertThat(order).containsExactlyInAnyOrder(IntStream.range(0, 1000).toArray());
        assertThat(order).isEqualTo(SamplingOrder.epoch(3, 7, 1000));
        assertThat(order).isNotEqualTo(SamplingOrder.epoch(3, 8, 1000)).isNotEqualTo(SamplingOrder.epoch(4, 7, 1000));
        assertThat(SamplingOrder.epoch(0, 0, 0)).isEmpty();
    }

    @Test
    void everyItemComesFirstEquallyOften() {
        int[] first = new int[5];
        for (int epoch = 0; epoch < 5000; epoch++) {
            first[SamplingOrder.epoch(1, epoch, 5)[0]]++;
        }
        for (int count : first) {
            assertThat(count).isBetween(880, 1120);
        }
    }

    private static Vectors vectors(int[] classes, int names) {
        float[] values = new float[classes.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        List<String> all = IntStream.range(0, names).mapToObj(String::valueOf).toList();
        return Vectors.of(values, 1, new Labels(classes, all));
    }

    @Test
    void heldOutItemsAreAShareOfEachClassAndDisjoint() {
        Vectors items = vectors(
                IntStream.range(0, 103)
                        .map(i -> i < 100 ? i % 2 : i < 102 ? 2 : 3)
                        .toArray(),
                4);
        TrainTest parts = TrainTest.holdOut(items, 0.2, 0);
        assertThat(Objects.requireNonNull(parts.test().labels()).counts()).containsExactly(10, 10, 1, 0);
        assertThat(Objects.requireNonNull(parts.train().labels()).counts()).containsExactly(40, 40, 1, 1);
        boolean[] seen = new boolean[103];
        for (Items part : List.of(parts.train(), parts.test())) {
            for (int i = 0; i < part.size(); i++) {
                int value = (int) ((Vectors) part).copy(i)[0];
                assertThat(seen[value]).isFalse();
                seen[value] = true;
            }
        }
        assertThat(parts.protocol()).isEqualTo("20 % held out of each class, seed 0");
    }

    @Test
    void impossibleSharesAndLabelsAreRefused() {
        Vectors items = vectors(new int[] {0, 0}, 1);
        assertThatThrownBy(() -> TrainTest.holdOut(items, 1, 0)).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> TrainTest.holdOut(items.subset(new int[] {0}), 0.2, 0))
                .hasMessageContaining("at least 2");
        assertThatThrownBy(() -> new Labels(new int[] {3}, List.of("a"))).hasMessageContaining("label of item 0 is 3");
    }

    @Test
    void aSubsetShowsTheChosenItemsInTheirOrder() {
        Images images = Images.of(SampleFiles.counting(12), 1, 2, 3, new Labels(new int[] {0, 1}, List.of("a", "b")));
        Images subset = images.subset(new int[] {1, 0, 1});
        assertThat(subset.size()).isEqualTo(3);
        assertThat(subset.copy(0)).containsExactly(6, 7, 8, 9, 10, 11);
        assertThat(Objects.requireNonNull(subset.labels()).classes()).containsExactly(1, 0, 1);
        assertThat(images.uniform()).isTrue();
    }

    @Test
    void limitedSamplesAreFixedNestedAndNamedInTheFingerprint(@TempDir Path folder) throws IOException {
        float[] values = new float[50];
        for (int i = 0; i < values.length; i++) {
            values[i] = i;
        }
        Npy.write(folder.resolve("x_train.npy"), values, 1);
        Npy.write(folder.resolve("x_test.npy"), values, 1);
        DataSpec spec = DataSpec.of(folder.toString()).withCache(folder.resolve("cache"));
        try (var all = Dataset.open(spec);
                var twenty = Dataset.open(spec.withSamples(20));
                var again = Dataset.open(spec.withSamples(20));
                var ten = Dataset.open(spec.withSamples(10));
                var more = Dataset.open(spec.withSamples(51))) {
            assertThat(column(twenty, Split.TRAIN)).hasSize(20).isSorted().isNotEqualTo(column(all, Split.TRAIN));
            assertThat(column(again, Split.TRAIN)).isEqualTo(column(twenty, Split.TRAIN));
            assertThat(column(twenty, Split.TRAIN)).containsAll(column(ten, Split.TRAIN));
            assertThat(column(twenty, Split.TEST))
                    .isEqualTo(column(all, Split.TEST))
                    .hasSize(50);
            assertThat(twenty.pretraining().size()).isEqualTo(20);
            assertThat(twenty.fingerprint()).isEqualTo(all.fingerprint() + ", 20 samples");
            assertThat(more.fingerprint()).isEqualTo(all.fingerprint());
            assertThat(more.items(Split.TRAIN).size()).isEqualTo(50);
        }
        assertThatThrownBy(() -> spec.withSamples(-1)).isInstanceOf(InputException.class);
    }

    private static List<Float> column(Dataset data, Split split) {
        Vectors items = (Vectors) data.items(split);
        return IntStream.range(0, items.size()).mapToObj(i -> items.copy(i)[0]).toList();
    }
}
