package org.fullrank.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Tensors;
import org.fullrank.rows.RowStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a build refuses, and what it leaves in the folder.
class IndexBuildTest {
    private static final IndexSettings SETTINGS = IndexSettings.defaults();

    @TempDir
    Path folder;

    private static VectorSource rows(float... values) {
        return VectorSource.of(values, 2, List.of(), null);
    }

    private Path idx() {
        return folder.resolve("idx");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    private void refused(VectorSource source, String message) throws IOException {
        assertThatThrownBy(() -> VectorIndex.build(source, idx(), SETTINGS))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
        assertThat(files()).isEmpty();
    }

    /// As if the process had been killed between the two moves of a replacement.
    @Test
    void anIndexWhoseReplacementWasKilledComesBack() throws IOException {
        VectorIndex.build(rows(1, 0, 0, 1), idx(), SETTINGS);
        Files.move(idx(), folder.resolve(".idx.old"));
        assertThatThrownBy(() -> VectorIndex.build(rows(1, 1), idx(), SETTINGS))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found an index");
        try (VectorIndex index = VectorIndex.open(idx())) {
            assertThat(index.rows()).isEqualTo(2);
        }
        assertThat(files()).containsExactly("idx");
    }

    /// The rows of a large file are written in several parts, which are merged.
    @Test
    void rowsOfSeveralPartsKeepTheirOrder() throws IOException {
        SampleVectors sample = SampleVectors.clustered(6000, 24, 50, 0.5);
        List<String> names = IntStream.range(0, 6000).mapToObj(i -> "row" + i).toList();
        var build = new IndexBuild(sample.source(names, null), SETTINGS.withBits(8), RandomRotation.of(24, 0));
        build.segmentMib = 0.2;
        Files.createDirectory(idx());
        List<String> notes = new ArrayList<>();
        build.into(idx(), notes::add);
        assertThat(build.parts).isGreaterThan(3);
        try (VectorIndex index = VectorIndex.open(idx())) {
            for (int row = 0; row < 6000; row += 37) {
                assertThat(index.name(row)).isEqualTo("row" + row);
                assertThat(SampleVectors.cosine(index.vector(row), sample.rows()[row]))
                        .isGreaterThan(0.99999);
            }
            assertThat(sample.recall(index, 10, 10)).isGreaterThan(0.98);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aLargeBuildReportsItsProgress(int threads) {
        SampleVectors sample = SampleVectors.clustered(12_000, 2, 100, 0.5);
        List<String> notes = Collections.synchronizedList(new ArrayList<>());
        VectorIndex.build(sample.source(), idx(), new IndexSettings(32, 4, 8, 0, threads), notes::add);
        assertThat(notes)
                .hasSize(3)
                .element(1, InstanceOfAssertFactories.STRING)
                .matches("linked 10,000 of 12,000 rows, \\d+ s left");
    }

    @Test
    void wrongRowsAreRefusedByTheirNumber() throws IOException {
        refused(
                rows(1, 2, 0, 0, 3, 4),
                "vectors: found only zeros in row 1 (from 0), expected a vector with a direction");
        refused(rows(1, 2, 1, 2, 3, Float.NaN), "vectors: found a number that is not finite in row 2 (from 0)");
        refused(rows(Float.NEGATIVE_INFINITY, 2), "vectors: found a number that is not finite in row 0 (from 0)");
        refused(rows(), "vectors: found 0 rows, expected at least 1");
    }

    @Test
    void namesAndLabelsMustBeAsManyAsRows() throws IOException {
        float[] values = {1, 2, 3, 4};
        refused(VectorSource.of(new float[8], 2, List.of("a"), null), "vectors: found 1 names for 4 rows");
        refused(
                new VectorSource(new Broken(), List.of("a"), null, IndexCard.Source.file("broken")),
                "broken: found 1 names for 2 rows");
        refused(VectorSource.of(values, 2, List.of("a", "b", "c"), null), "vectors: found 3 names for 2 rows");
        Labels one = new Labels(new int[] {0}, List.of("cats"));
        refused(VectorSource.of(values, 2, List.of(), one), "vectors: found 1 labels for 2 rows");
        refused(
                VectorSource.of(values, 2, List.of("a", "b".repeat(40_000)), null),
                "vectors: found a name of 40000 bytes in row 1, expected at most 32766");
    }

    @Test
    void verySmallAndVeryLargeRowsHaveADirection() {
        VectorIndex.build(rows(1e-40f, 0, 0, 3e38f, 3e38f, 3e38f), idx(), SETTINGS);
        try (VectorIndex index = VectorIndex.open(idx())) {
            assertThat(index.vector(0)).containsExactly(1, 0);
            assertThat(index.vector(1)).containsExactly(0, 1);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "5, 16, 100, 1, --bits: found 5",
        "32, 1, 100, 1, --neighbors: found 1",
        "32, 2, 1, 1, --beam: found 1",
        "8, 600, 100, 1, --neighbors",
        "4, 16, 4000, 1, '--beam: found 4000, expected 2 to 3200'",
        "4, 16, 100, 0, --threads: found 0"
    })
    void settingsOutOfRangeAreRefused(int bits, int neighbors, int beam, int threads, String message) {
        assertThatThrownBy(() -> new IndexSettings(bits, neighbors, beam, 0, threads))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void nothingButAnIndexIsReplaced() throws IOException {
        Path other = Files.createDirectory(folder.resolve("photos"));
        Path photo = Files.writeString(other.resolve("photo.jpg"), "x");
        for (Path place : List.of(other, photo)) {
            assertThatThrownBy(() -> VectorIndex.replace(rows(1, 2), place, SETTINGS, note -> {}))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(", expected nothing there or an older index; name another folder");
        }
        assertThat(photo).hasContent("x");
        VectorIndex.build(rows(1, 2), idx(), SETTINGS);
        assertThatThrownBy(() -> VectorIndex.build(rows(3, 4, 5, 6), idx(), SETTINGS))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found an index, expected nothing there; replace it with --force");
        assertThatThrownBy(() -> VectorIndex.replace(rows(3, 4, 0, 0), idx(), SETTINGS, note -> {}))
                .isInstanceOf(InputException.class);
        try (VectorIndex index = VectorIndex.open(idx())) {
            assertThat(index.rows()).as("the old index").isEqualTo(1);
        }
        List<String> notes = new ArrayList<>();
        VectorIndex.replace(rows(3, 4, 5, 6), idx(), SETTINGS, notes::add);
        try (VectorIndex index = VectorIndex.open(idx())) {
            assertThat(index.rows()).isEqualTo(2);
        }
        assertThat(notes)
                .containsExactly("read 2 rows of width 2; linking them", "the graph is complete; measuring its recall");
        assertThat(files()).containsExactly("idx", "photos");
    }

    /// Rows that end with an exception, as when the machine is full.
    private static final class Broken implements RowStream {
        private int blocks;

        @Override
        public String name() {
            return "broken";
        }

        @Override
        public int width() {
            return 2;
        }

        @Override
        public @Nullable Tensor next() {
            if (blocks++ == 3) {
                throw new JobException("broken: no more rows");
            }
            return Tensors.of(new float[] {1, 2, 3, 4}, 2, 2);
        }

        @Override
        public void close() {}
    }

    @Test
    void aBuildThatFailsLeavesNothing() throws IOException {
        var source = new VectorSource(new Broken(), List.of(), null, IndexCard.Source.file("broken"));
        assertThatThrownBy(() -> VectorIndex.build(source, idx(), SETTINGS)).hasMessage("broken: no more rows");
        assertThat(files()).isEmpty();
    }

    @Test
    void theRestOfAKilledBuildIsNoIndexAndIsRemovedByTheNext() throws IOException {
        Path part = Files.createDirectories(folder.resolve(".idx.part/spool"));
        Files.writeString(part.resolve("_0.cfs"), "half");
        Files.writeString(folder.resolve(".idx.part/segments_1"), "half");
        Files.writeString(folder.resolve(".idx.part/build.lock"), "");
        assertThatThrownBy(() -> VectorIndex.open(idx())).hasMessageContaining("found nothing there");
        VectorIndex.build(rows(1, 2), idx(), SETTINGS);
        assertThat(files()).containsExactly("idx");
        try (VectorIndex index = VectorIndex.open(idx())) {
            assertThat(index.rows()).isEqualTo(1);
        }
    }

    @Test
    void twoBuildsOfOneIndexDoNotMix() throws IOException {
        Path part = Files.createDirectories(folder.resolve(".idx.part"));
        try (FileChannel other = FileChannel.open(
                        part.resolve("build.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                var lock = other.lock()) {
            assertThat(lock.isValid()).isTrue();
            assertThatThrownBy(() -> VectorIndex.build(rows(1, 2), idx(), SETTINGS))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("found another process that builds it");
            assertThat(part.resolve("build.lock")).exists();
        }
    }

    @Test
    void aFolderThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> VectorIndex.build(rows(1, 2), file.resolve("idx"), SETTINGS))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("cannot be written");
        Path closed = Files.createDirectory(
                folder.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        assumeFalse(Files.isWritable(closed), "this user may write everywhere");
        assertThatThrownBy(() -> VectorIndex.build(rows(1, 2), closed.resolve("idx"), SETTINGS))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("cannot be written");
    }

    @Test
    void foldersThatAreNoIndexAreRefused() throws IOException {
        for (String[] wrong : new String[][] {
            {"none", "found nothing there, expected a folder that fullrank index wrote"},
            {"empty", "found a folder without fullrank-index.json"},
            {"file", "found a file, expected a folder"}
        }) {
            Files.createDirectories(folder.resolve("empty"));
            Files.writeString(folder.resolve("file"), "x");
            assertThatThrownBy(() -> VectorIndex.open(folder.resolve(wrong[0])))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(wrong[1]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'\"format\" : 1', '\"format\" : 2', 'found format 2, expected 1; build it again'",
        "'\"format\" : 1,', '', 'found format none, expected 1'",
        "'\"width\" : 2,', '', 'found no width in fullrank-index.json'",
        "'\"rows\" : 3', '\"rows\" : 4', 'its files are damaged or of another version'",
        "'{', '', 'found text that Fullrank did not write'"
    })
    void anotherCardIsRefused(String from, String to, String message) throws IOException {
        VectorIndex.build(rows(1, 2, 3, 4, 5, 6), idx(), SETTINGS);
        Path card = idx().resolve(IndexCard.FILE);
        String text = Files.readString(card);
        assertThat(text).contains(from);
        Files.writeString(card, text.replace(from, to));
        assertThatThrownBy(() -> VectorIndex.open(idx()))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message)
                .message()
                .doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {".vec", ".vem", ".si", "segments_1", ".veq", ".npy"})
    void truncatedAndMissingFilesAreNoticed(String ending) throws IOException {
        for (boolean missing : new boolean[] {false, true}) {
            VectorIndex.replace(rows(1, 2, 3, 4, 5, 6), idx(), SETTINGS.withBits(4), note -> {});
            Path damaged;
            try (Stream<Path> files = Files.list(idx())) {
                damaged = files.filter(file -> file.toString().endsWith(ending))
                        .findFirst()
                        .orElseThrow();
            }
            byte[] content = Files.readAllBytes(damaged);
            if (missing) {
                Files.delete(damaged);
            } else {
                Files.write(damaged, Arrays.copyOf(content, content.length / 2));
            }
            assertThatThrownBy(() -> VectorIndex.open(idx()))
                    .isInstanceOf(InputException.class)
                    .message()
                    .doesNotContain("\n");
        }
    }
}
