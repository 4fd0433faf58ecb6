package org.fullrank.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.fullrank.engine.Keyed;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Near-duplicates and outliers compared with loops over all pairs.
class GroupsAndOutliersTest {
    @TempDir
    Path folder;

    private VectorIndex build(SampleVectors sample, int bits) {
        Path place = folder.resolve("idx");
        VectorIndex.build(sample.source(), place, IndexSettings.defaults().withBits(bits));
        return VectorIndex.open(place);
    }

    /// 600 rows: pairs, a chain whose ends are far apart, 100 equal rows, and rows on their own.
    private static SampleVectors copies() {
        float[][] rows = SampleVectors.clustered(600, 16, 600, 0.1).rows();
        Keyed random = Keyed.of(11);
        for (int row = 0; row < 40; row += 2) {
            rows[row + 1] = near(rows[row], 0.05, random);
        }
        for (int row = 100; row < 115; row++) {
            rows[row + 1] = near(rows[row], 0.22, random);
        }
        for (int row = 301; row < 400; row++) {
            rows[row] = rows[300].clone();
        }
        return new SampleVectors(rows);
    }

    private static float[] near(float[] row, double noise, Keyed random) {
        float[] copy = row.clone();
        for (int d = 0; d < copy.length; d++) {
            copy[d] += (float) (noise * random.nextGaussian());
        }
        return copy;
    }

    /// Groups by repeated search for what a group touches, in float64.
    private static List<List<Integer>> naive(SampleVectors sample, double above) {
        List<List<Integer>> groups = new ArrayList<>();
        var open =
                new TreeSet<>(IntStream.range(0, sample.rows().length).boxed().toList());
        while (!open.isEmpty()) {
            var group = new TreeSet<>(List.of(open.removeFirst()));
            List<Integer> fresh = new ArrayList<>(group);
            while (!fresh.isEmpty()) {
                int row = fresh.removeLast();
                for (int other : List.copyOf(open)) {
                    if (sample.cosine(row, other) >= above) {
                        open.remove(other);
                        group.add(other);
                        fresh.add(other);
                    }
                }
            }
            if (group.size() > 1) {
                groups.add(List.copyOf(group));
            }
        }
        groups.sort(
                Comparator.comparingInt((List<Integer> group) -> -group.size()).thenComparing(List::getFirst));
        return groups;
    }

    @ParameterizedTest
    @CsvSource({"32, 0.97", "4, 0.97", "32, 0.9", "32, 0.999"})
    void groupsEqualThoseOfAllPairs(int bits, float above) {
        SampleVectors sample = copies();
        List<List<Integer>> expected = naive(sample, above);
        assertThat(expected.getFirst()).hasSize(100);
        assertThat(expected.size()).isGreaterThan(above > 0.99 ? 0 : 15);
        try (VectorIndex index = build(sample, bits)) {
            Duplicates searched = Duplicates.of(index, above);
            assertThat(searched.groups()).isEqualTo(expected);
            assertThat(searched.exact()).isFalse();
            assertThat(Duplicates.ofAllPairs(index, above)).isEqualTo(new Duplicates(expected, true));
        }
    }

    @Test
    void aChainIsOneGroup() {
        SampleVectors sample = copies();
        assertThat(sample.cosine(100, 115)).isLessThan(0.9);
        assertThat(naive(sample, 0.95f)).anySatisfy(group -> assertThat(group).contains(100, 115));
    }

    /// The nearest neighbors of a row are all of its own half. The search must go on to reach the other half.
    @Test
    void twoHalvesThatAreNearAreOneGroup() {
        float[][] rows = SampleVectors.clustered(300, 16, 300, 0.1).rows();
        Keyed random = Keyed.of(13);
        float[] other = near(rows[0], 0.15, random);
        for (int row = 0; row < 80; row++) {
            rows[row] = near(row % 2 == 0 ? rows[0] : other, 0.001, random);
        }
        var sample = new SampleVectors(rows);
        assertThat(sample.cosine(2, 3)).isBetween(0.971, 0.995);
        try (VectorIndex index = build(sample, 8)) {
            Duplicates found = Duplicates.of(index, 0.97f);
            assertThat(found.groups()).isEqualTo(naive(sample, 0.97f));
            assertThat(found.groups().getFirst()).hasSize(80);
            assertThat(found.exact()).isFalse();
        }
    }

    @Test
    void equalRowsAreDuplicatesAtTheHighestThreshold() {
        try (VectorIndex index = build(copies(), 8)) {
            assertThat(Duplicates.of(index, 1).groups())
                    .containsExactly(IntStream.range(300, 400).boxed().toList());
        }
    }

    /// As of an encoder that has collapsed: nearly all pairs are near, and a search of each row would take longer
    /// than comparing all.
    @Test
    void rowsWithVeryManyNeighborsAreComparedInPairs() {
        float[][] rows = new float[700][];
        Keyed random = Keyed.of(5);
        for (int row = 0; row < 700; row++) {
            rows[row] = near(new float[] {1, 1, 1, 1}, row < 650 ? 0.01 : 1, random);
        }
        var sample = new SampleVectors(rows);
        try (VectorIndex index = build(sample, 32)) {
            assertThat(Duplicates.of(index, 0.99f)).isEqualTo(new Duplicates(naive(sample, 0.99f), true));
        }
    }

    @Test
    void deletedRowsAreInNoGroup() {
        build(copies(), 32).close();
        VectorIndex.delete(folder.resolve("idx"), List.of("#1", "#2"));
        try (VectorIndex index = VectorIndex.open(folder.resolve("idx"))) {
            for (Duplicates found : List.of(Duplicates.of(index, 0.97f), Duplicates.ofAllPairs(index, 0.97f))) {
                assertThat(found.groups()).noneMatch(group -> group.contains(0) || group.contains(3));
                assertThat(found.groups()).contains(List.of(4, 5));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(floats = {0, -1, 1.01f, Float.NaN})
    void aThresholdThatNoCosineHasIsRefused(float above) {
        try (VectorIndex index = build(SampleVectors.clustered(3, 4, 2, 0.5), 32)) {
            assertThatThrownBy(() -> Duplicates.of(index, above))
                    .hasMessageContaining("--above: found " + above + ", expected a cosine above 0, at most 1");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void outliersHaveTheLowestMeanSimilarity(boolean exact) {
        SampleVectors sample = copies();
        double[] means = new double[600];
        for (int row = 0; row < 600; row++) {
            int query = row;
            means[row] =
                    sample
                            .nearest(
                                    sample.rows()[row],
                                    5,
                                    IntStream.range(0, 600).filter(other -> other != query))
                            .stream()
                            .mapToDouble(other -> sample.cosine(query, other))
                            .average()
                            .orElseThrow();
        }
        List<Integer> expected = IntStream.range(0, 600)
                .boxed()
                .sorted(Comparator.comparingDouble((Integer row) -> means[row]))
                .limit(12)
                .toList();
        try (VectorIndex index = build(sample, exact ? 32 : 8)) {
            List<Outlier> found = Outlier.of(index, 5, 12, exact);
            assertThat(found.stream().map(Outlier::row)).isEqualTo(expected);
            assertThat(found.getFirst().similarity()).isCloseTo(means[expected.getFirst()], within(1e-5));
            assertThat(found.getFirst().name()).isEqualTo("#" + expected.getFirst());
        }
    }

    @Test
    void outliersOfOneRowAreRefused() {
        try (VectorIndex index = build(SampleVectors.clustered(1, 4, 1, 0.5), 32)) {
            assertThatThrownBy(() -> Outlier.of(index, 5, 12, true)).hasMessageContaining("found an index of one row");
            assertThat(Duplicates.of(index, 0.9f).groups()).isEmpty();
        }
    }
}
