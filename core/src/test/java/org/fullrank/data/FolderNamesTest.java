package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Folders of images that are classes, and others.
class FolderNamesTest {
    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({
        "2019;2020, photos, dates",
        "2019-05;2019-06, photos, dates",
        "201905;20190612, photos, dates",
        "2019-05-12 birthday;2019_06_01, photos, dates",
        "05-2019;06-2019, photos, dates",
        "May;June 2019, photos, dates",
        "01;02;12, 2019, dates",
        "05 May;06 June, 2019, dates",
        "01;02;12, photos, ",
        "13;14, 2019, ",
        "0;1;2, photos, ",
        "2019;2020;unsorted, photos, dates",
        "2019;unsorted, photos, ",
        "1899;2100, photos, ",
        "cat;dog;may, photos, ",
        "100CANON;101CANON, DCIM, cameras",
        "100_FUJI;999A____, DCIM, cameras",
        "100_Euro;200_Euro, money, ",
        "100_0512;101_0513, photos, ",
        "099CANON;000CANON, photos, ",
        "DCIM;Camera, photos, cameras",
        "10000012;10000013, photos, ",
        "001.Black_footed_Albatross;002.Laysan_Albatross, photos, ",
        "n01440764;n01443537, photos, "
    })
    void datesAndCamerasAreNoClasses(String names, String parent, String kind) {
        List<FolderNames.Folder> folders = Arrays.stream(names.split(";"))
                .map(name -> new FolderNames.Folder(parent, name))
                .toList();
        assertThat(FolderNames.noClasses(folders).orElse(null)).isEqualTo(kind);
    }

    @ParameterizedTest
    @CsvSource({"2019/05;2019/06;cats/a, dates", "cats/a;2019/05;2019/06, dates", "cats/05;cats/06;2019/07,"})
    void aMonthIsOneOnlyInAYear(String paths, String kind) {
        List<FolderNames.Folder> folders = Arrays.stream(paths.split(";"))
                .map(path -> new FolderNames.Folder(path.split("/")[0], path.split("/")[1]))
                .toList();
        assertThat(FolderNames.noClasses(folders).orElse(null)).isEqualTo(kind);
    }

    private DataSpec photos(String... paths) throws IOException {
        int gray = 0;
        for (String path : paths) {
            Path file = folder.resolve("photos").resolve(path);
            Files.createDirectories(file.getParent());
            Files.write(file, SampleFiles.image("png", 4, 4, gray += 0x101010));
        }
        return DataSpec.of(folder.resolve("photos").toString()).withCache(folder.resolve("cache"));
    }

    @Test
    void photosByYearHaveNoLabelsUnlessAskedFor() throws IOException {
        DataSpec spec = photos("2019/a.png", "2020/b.png", "loose.png");
        try (Dataset data = Dataset.open(spec)) {
            assertThat(data.classNames()).isEmpty();
            assertThat(data.hasFolderClasses()).isFalse();
            assertThat(data.items(Split.TRAIN).size()).as("the loose image too").isEqualTo(3);
            assertThat(data.warnings())
                    .containsExactly("folders such as 2019 are named after dates and not taken as classes;"
                            + " --set data.labelColumn=folders takes them");
        }
        try (Dataset data = Dataset.open(spec.withLabelColumn(DataSpec.FOLDERS))) {
            assertThat(data.classNames()).containsExactly("2019", "2020");
            assertThat(data.hasFolderClasses()).isTrue();
            assertThat(data.warnings()).isEmpty();
        }
    }

    @Test
    void anEvaluationSaysWhyThereAreNoLabels() throws IOException {
        DataSpec dated = photos("2019/a.png", "2020/b.png");
        assertUnlabeled(dated, "folders are named after dates or cameras", "--set data.labelColumn=folders");
        assertUnlabeled(dated.withLabelColumn(DataSpec.UNLABELED), "data.labelColumn=unlabeled leaves them out");
        Path loose = Files.createDirectory(folder.resolve("loose"));
        Files.write(loose.resolve("a.png"), SampleFiles.image("png", 4, 4, 1));
        Files.write(loose.resolve("b.png"), SampleFiles.image("png", 4, 4, 2));
        assertUnlabeled(dated.withPath(loose.toString()), "sort the files into a folder per class");
        Path table = Files.writeString(folder.resolve("table.csv"), "a,b\n1,2\n3,4\n");
        assertUnlabeled(dated.withPath(table.toString()), "name the column of labels with --label-column");
    }

    private static void assertUnlabeled(DataSpec spec, String... says) {
        try (Dataset data = Dataset.open(spec)) {
            assertThatThrownBy(data::forEvaluation)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("has no labels, expected a class for each item")
                    .hasMessageContaining("--protocol label-free")
                    .message()
                    .contains(says)
                    .satisfies(message ->
                            assertThat(message.contains("folder per class")).isEqualTo(says[0].contains("per class")));
        }
    }

    @Test
    void aColumnOfLabelsIsRefusedForDataWithoutColumns() throws IOException {
        DataSpec spec = photos("cat/a.png", "dog/b.png").withLabelColumn("breed");
        assertThatThrownBy(() -> Dataset.open(spec))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found data.labelColumn=breed for data without columns (image folder)")
                .hasMessageNotContaining("\n");
        try (Dataset other = Dataset.open(spec, null)) { // other data for the encoder of a table
            assertThat(other.classNames()).containsExactly("cat", "dog");
        }
    }

    @Test
    void theItemsKnowTheirPaths() throws IOException {
        try (Dataset data = Dataset.open(photos("cat/a.png", "dog/b.png", "dog/c.png"))) {
            Items items = data.items(Split.TRAIN);
            assertThat(items.paths()).containsExactly("cat/a.png", "dog/b.png", "dog/c.png");
            assertThat(items.subset(new int[] {2, 0}).paths()).containsExactly("dog/c.png", "cat/a.png");
            assertThat(data.names(Split.TRAIN)).isEqualTo(items.paths());
        }
    }

    @Test
    void dataThatAreReadWithoutClassesNeedNoNoteAboutFolders() throws IOException {
        DataSpec spec = photos("2019/a.png", "2020/b.png");
        for (String none : List.of("none", DataSpec.UNLABELED)) {
            try (Dataset data = Dataset.open(spec.withLabelColumn(none))) {
                assertThat(data.classNames()).isEmpty();
                assertThat(data.warnings()).isEmpty();
            }
        }
    }

    /// Earlier versions kept the classes of IDX files in the pack of a data set without classes.
    @Test
    void aPackWithClassesIsWrittenAgainIfNoneAreRead() throws IOException {
        Path digits = folder.resolve("train-images-idx3-ubyte");
        Files.write(digits, SampleFiles.idx(new byte[8], 2, 2, 2));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), SampleFiles.idx(new byte[] {1, 0}, 2));
        DataSpec with = DataSpec.of(digits.toString()).withCache(folder.resolve("with"));
        DataSpec without = with.withLabelColumn("none").withCache(folder.resolve("without"));
        Dataset.open(with).close();
        Dataset.open(without).close();
        Files.copy(pack("with"), pack("without"), StandardCopyOption.REPLACE_EXISTING);
        try (Dataset data = Dataset.open(without)) {
            assertThat(data.classNames()).isEmpty();
            assertThat(data.items(Split.TRAIN).labels()).isNull();
        }
    }

    private Path pack(String cache) throws IOException {
        try (var files = Files.newDirectoryStream(folder.resolve(cache), "*.pack")) {
            return files.iterator().next();
        }
    }

    /// The class of a table is no feature with `unlabeled`, and one with `none`.
    @Test
    void theLabelColumnOfATableIsLeftOutIfNoClassesAreRead() throws IOException {
        for (String header : List.of("a,b,class\n", "a,b,kind\n", "")) {
            boolean text = !header.contains("class");
            Path file = folder.resolve("table%d.csv".formatted(header.hashCode()));
            var rows = new StringBuilder(header);
            for (int i = 0; i < 40; i++) {
                rows.append("%.2f,%.2f,%s\n".formatted(i * 0.7 % 3, i * 0.3 % 5, text ? "kind" + i % 2 : i % 2));
            }
            Files.writeString(file, rows);
            DataSpec spec = DataSpec.of(file.toString()).withCache(folder.resolve("cache"));
            try (Dataset unlabeled = Dataset.open(spec.withLabelColumn(DataSpec.UNLABELED));
                    Dataset none = Dataset.open(spec.withLabelColumn("none"));
                    Dataset labeled = Dataset.open(spec)) {
                assertThat(labeled.classNames()).hasSize(2);
                assertThat(unlabeled.classNames()).isEmpty();
                assertThat(unlabeled.items(Split.TRAIN).labels()).isNull();
                assertThat(unlabeled.table()).isEqualTo(labeled.table());
                assertThat(none.table()).isNotEqualTo(labeled.table());
                assertThat(String.join("; ", unlabeled.warnings()))
                        .contains("is the label and was left out, because no classes are read");
            }
        }
    }

    @Test
    void aColumnThatMayBeTheClassIsNamedToo() throws IOException {
        Path file = folder.resolve("numbers.csv");
        var rows = new StringBuilder("a,b,c\n");
        for (int i = 0; i < 40; i++) {
            rows.append("%.2f,%.2f,%d\n".formatted(i * 0.7 % 3, i * 0.3 % 5, i % 2));
        }
        Files.writeString(file, rows);
        DataSpec spec = DataSpec.of(file.toString()).withCache(folder.resolve("cache"));
        try (Dataset data = Dataset.open(spec.withLabelColumn(DataSpec.UNLABELED))) {
            assertThat(data.warnings()).singleElement().asString().endsWith("use --set data.ignore=[3]");
        }
    }

    @Test
    void monthsInOneYearHaveNoLabels() throws IOException {
        try (Dataset data = Dataset.open(photos("2019/05/a.png", "2019/06/b.png"))) {
            assertThat(data.classNames()).isEmpty();
        }
    }

    @Test
    void photosByYearMayHaveAListOfLabels() throws IOException {
        DataSpec spec = photos("2019/a.png", "2020/b.png");
        Files.writeString(folder.resolve("photos/labels.csv"), "file,label\na.png,cat\nb.png,dog\n");
        try (Dataset data = Dataset.open(spec)) {
            assertThat(data.classNames()).containsExactly("cat", "dog");
        }
    }

    @Test
    void noLabelsAreReadIfThereAreNone() throws IOException {
        DataSpec spec = photos("cat/a.png", "dog/b.png", "dog/c.png");
        try (Dataset data = Dataset.open(spec)) {
            assertThat(data.classNames()).containsExactly("cat", "dog");
            assertThat(data.summary().text()).contains("2: cat, dog (the names of the folders)");
        }
        try (Dataset data = Dataset.open(spec.withLabelColumn("none"))) {
            assertThat(data.classNames()).isEmpty();
            assertThat(data.items(Split.TRAIN).labels()).isNull();
        }
        Path digits = folder.resolve("train-images-idx3-ubyte");
        Files.write(digits, SampleFiles.idx(new byte[8], 2, 2, 2));
        Files.write(folder.resolve("train-labels-idx1-ubyte"), SampleFiles.idx(new byte[] {1, 0}, 2));
        DataSpec idx = spec.withPath(digits.toString());
        try (Dataset with = Dataset.open(idx);
                Dataset without = Dataset.open(idx.withLabelColumn("none"))) {
            assertThat(with.classNames()).isNotEmpty();
            assertThat(without.classNames()).isEmpty();
            assertThat(without.items(Split.TRAIN).labels()).isNull();
        }
    }

    @Test
    void filesBesideTheImagesAreNotReadEither() throws IOException {
        DataSpec spec = photos("a.png", "b.png");
        Files.write(folder.resolve("photos/a.cls"), "1".getBytes(StandardCharsets.UTF_8));
        Files.write(folder.resolve("photos/b.cls"), "0".getBytes(StandardCharsets.UTF_8));
        try (Dataset with = Dataset.open(spec);
                Dataset without = Dataset.open(spec.withLabelColumn("none"))) {
            assertThat(with.classNames()).hasSize(2);
            assertThat(without.classNames()).isEmpty();
            assertThat(without.warnings()).isEmpty();
        }
    }
}
