package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Whatever lies at the path, the answer is one line that says what is wrong, and nothing is left in the cache.
class BadInputTest {
    @TempDir
    Path folder;

    /// A file of this name and content, and what the message has to say.
    record Case(String file, Supplier<byte[]> content, String... says) {
        @Override
        public String toString() {
            return file;
        }
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] cut(byte[] bytes, int end) {
        return Arrays.copyOf(bytes, bytes.length - end);
    }

    /// Removes the name from the first header of a tar.
    private static byte[] unnamed(byte[] tar) {
        Arrays.fill(tar, 0, 100, (byte) 0);
        return ContainerMutations.withSums(tar);
    }

    /// Changes the checksum in the directory of a zip of one member.
    private static byte[] otherSum(byte[] zip) {
        int end = zip.length - 22;
        zip[ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).getInt(end + 16) + 16] ^= 1;
        return zip;
    }

    private static byte[] cifar(int label) {
        byte[] record = new byte[3073];
        record[0] = (byte) label;
        return record;
    }

    static Stream<Case> files() {
        byte[] png = SampleFiles.image("png", 20, 20, 0x336699);
        byte[] jpeg = SampleFiles.image("jpg", 64, 64, 0x336699);
        byte[] idx = SampleFiles.idx(new byte[12], 3, 2, 2);
        return Stream.of(
                new Case("empty.csv", () -> new byte[0], "holds no bytes"),
                new Case("magic.dat", () -> new byte[] {0, 1, 2, 3, 4}, "00 01 02 03"),
                new Case("single.png", () -> png, "a single image"),
                new Case("cut-idx3", () -> cut(idx, 1), "ends in item 2 of 3"),
                new Case(
                        "huge-idx3",
                        () -> SampleFiles.idx(new byte[50_000], 100_000, 1000, 1000),
                        "claims 100000000000"),
                new Case(
                        "huge-idx3.gz",
                        () -> SampleFiles.gzip(SampleFiles.idx(new byte[50], 2_000_000_000, 28, 28)),
                        "claims"),
                new Case("late-idx3.gz", () -> SampleFiles.gzip(SampleFiles.idx(new byte[5], 3, 2, 2)), "item 1 of 3"),
                new Case("long-idx3", () -> SampleFiles.idx(new byte[13], 3, 2, 2), "more bytes"),
                new Case("minus-idx3", () -> SampleFiles.idx(new byte[13], -3, 2, 2), "4294967293"),
                new Case(
                        "cut.gz",
                        () -> cut(SampleFiles.gzip(SampleFiles.idx(SampleFiles.counting(5000), 50, 10, 10)), 300),
                        "ends"),
                new Case("label.bin", () -> cifar(200), "label 200", "0 to 9"),
                new Case("cut.bin", () -> cut(cifar(1), 1), "3072 bytes", "expected 3073"),
                new Case("train_y.bin", () -> new byte[] {1, 2}, "no items"),
                new Case("train_X.bin", () -> new byte[100], "ends in image 0"),
                new Case(
                        "huge.npy",
                        () -> SampleFiles.npy("|u1", false, "100000, 1000, 1000", new byte[50_000]),
                        "claims shape [100000, 1000, 1000]"),
                new Case(
                        "overflow.npy",
                        () -> SampleFiles.npy("<f8", false, "9999999999, 9999999999", new byte[8]),
                        "claims shape"),
                new Case(
                        "digits.npy",
                        () -> SampleFiles.npy("<f8", false, "99999999999999999999999, 2", new byte[8]),
                        "dimension"),
                new Case("cut.npy", () -> SampleFiles.npy("<f4", false, "3, 2", new byte[23]), "ends early"),
                new Case("object.npy", () -> SampleFiles.npy("|O8", false, "3, 2", new byte[48]), "type O8"),
                new Case("width.npz", () -> withLabels("<U0", "999999999,"), "claims 999999999 texts of 0 characters"),
                new Case("count.npz", () -> withLabels("|S1", "999999999,"), "claims 999999999 texts of 1 characters"),
                new Case("header.npy", () -> text("\u0093NUMPY").clone(), "header.npy"),
                new Case(
                        "nan.npy",
                        () -> SampleFiles.npy("<f4", false, "1, 1", new byte[] {0, 0, (byte) 0xC0, 0x7F}),
                        "NaN in row 0, column 0"),
                new Case("float.npy", () -> SampleFiles.npy("<f4", false, "1, 1, 1", new byte[4]), "uint8 images"),
                new Case(
                        "date.csv",
                        () -> text("a,day\n1,2024-01-31\n3,2024-02-01\n5,1999-12-31\n"),
                        "column 2 (day) is '2024-01-31', a date"),
                new Case(
                        "comma.csv",
                        () -> text("a;b\n1;2,5\n3;0,25\n7;1,5\n"),
                        "column 2 (b) is '2,5', expected a number; it has a decimal comma"),
                new Case(
                        "thousands.csv",
                        () -> text("a;b\n1;1,234\n3;999\n7;1,234,567.5\n"),
                        "column 2 (b) is '1,234', expected a number; it has marks between thousands"),
                new Case(
                        "points.csv",
                        () -> text("a;b\n1;1.234.567\n3;999\n7;1.000.000\n"),
                        "it has marks between thousands: write the digits without them"),
                new Case(
                        "spaces.csv",
                        () -> text("a;b\n1;1 234\n3;2 345,5\n7;12 000\n"),
                        "column 2 (b) is '1 234', expected a number; it has marks between thousands"),
                new Case(
                        "both.csv",
                        () -> text("a;b\n1 000;1,234\n3 500;2,345\n7 000;1,000\n"),
                        "column 1 (a) is '1 000', expected a number; it has marks between thousands"),
                new Case("infinite.csv", () -> text("1,2\n3,inf\n"), "line 2, column 2 is 'inf'"),
                new Case("huge.csv", () -> text("1,2\n3,1e300\n"), "is '1e300', expected a finite number"),
                new Case("constant.csv", () -> text("1,2\n1,2\n"), "has no column to learn from"),
                new Case(
                        "typo.csv",
                        BadInputTest::numbersWithOneText,
                        "column 1 is '1O1', expected a number as in most"),
                new Case("ragged.csv", () -> text("1,2\n3,4,5\n"), "line 2 has 3 cells, expected 2"),
                new Case("wide.csv", () -> text("a,b\n1,2,x\n3,4,y\n"), "line 2 has 3 cells, expected 2"),
                new Case("quote.csv", () -> text("1,2\n\"3,4\n"), "quote.csv"),
                new Case("cut.tar", () -> Arrays.copyOf(SampleFiles.tar(Map.of("a/x.png", png)), 540), "Truncated"),
                new Case(
                        "unnamed.tar", () -> unnamed(SampleFiles.tar(Map.of("a/x.png", png))), "a file without a name"),
                new Case("none.zip", () -> SampleFiles.zip(Map.of("a.txt", text("x"))), "archive without files"),
                new Case("cut.zip", () -> cut(SampleFiles.zip(Map.of("a/x.png", png)), 40), "cut.zip"),
                new Case(
                        "sum.zip",
                        () -> otherSum(SampleFiles.zip(Map.of("a/x.png", png))),
                        "its compressed data are damaged: a/x.png has not the checksum"),
                new Case(
                        "cut-jpeg.tar",
                        () -> SampleFiles.tar(Map.of("x.jpg", cut(jpeg, jpeg.length / 3))),
                        "1 of 1 images",
                        "x.jpg"),
                new Case("cut-png.tar", () -> SampleFiles.tar(Map.of("x.png", cut(png, 30))), "1 of 1 images", "x.png"),
                new Case(
                        "cut.npz",
                        () -> SampleFiles.zip(
                                Map.of("x.npy", SampleFiles.npy("|u1", false, "9, 99999, 99999", new byte[9]))),
                        "claims shape"));
    }

    @ParameterizedTest
    @MethodSource("files")
    void aBadFileIsOneLineThatSaysWhatIsWrong(Case bad) throws IOException {
        Path file = SampleFiles.write(folder.resolve(bad.file()), bad.content().get());
        Path cache = folder.resolve("cache");
        assertThatThrownBy(() -> Dataset.open(DataSpec.of(file.toString()).withCache(cache)))
                .isInstanceOf(InputException.class)
                .satisfies(e -> assertThat(e.getMessage())
                        .contains(bad.says())
                        .contains(bad.file())
                        .doesNotContain("\n"));
        if (Files.exists(cache)) {
            try (var left = Files.list(cache)) {
                assertThat(left).isEmpty();
            }
        }
    }

    private void refused(Path path, String... says) {
        assertThatThrownBy(() -> Dataset.open(
                        DataSpec.of(path.toString()).withCache(folder.resolveSibling(folder.getFileName() + "-cache"))))
                .isInstanceOf(InputException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(says).doesNotContain("\n"));
    }

    @Test
    void missingPathsEmptyFoldersAndDevicesAreRefused() throws IOException {
        refused(folder.resolve("nothing"), "does not exist", "shapes");
        refused(Files.createDirectory(folder.resolve("void")), "holds no files, expected");
        if (Files.exists(Path.of("/dev/null"))) {
            refused(Path.of("/dev/null"), "device");
        }
    }

    @Test
    void symbolicLinkLoopsAreRefused() throws IOException {
        Path tree = Files.createDirectories(folder.resolve("tree/a"));
        SampleFiles.write(tree.resolve("x.png"), SampleFiles.image("png", 2, 2, 0));
        Files.createSymbolicLink(tree.resolve("up"), folder.resolve("tree"));
        refused(folder.resolve("tree"), "symbolic link", "remove the link");
    }

    @Test
    void labelsOfAnotherCountAreRefused() {
        SampleFiles.write(folder.resolve("m/train-images-idx3-ubyte"), SampleFiles.idx(new byte[12], 3, 2, 2));
        SampleFiles.write(folder.resolve("m/train-labels-idx1-ubyte"), SampleFiles.idx(new byte[2], 2));
        refused(folder.resolve("m"), "holds 2 labels, expected 3");
    }

    @Test
    void aFewBrokenImagesAreSkippedAndListedButNotMany() {
        for (int i = 0; i < 9; i++) {
            SampleFiles.write(folder.resolve("set/a/" + i + ".png"), SampleFiles.image("png", 2, 2, i));
        }
        SampleFiles.write(folder.resolve("set/a/bad.jpg"), text("no image"));
        DataSpec spec = DataSpec.of(folder.resolve("set").toString()).withCache(folder.resolve("cache"));
        refused(folder.resolve("set"), "1 of 10 images (10.0 %)", "at most 5.0 %", "a/bad.jpg");
        try (var data = Dataset.open(spec.withMaxSkippedShare(0.2))) {
            assertThat(data.items(Split.TRAIN).size()).isEqualTo(9);
            assertThat(data.skipped()).extracting(Skipped::path).isEqualTo(List.of("a/bad.jpg"));
        }
    }

    /// Two vectors, and labels that claim `shape` and have no data.
    private static byte[] withLabels(String descr, String shape) {
        return SampleFiles.zip(Map.of(
                "x.npy",
                SampleFiles.npy("|u1", false, "2, 2", new byte[4]),
                "y.npy",
                SampleFiles.npy(descr, false, shape, new byte[0])));
    }

    private static byte[] numbersWithOneText() {
        var rows = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            rows.append(i == 101 ? "1O1" : String.valueOf(i * i))
                    .append(',')
                    .append(i % 7)
                    .append('\n');
        }
        return text(rows.toString());
    }
}
