package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Classes in files beside the images, and shards.
class WebDatasetTest {
    @TempDir
    Path folder;

    private int tars;

    private DataSpec spec(Path path) {
        return DataSpec.of(path.toString()).withCache(folder.resolve("cache"));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// Members by name: an image for the names of images, otherwise the text behind `=`.
    private static Map<String, byte[]> members(String... members) {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String member : members) {
            String[] parts = member.split("=", 2);
            boolean image = parts.length == 1;
            files.put(
                    parts[0], image ? SampleFiles.image("png", 3, 3, parts[0].hashCode() & 0xFFFFFF) : text(parts[1]));
        }
        return files;
    }

    private void shard(String name, String... members) {
        byte[] tar = SampleFiles.tar(members(members));
        SampleFiles.write(folder.resolve("set").resolve(name), name.endsWith("gz") ? SampleFiles.gzip(tar) : tar);
    }

    private Dataset open() {
        return Dataset.open(spec(folder.resolve("set")));
    }

    /// Each archive has a folder of its own. A cache could take a file for the one before it, if both have the same
    /// path and size, and were written in the same moment.
    private Dataset tar(String... members) {
        Path file = folder.resolve("%d/one.tar".formatted(tars++));
        return Dataset.open(spec(SampleFiles.write(file, SampleFiles.tar(members(members)))));
    }

    private void assertRefused(Path path, String... says) {
        assertThatThrownBy(() -> Dataset.open(spec(path)))
                .isInstanceOf(InputException.class)
                .hasMessageNotContaining("\n")
                .message()
                .contains(says);
    }

    private static int[] classes(Dataset data, Split split) {
        return Objects.requireNonNull(data.items(split).labels()).classes();
    }

    @Test
    void shardsAreOneDataSetWithTheSplitsOfTheirNames() {
        shard("pets-train-000000.tar", "0001.png", "0001.cls=10\n", "0001.txt=a cat", "0002.png", "0002.cls=2");
        shard("pets-train-000001.tar.gz", "0001.png", "0001.cls=0");
        shard("pets-val-000000.tar", "0001.cls=2", "0001.png");
        SampleFiles.write(folder.resolve("set/README.md"), text("about"));
        try (Dataset data = open()) {
            assertThat(data.format()).isEqualTo("shards of images");
            assertThat(data.classNames()).containsExactly("0", "2", "10");
            assertThat(classes(data, Split.TRAIN)).containsExactly(2, 1, 0);
            assertThat(classes(data, Split.VALIDATION)).containsExactly(1);
            assertThat(data.names(Split.TRAIN).getFirst()).isEqualTo("pets-train-000000.tar/0001.png");
        }
    }

    @Test
    void shardsWithoutTheNameOfASplitAreTheTrainingSplit() {
        shard("00000.tar", "a/0001.png", "a/0001.json={\"label\": \"ape\", \"url\": [1]}");
        shard("00001.tar", "b/0001.png", "b/0001.json={\"class\": \"bee\"}");
        try (Dataset data = open()) {
            assertThat(data.splits()).containsExactly(Split.TRAIN);
            assertThat(data.classNames()).containsExactly("ape", "bee");
        }
    }

    @Test
    void folderAndArchivesWithFilesBesideTheImagesAreEqual() {
        Map<String, byte[]> files =
                members("x/1.png", "x/1.cls=b", "x/2.png", "x/2.json={\"cls\": \"a\"}", "x/3.png", "x/3.txt=caption");
        files.forEach((name, bytes) -> SampleFiles.write(folder.resolve("tree").resolve(name), bytes));
        Path tar = SampleFiles.write(folder.resolve("a.tar"), SampleFiles.tar(files));
        Path zip = SampleFiles.write(folder.resolve("a.zip"), SampleFiles.zip(files));
        try (Dataset tree = Dataset.open(spec(folder.resolve("tree")));
                Dataset inTar = Dataset.open(spec(tar));
                Dataset inZip = Dataset.open(spec(zip))) {
            assertThat(classes(tree, Split.TRAIN)).containsExactly(1, 0, Labels.UNLABELED);
            assertThat(tree.warnings())
                    .containsExactly(
                            "train split: the classes are those of 2 files beside the images",
                            "train split: 1 of 3 items have no label;" + " evaluations leave them out");
            assertThat(inTar.fingerprint()).isEqualTo(tree.fingerprint()).isEqualTo(inZip.fingerprint());
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        3.json={"label": 3                          | it is no JSON
        3.json={"label": [3]}                       | its field label is neither a number nor a text
        3.json={"label": 1, "class": 2}             | it says '2', but '1' is said too
        3.json={"label": 1e999}                     | its field label is neither a number nor a text
        """)
    void whatIsNotUnderstoodIsNamedAndGivesNoLabel(String member, String reason) {
        try (Dataset data = tar("1.png", "1.cls=0", "2.png", "2.cls=1", "3.png", member)) {
            assertThat(classes(data, Split.TRAIN)).containsExactly(0, 1, Labels.UNLABELED);
            assertThat(String.join("\n", data.warnings()))
                    .contains("1 files beside images are not understood, first 3.json (" + reason);
        }
    }

    @Test
    void twoFilesThatContradictEachOtherGiveNoLabel() {
        try (Dataset data = tar("1.png", "1.cls=0", "2.png", "2.cls=1", "2.json={\"label\": 2}", "3.png", "3.cls=1")) {
            assertThat(classes(data, Split.TRAIN)).containsExactly(0, Labels.UNLABELED, 1);
        }
    }

    @Test
    void minusOneAndEmptyFilesAreNoLabel() {
        try (Dataset data = tar("1.png", "1.cls=0", "2.png", "2.cls=-1", "3.png", "3.cls= ", "4.png", "4.cls=1")) {
            assertThat(classes(data, Split.TRAIN)).containsExactly(0, Labels.UNLABELED, Labels.UNLABELED, 1);
        }
    }

    @Test
    void twoImagesOfOneKeyAreRefused() {
        Path file = folder.resolve("two.tar");
        for (String other : List.of("1.gif.png", "1.png")) {
            SampleFiles.write(file, SampleFiles.tar(members("1.jpg", "1.cls=0", other, "2.png", "2.cls=1")));
            assertRefused(file, "the images 1.jpg and " + other + " have one key", "remove one");
        }
    }

    @Test
    void aKeyThatIsSplitAcrossShardsHasNoLabelAndIsNamed() {
        shard("0000.tar", "1.png", "1.cls=0", "2.png");
        shard("0001.tar", "2.cls=1", "3.png", "3.cls=1");
        try (Dataset data = open()) {
            assertThat(classes(data, Split.TRAIN)).containsExactly(0, Labels.UNLABELED, 1);
            assertThat(data.warnings())
                    .contains("1 files of labels have no image of the same name in the same folder or shard, first"
                            + " 0001.tar/2.cls");
        }
    }

    @Test
    void fewFilesBesideImagesDoNotReplaceTheFolders() {
        try (Dataset data = tar("a/1.png", "a/1.cls=7", "a/2.png", "b/1.png", "b/2.png")) {
            assertThat(data.classNames()).containsExactly("a", "b");
            assertThat(data.warnings().getFirst()).contains("the folders are the classes");
        }
        try (Dataset data = tar("000/1.png", "000/1.cls=7", "001/2.png", "001/2.cls=8", "001/3.png")) {
            assertThat(data.classNames()).containsExactly("7", "8");
        }
    }

    @Test
    void jsonWithoutAClassIsNoLabel() {
        try (Dataset data =
                tar("a/1.png", "a/1.json={\"shapes\": [{\"label\": \"eye\"}]}", "b/1.png", "index.json={")) {
            assertThat(data.classNames()).containsExactly("a", "b");
            assertThat(data.warnings()).isEmpty();
        }
    }

    @Test
    void aDamagedShardIsNamed() {
        shard("0000.tar", "1.png", "1.cls=0");
        byte[] tar = SampleFiles.tar(members("2.png", "2.cls=0"));
        SampleFiles.write(folder.resolve("set/0001.tar"), Arrays.copyOf(tar, 700));
        assertRefused(folder.resolve("set"), "cannot be read: shard 0001.tar: ");
    }

    @Test
    void tarsThatAreNoShardsAreNotGuessed() {
        shard("cats.tar", "1.png");
        shard("dogs.tar", "1.png");
        assertRefused(folder.resolve("set"), "2 files of no known format");
        shard("0000.tar", "1.png");
        SampleFiles.write(folder.resolve("set/x.png"), SampleFiles.image("png", 3, 3, 1));
        assertRefused(folder.resolve("set"), "holds the image x.png and the shard 0000.tar");
    }
}
