package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Members of archives that are more than plain files with plain names, and archives that are cut off.
class ArchivesTest {
    @TempDir
    Path folder;

    private DataSpec spec(Path path) {
        return DataSpec.of(path.toString()).withCache(folder.resolve("cache"));
    }

    private static byte[] png(int rgb) {
        return SampleFiles.image("png", 3, 4, rgb);
    }

    private static void put(TarArchiveOutputStream tar, String name, byte[] content) throws IOException {
        var entry = new TarArchiveEntry(name);
        entry.setSize(content.length);
        tar.putArchiveEntry(entry);
        tar.write(content);
        tar.closeArchiveEntry();
    }

    private static void link(TarArchiveOutputStream tar, String name, byte kind, String target) throws IOException {
        var entry = new TarArchiveEntry(name, kind);
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
    }

    @Test
    void linksInATarAreTheFilesThatTheyName() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            link(tar, "set/cat/before.png", TarConstants.LF_SYMLINK, "../dog/a.png");
            put(tar, "set/dog/a.png", png(0xFF0000));
            put(tar, "set/cat/b.png", png(0x00FF00));
            link(tar, "set/cat/hard.png", TarConstants.LF_LINK, "set/dog/a.png");
            link(tar, "set/cat/twice.png", TarConstants.LF_SYMLINK, "before.png");
            link(tar, "set/cat/lost.png", TarConstants.LF_SYMLINK, "../bird/z.png");
            link(tar, "set/cat/circle.png", TarConstants.LF_SYMLINK, "circle.png");
        }
        Path file = SampleFiles.write(folder.resolve("a.tar"), bytes.toByteArray());
        try (Dataset data = Dataset.open(spec(file).withMaxSkippedShare(1))) {
            Images images = (Images) data.items(Split.TRAIN);
            assertThat(data.names(Split.TRAIN))
                    .containsExactly(
                            "set/cat/b.png",
                            "set/cat/before.png",
                            "set/cat/hard.png",
                            "set/cat/twice.png",
                            "set/dog/a.png");
            for (int i : new int[] {1, 2, 3}) {
                assertThat(images.copy(i)).containsExactly(images.copy(4));
            }
            assertThat(Objects.requireNonNull(images.labels()).classes()).containsExactly(0, 0, 0, 0, 1);
            assertThat(data.skipped().stream().map(Skipped::path))
                    .containsExactlyInAnyOrder("set/cat/lost.png", "set/cat/circle.png");
            assertThat(data.skipped().getFirst().reason()).contains("a link to set/", "which the archive lacks");
        }
    }

    /// An old GNU sparse entry: type S, the pieces with data in the header, the real size behind them.
    private static byte[] sparse(String name, byte[] content) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000644");
        put(header, 108, "0000000");
        put(header, 116, "0000000");
        put(header, 124, "%011o".formatted(content.length));
        put(header, 136, "00000000000");
        put(header, 148, "        ");
        header[156] = 'S';
        put(header, 257, "ustar  ");
        put(header, 386, "%011o".formatted(0));
        put(header, 398, "%011o".formatted(content.length));
        put(header, 410, "%011o".formatted(content.length + 600));
        put(header, 422, "%011o".formatted(0));
        put(header, 483, "%011o".formatted(content.length + 600));
        int sum = 0;
        for (byte b : header) {
            sum += b & 0xFF;
        }
        put(header, 148, "%06o".formatted(sum));
        header[154] = 0;
        byte[] all = Arrays.copyOf(header, 512 + (content.length + 511) / 512 * 512 + 1024);
        System.arraycopy(content, 0, all, 512, content.length);
        return all;
    }

    private static void put(byte[] header, int at, String text) {
        byte[] ascii = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(ascii, 0, header, at, ascii.length);
    }

    @Test
    void aSparseEntryIsRead() {
        Path file = SampleFiles.write(folder.resolve("s.tar"), sparse("cat/a.png", png(0x0000FF)));
        try (Dataset data = Dataset.open(spec(file))) {
            assertThat(((Images) data.items(Split.TRAIN)).copy(0)).startsWith(0, 0, -1);
        }
    }

    /// In a header, between entries, in the padding, in the first empty block.
    @ParameterizedTest
    @ValueSource(ints = {512 * 4 + 100, 512 * 4, 512 * 3 + 400, 512 * 6 + 10})
    void aTarThatIsCutOffIsAnError(int length) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            files.put("cat/" + i + ".png", png(i));
        }
        byte[] whole = SampleFiles.tar(files);
        Path file = SampleFiles.write(folder.resolve("c.tar"), Arrays.copyOf(whole, length));
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(spec(file)))
                .withMessageContaining("c.tar cannot be read")
                .withMessageNotContaining("\n");
    }

    @Test
    void namesOfADosCodePageAreRead() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes, Charset.forName("IBM437"))) {
            for (String name : List.of("B\u00e4r/a.png", "Hund/b.png")) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(png(7));
                zip.closeEntry();
            }
        }
        Path file = SampleFiles.write(folder.resolve("dos.zip"), bytes.toByteArray());
        try (Dataset data = Dataset.open(spec(file))) {
            assertThat(data.classNames()).containsExactly("B\u00e4r", "Hund");
        }
    }

    private static byte[] floats(int rows, int columns, float first) {
        ByteBuffer data = ByteBuffer.allocate(4 * rows * columns).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < rows * columns; i++) {
            data.putFloat(first + i);
        }
        return SampleFiles.npy("<f4", false, rows + ", " + columns, data.array());
    }

    private static byte[] texts(String... values) {
        ByteBuffer data = ByteBuffer.allocate(4 * 6 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (String value : values) {
            data.put(Arrays.copyOf(value.getBytes(Charset.forName("UTF-32LE")), 24));
        }
        return SampleFiles.npy("<U6", false, values.length + ",", data.array());
    }

    @Test
    void theOnlyFittingArrayIsReadAndTheRestNamed() {
        Path file = SampleFiles.write(
                folder.resolve("a.npz"),
                SampleFiles.zip(new LinkedHashMap<>(Map.of(
                        "filenames.npy", texts("a.png", "b.png", "c.png"),
                        "vectors.npy", floats(3, 2, 0),
                        "labels.npy", texts("dog", "cat", "dog")))));
        try (Dataset data = Dataset.open(spec(file))) {
            assertThat(((Vectors) data.items(Split.TRAIN)).copy(1)).containsExactly(2, 3);
            assertThat(data.classNames()).containsExactly("cat", "dog");
            assertThat(Objects.requireNonNull(data.items(Split.TRAIN).labels()).classes())
                    .containsExactly(1, 0, 1);
            assertThat(data.warnings()).containsExactly("ignored in a.npz: filenames (texts)");
        }
    }

    @Test
    void aSingleFileIsTheTrainingSplitWhateverItsName() {
        Path file = SampleFiles.write(folder.resolve("test.npy"), floats(2, 3, 0));
        SampleFiles.write(folder.resolve("test_labels.npy"), SampleFiles.npy("|u1", false, "2,", new byte[] {1, 0}));
        try (Dataset data = Dataset.open(spec(file))) {
            assertThat(Objects.requireNonNull(data.items(Split.TRAIN).labels()).classes())
                    .containsExactly(1, 0);
        }
    }

    @Test
    void ofSeveralArraysOneIsNamed() {
        Path file = SampleFiles.write(
                folder.resolve("b.npz"),
                SampleFiles.zip(new LinkedHashMap<>(Map.of("one.npy", floats(3, 2, 0), "two.npy", floats(3, 2, 50)))));
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(spec(file)))
                .withMessageContaining("one [3, 2]")
                .withMessageContaining("name it with data.array");
        try (Dataset data = Dataset.open(spec(file).withArray("two"))) {
            assertThat(((Vectors) data.items(Split.TRAIN)).copy(0)).containsExactly(50, 51);
        }
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(spec(file).withArray("three")))
                .withMessageContaining("correct data.array");
    }

    @Test
    void theFilesOfEmnistAndQmnistAreFoundByTheirOwnNames() {
        byte[] pixels = SampleFiles.idx(SampleFiles.counting(2 * 9), 2, 3, 3);
        Path emnist = folder.resolve("emnist");
        SampleFiles.write(emnist.resolve("emnist-letters-train-images-idx3-ubyte"), pixels);
        SampleFiles.write(
                emnist.resolve("emnist-letters-train-labels-idx1-ubyte"), SampleFiles.idx(new byte[] {1, 2}, 2));
        SampleFiles.write(emnist.resolve("emnist-letters-test-images-idx3-ubyte.gz"), SampleFiles.gzip(pixels));
        SampleFiles.write(
                emnist.resolve("emnist-letters-test-labels-idx1-ubyte"), SampleFiles.idx(new byte[] {2, 1}, 2));
        Path qmnist = folder.resolve("qmnist");
        SampleFiles.write(qmnist.resolve("qmnist-test-images-idx3-ubyte"), pixels);
        ByteBuffer table = ByteBuffer.allocate(12 + 4 * 2 * 3);
        table.putInt(0x00000C02).putInt(2).putInt(3);
        table.putInt(3).putInt(11).putInt(12).putInt(1).putInt(21).putInt(22);
        SampleFiles.write(qmnist.resolve("qmnist-test-labels-idx2-int"), table.array());
        try (Dataset letters = Dataset.open(spec(emnist));
                Dataset digits = Dataset.open(spec(qmnist))) {
            assertThat(letters.splits()).containsExactly(Split.TRAIN, Split.TEST);
            assertThat(Objects.requireNonNull(letters.items(Split.TEST).labels())
                            .classes())
                    .containsExactly(2, 1);
            assertThat(Objects.requireNonNull(digits.items(Split.TEST).labels()).classes())
                    .containsExactly(3, 1);
        }
    }
}
