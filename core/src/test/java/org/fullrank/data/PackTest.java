package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PackTest {
    @TempDir
    Path folder;

    private Path source;
    private DataSpec spec;

    @BeforeEach
    void writeSource() {
        source = SampleFiles.write(folder.resolve("m-idx3"), SampleFiles.idx(SampleFiles.counting(400), 4, 10, 10));
        spec = DataSpec.of(source.toString()).withCache(folder.resolve("cache"));
    }

    private Path packed() {
        try (var data = Dataset.open(spec)) {
            assertThat(((Images) data.items(Split.TRAIN)).copy(3)).isEqualTo(expected());
            return data.cacheFile();
        }
    }

    private static byte[] expected() {
        byte[] all = SampleFiles.counting(400);
        return Arrays.copyOfRange(all, 300, 400);
    }

    @Test
    void aWarmCacheIsUsedAsItIs() throws IOException {
        Path pack = packed();
        FileTime written = FileTime.fromMillis(1_000_000);
        Files.setLastModifiedTime(pack, written);
        assertThat(packed()).isEqualTo(pack);
        assertThat(Files.getLastModifiedTime(pack)).isEqualTo(written);
        try (var files = Files.list(folder.resolve("cache"))) {
            assertThat(files).as("no temporary file stays").hasSize(1);
        }
    }

    @Test
    void aByteThatChangedAnywhereIsNoticedAndThePackWrittenAnew() throws IOException {
        Path pack = packed();
        byte[] good = Files.readAllBytes(pack);
        for (int at : new int[] {0, 9, 17, 33, 64, 300, good.length - 1}) {
            try (var file = new RandomAccessFile(pack.toFile(), "rw")) {
                file.seek(at);
                file.write(good[at] ^ 1);
            }
            packed();
            assertThat(Files.readAllBytes(pack)).as("damaged at " + at).isEqualTo(good);
        }
        Files.write(pack, Arrays.copyOf(good, good.length / 2));
        packed();
        assertThat(Files.readAllBytes(pack)).isEqualTo(good);
    }

    @Test
    void aChangedSourceMakesThePackStale() {
        packed();
        SampleFiles.write(source, SampleFiles.idx(new byte[500], 5, 10, 10));
        try (var data = Dataset.open(spec)) {
            assertThat(data.items(Split.TRAIN).size()).isEqualTo(5);
        }
    }

    @Test
    void payloadsOfSeveralBlocksAreCheckedToo() throws IOException {
        int side = 4096;
        Path file =
                SampleFiles.write(folder.resolve("b-idx3"), SampleFiles.idx(new byte[2 * side * side], 2, side, side));
        DataSpec big = DataSpec.of(file.toString()).withCache(folder.resolve("cache"));
        try (var data = Dataset.open(big)) {
            Path pack = data.cacheFile();
            String stamp = new Stamp().file(file).text();
            assertThat(Pack.open(pack, stamp)).isPresent();
            try (var access = new RandomAccessFile(pack.toFile(), "rw")) {
                access.seek(Pack.BLOCK_BYTES + 500);
                access.write(1);
            }
            assertThat(Pack.open(pack, stamp)).isEmpty();
        }
    }

    @Test
    void aCacheFolderThatCannotBeMadeIsAFailedJob() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "x");
        assertThatThrownBy(() -> Dataset.open(spec.withCache(file.resolve("cache"))))
                .isInstanceOf(JobException.class)
                .hasMessageContaining("data.cache");
    }

    @Test
    void itemsAreReadOnlyAndEndWithTheDataset() {
        Images images;
        try (var data = Dataset.open(spec)) {
            images = (Images) data.items(Split.TRAIN);
            assertThat(images.pixels().isReadOnly()).isTrue();
            assertThatThrownBy(() -> data.items(Split.TEST))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("no test split");
        }
        assertThatThrownBy(() -> images.copy(0)).isInstanceOf(IllegalStateException.class);
    }
}
