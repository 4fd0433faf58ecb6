package org.fullrank.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.KnnFloatVectorQuery;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.store.MMapDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The rotation before a quantization, and the second look after it, on columns of unlike scales.
class QuantizationTest {
    private static final int COLUMNS = 64;

    /// Columns whose scales fall from 1 to 0.0001.
    private static final SampleVectors UNLIKE =
            SampleVectors.clustered(2000, COLUMNS, 20, 0.7).scaled(d -> Math.pow(10, -d / 16.0));

    @TempDir
    Path folder;

    @Test
    void theRotationMendsUnlikeColumnsAndTheSecondLookTheRest() throws IOException {
        double plain = quantizedRecall(identity());
        double rotated = quantizedRecall(RandomRotation.of(COLUMNS, 0));
        assertThat(plain).isLessThan(0.85);
        assertThat(rotated).isGreaterThan(plain + 0.05).isLessThan(0.97);
        Path place = folder.resolve("idx");
        VectorIndex.build(UNLIKE.source(), place, IndexSettings.defaults().withBits(4));
        try (VectorIndex index = VectorIndex.open(place)) {
            assertThat(UNLIKE.recall(index, 50, 10)).isGreaterThan(0.99);
        }
    }

    @Test
    void theFilesHoldOneNumberInHalfAByte() throws IOException {
        VectorIndex.build(
                UNLIKE.source(),
                folder.resolve("four"),
                IndexSettings.defaults().withBits(4));
        VectorIndex.build(
                UNLIKE.source(),
                folder.resolve("eight"),
                IndexSettings.defaults().withBits(8));
        long overhead = 20 * 2000; // corrections of each row
        assertThat(quantizedBytes("four")).isBetween(2000L * COLUMNS / 2, 2000L * COLUMNS / 2 + overhead);
        assertThat(quantizedBytes("eight")).isBetween(2000L * COLUMNS, 2000L * COLUMNS + overhead);
    }

    @Test
    void theRotationIsOrthogonalAndReversible() {
        RandomRotation rotation = RandomRotation.of(COLUMNS, 3);
        float[] vector = UNLIKE.rows()[0];
        float[] rotated = rotation.rotate(vector);
        assertThat(rotated).isNotEqualTo(vector);
        assertThat(SampleVectors.cosine(rotated, rotation.rotate(UNLIKE.rows()[1])))
                .isCloseTo(UNLIKE.cosine(0, 1), within(1e-5));
        assertThat(rotation.restore(rotated)).containsExactly(vector, within(1e-5f));
        assertThat(rotation.rotateRows(vector)).containsExactly(rotated, within(1e-5f));
        assertThat(RandomRotation.of(COLUMNS, 4).rotate(vector)).isNotEqualTo(rotated);
        Path file = folder.resolve("r.npy");
        rotation.write(file);
        assertThat(RandomRotation.read(file, COLUMNS).rotate(vector)).isEqualTo(rotated);
    }

    private long quantizedBytes(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            Path quantized = files.filter(file -> file.toString().endsWith(".veq"))
                    .findFirst()
                    .orElseThrow();
            return Files.size(quantized);
        }
    }

    /// Share of the true ten neighbors among the ten best by quantized vectors alone.
    private double quantizedRecall(RandomRotation rotation) throws IOException {
        Path place = Files.createTempDirectory(folder, "plain");
        new IndexBuild(UNLIKE.source(), IndexSettings.defaults().withBits(4), rotation).into(place, note -> {});
        long found = 0;
        try (DirectoryReader reader = DirectoryReader.open(new MMapDirectory(place))) {
            var searcher = new IndexSearcher(reader);
            for (int query = 0; query < 50; query++) {
                float[] vector = UNLIKE.rows()[query].clone();
                UnitVectors.scale("query", 0, vector, COLUMNS);
                var search = new KnnFloatVectorQuery(StoredVectors.VECTOR, rotation.rotate(vector), 100);
                List<Integer> truth = UNLIKE.nearest(vector, 10, IntStream.range(0, 2000));
                for (ScoreDoc hit : searcher.search(search, 10).scoreDocs) {
                    found += truth.contains(hit.doc) ? 1 : 0;
                }
            }
        }
        return found / 500.0;
    }

    private static RandomRotation identity() {
        float[][] matrix = new float[COLUMNS][COLUMNS];
        for (int i = 0; i < COLUMNS; i++) {
            matrix[i][i] = 1;
        }
        return new RandomRotation(matrix);
    }
}
