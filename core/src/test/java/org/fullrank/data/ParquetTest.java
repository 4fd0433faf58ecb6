package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Parquet files of images, in the layout of Hugging Face data sets.
class ParquetTest {
    private static final byte[] RED = SampleFiles.image("png", 3, 4, 0xFF0000);
    private static final byte[] GREEN = SampleFiles.image("jpg", 5, 4, 0x00FF00);
    private static final byte[] BLUE = SampleFiles.image("png", 3, 3, 0x0000FF);

    @TempDir
    Path folder;

    private Dataset open(Path path) {
        return Dataset.open(spec(path));
    }

    private DataSpec spec(Path path) {
        return DataSpec.of(path.toString()).withCache(folder.resolve("cache")).withMaxSkippedShare(0.5);
    }

    private Path write(String name, ParquetSample sample) {
        return SampleFiles.write(folder.resolve(name), sample.build());
    }

    private static ParquetSample images(long... labels) {
        return new ParquetSample()
                .binary("image.bytes", RED, GREEN, BLUE)
                .text("image.path", "a.png", "b.jpg", "a.png")
                .longs("label", labels);
    }

    private static int[] classes(Dataset data, Split split) {
        return Objects.requireNonNull(data.items(split).labels()).classes();
    }

    private void assertRefused(DataSpec spec, String... says) {
        assertThatThrownBy(() -> Dataset.open(spec))
                .isInstanceOf(InputException.class)
                .hasMessageNotContaining("\n")
                .message()
                .contains(says);
    }

    @ParameterizedTest
    @ValueSource(ints = {ParquetSample.NONE, ParquetSample.SNAPPY, ParquetSample.GZIP, ParquetSample.ZSTD})
    void imagesAndLabelsAreReadInTheOrderOfTheRows(int codec) {
        Path file = write(
                "x.parquet",
                images(2, 0, -1).classNames("label", "zebra", "ape", "cat").codec(codec));
        try (Dataset data = open(file)) {
            assertThat(data.format()).isEqualTo("Parquet of images");
            assertThat(data.classNames()).containsExactly("zebra", "ape", "cat");
            assertThat(classes(data, Split.TRAIN)).containsExactly(2, 0, Labels.UNLABELED);
            Images images = (Images) data.items(Split.TRAIN);
            assertThat(images.copy(0)).hasSize(3 * 4 * 3).startsWith(-1, 0, 0);
            assertThat(images.copy(2)).hasSize(3 * 3 * 3).startsWith(0, 0, -1);
        }
    }

    @Test
    void pagesOfBothVersionsWithAndWithoutADictionaryAreEqual() {
        List<ParquetSample> samples = List.of(
                images(2, 0, 2),
                images(2, 0, 2).dictionary(),
                images(2, 0, 2).second().codec(ParquetSample.ZSTD),
                images(2, 0, 2).second().dictionary().codec(ParquetSample.SNAPPY));
        List<String> fingerprints = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            try (Dataset data = open(write(i + "/x.parquet", samples.get(i)))) {
                assertThat(classes(data, Split.TRAIN)).containsExactly(1, 0, 1);
                fingerprints.add(data.fingerprint());
            }
        }
        assertThat(fingerprints).hasSize(4).allMatch(fingerprints.getFirst()::equals);
    }

    @Test
    void theNamesOfTheShardsAreTheSplits() {
        write("set/README.md", images(0, 0, 0));
        write("set/data/train-00000-of-00003.parquet", images(0, 1, 0));
        write("set/data/train-00002-of-00003.parquet", images(10, 2, 1));
        write("set/data/validation-00000-of-00001.parquet", images(10, 0, 1));
        try (Dataset data = open(folder.resolve("set"))) {
            assertThat(data.splits()).containsExactly(Split.TRAIN, Split.VALIDATION);
            assertThat(data.classNames()).containsExactly("0", "1", "2", "10");
            assertThat(classes(data, Split.TRAIN)).containsExactly(0, 1, 0, 3, 2, 1);
            assertThat(data.names(Split.VALIDATION).getFirst())
                    .isEqualTo("data/validation-00000-of-00001.parquet/00000000");
            assertThat(data.warnings()).contains("only 2 of the shards data/train-...-of-00003 are there");
        }
    }

    @Test
    void aBinaryColumnHoldsImagesAndTextsAreClasses() {
        Path file = write(
                "x.parquet", new ParquetSample().text("y", "dog", "cat", "").binary("img", RED, BLUE, GREEN));
        try (Dataset data = open(file)) {
            assertThat(data.classNames()).containsExactly("cat", "dog");
            assertThat(classes(data, Split.TRAIN)).containsExactly(1, 0, Labels.UNLABELED);
        }
    }

    @Test
    void aRowWithoutAnImageIsListed() {
        Path file = write(
                "x.parquet",
                new ParquetSample()
                        .binary("image.bytes", RED, ParquetSample.MISSING, BLUE)
                        .longs("label", 4, 5, 6));
        try (Dataset data = open(file)) {
            assertThat(data.skipped()).containsExactly(new Skipped("00000001", "the row has no image"));
            assertThat(data.classNames()).containsExactly("4", "6");
            assertThat(classes(data, Split.TRAIN)).containsExactly(0, 1);
        }
    }

    @Test
    void anUnclearColumnOfLabelsIsNotGuessed() {
        Path file = write(
                "x.parquet",
                new ParquetSample()
                        .binary("img", RED, BLUE)
                        .longs("fine_label", 0, 1)
                        .longs("coarse_label", 0, 0));
        try (Dataset data = open(file)) {
            assertThat(data.items(Split.TRAIN).labels()).isNull();
            assertThat(data.warnings())
                    .contains(
                            "no column of labels was found among fine_label, coarse_label; data.labelColumn names it");
        }
        try (Dataset data = Dataset.open(spec(file).withLabelColumn("fine_label"))) {
            assertThat(classes(data, Split.TRAIN)).containsExactly(0, 1);
        }
        assertRefused(spec(file).withLabelColumn("colour"), "has no column colour, expected one of fine_label");
    }

    @Test
    void whatIsNoDataSetOfImagesIsRefused() {
        assertRefused(
                spec(write("a.parquet", new ParquetSample().doubles("x", 1, 2).text("y", "a", "b"))),
                "has the columns x, y and none of images",
                "write a table as CSV or .npy");
        assertRefused(
                spec(write("b.parquet", new ParquetSample().binary("one", RED).binary("two", RED))),
                "several columns of images, one, two");
        assertRefused(
                spec(write("c.parquet", new ParquetSample().binary("image", RED).doubles("label", 0.5))),
                "labels of type DOUBLE in the column label");
        assertRefused(
                spec(write("d.parquet", images(0, 1, 1).codec(ParquetSample.BROTLI))),
                "is compressed with BROTLI",
                "write it again with snappy");
        assertRefused(
                spec(write("e.parquet", images(0, 1, 3).classNames("label", "a", "b"))),
                "has the label 3 in row 00000002, expected 0 to 1");
    }

    @Test
    void shardsOfSeveralDataSetsAreRefused() {
        write("s/train-0.parquet", images(0, 1, 1).classNames("label", "a", "b"));
        write("s/train-1.parquet", images(0, 1, 1).classNames("label", "b", "a"));
        assertRefused(spec(folder.resolve("s")), "train-1.parquet has other names of classes");
        write("t/plain/train-0.parquet", images(0, 1, 1));
        write("t/augmented/train-0.parquet", images(0, 1, 1));
        assertRefused(spec(folder.resolve("t")), "shards in several folders", "give one folder");
        write("u/train-0.parquet", images(0, 1, 1));
        write("u/rest.parquet", images(0, 1, 1));
        assertRefused(spec(folder.resolve("u")), "the shard rest.parquet names no split, but train-0.parquet does");
        write("v/train-0.parquet", images(0, 1, 1));
        SampleFiles.write(folder.resolve("v/logo.png"), RED);
        assertRefused(spec(folder.resolve("v")), "holds the image logo.png and the shard train-0.parquet");
    }

    @Test
    void aFileThatIsCutOffIsRefusedByName() {
        byte[] whole = images(0, 1, 1).build();
        for (int end : List.of(4, 20, whole.length / 2, whole.length - 1)) {
            SampleFiles.write(folder.resolve("w/train-0.parquet"), Arrays.copyOf(whole, end));
            assertRefused(spec(folder.resolve("w")), "w cannot be read: train-0.parquet: it is no whole Parquet file");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 100_000, Integer.MAX_VALUE})
    void aPageOfSnappyOfAnotherSizeThanItsHeaderClaimsIsRefused(int claimed) {
        Path file =
                write("x.parquet", images(0, 1, 1).codec(ParquetSample.SNAPPY).claiming(claimed));
        assertRefused(spec(file), "it is no whole Parquet file: a page of");
    }

    @Test
    void namesWithLineEndsStayInOneLine() {
        assertRefused(
                spec(write("x.parquet", new ParquetSample().doubles("a\nb", 1))),
                "has the columns a?b and none of images");
    }

    @Test
    void metadataThatClaimMoreThanTheyHaveAreRefusedBeforeMemoryIsAllocated() {
        byte[] whole = images(0, 1, 1).classNames("label", "a", "b").build();
        int name = new String(whole, StandardCharsets.ISO_8859_1).lastIndexOf("huggingface");
        byte[] claim = {(byte) 0xFF, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x07}; // 2^31 - 1 as a varint
        System.arraycopy(claim, 0, whole, name - 1, claim.length);
        long before = FuzzReport.allocated();
        assertRefused(spec(SampleFiles.write(folder.resolve("x.parquet"), whole)), "it is no whole Parquet file");
        assertThat(FuzzReport.allocated() - before).isLessThan(1 << 28);
    }

    @Test
    void aFileWhosePagesNeverEndIsRefused() {
        Path file = write("x.parquet", images(0, 1, 1).emptyPages());
        assertTimeoutPreemptively(
                Duration.ofSeconds(60), () -> assertRefused(spec(file), "it is no whole Parquet file"));
    }
}
