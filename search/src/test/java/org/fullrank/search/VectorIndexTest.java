package org.fullrank.search;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VectorIndexTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {32, 8, 4})
    void findsTheNeighborsOfClusteredVectors(int bits) {
        SampleVectors sample = SampleVectors.clustered(3000, 48, 30, 0.5);
        Path place = folder.resolve("idx");
        IndexReport report = VectorIndex.build(sample.source(), place, IndexSettings.defaults().withBits(bits));
        System.out.println(report);
        try (VectorIndex index = VectorIndex.open(place)) {
            System.out.println(sample.recall(index, 100, 10));
            assertThat(sample.recall(index, 100, 10)).isGreaterThan(0.97);
        }
    }

    @Test
    void plain4() throws Exception {
        for (int bits : new int[] {32,8,4}) for (int threads : new int[] {1,2}) {
        SampleVectors sample = SampleVectors.clustered(5000, 64, 50, 0.5).scaled(d -> Math.pow(10, -d / 8.0));
        Path place = folder.resolve("idx"+bits+"x"+threads);
        IndexReport report = VectorIndex.build(sample.source(), place, IndexSettings.defaults().withBits(bits).withThreads(threads));
        System.out.println(report);
        }
        try (var s = java.nio.file.Files.list(folder.resolve("idx4x1"))) { s.forEach(p -> System.out.println(p.getFileName() + " " + p.toFile().length())); }
    }
}
