package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.fullrank.file.ArrayRole;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatasetFormatsTest {
    @TempDir
    Path folder;

    private Dataset open(Path path) {
        return Dataset.open(spec(path));
    }

    private DataSpec spec(Path path) {
        return DataSpec.of(path.toString()).withCache(folder.resolve("cache"));
    }

    private static Images images(Dataset data, Split split) {
        return (Images) data.items(split);
    }

    private static Labels labels(Items items) {
        return Objects.requireNonNull(items.labels());
    }

    private static Map<String, byte[]> splitImages() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("set/train/dog/b.png", SampleFiles.image("png", 5, 4, 0x00FF00));
        files.put("set/train/cat/a.png", SampleFiles.image("png", 3, 7, 0xFF0000));
        files.put("set/validation/cat/c.png", SampleFiles.image("png", 3, 3, 0x0000FF));
        files.put("set/train/README.txt", "text".getBytes(StandardCharsets.UTF_8));
        return files;
    }

    @Test
    void folderAndEveryArchiveOfTheSameImagesHaveTheSameFingerprint() {
        splitImages()
                .forEach((name, bytes) ->
                        SampleFiles.write(folder.resolve("tree").resolve(name), bytes));
        Path tar = SampleFiles.write(folder.resolve("a.tar"), SampleFiles.tar(splitImages()));
        Path tgz = SampleFiles.write(folder.resolve("noname"), SampleFiles.gzip(SampleFiles.tar(splitImages())));
        Path zip = SampleFiles.write(folder.resolve("a.zip"), SampleFiles.zip(splitImages()));
        try (var tree = open(folder.resolve("tree"));
                var a = open(tar);
                var b = open(tgz);
                var c = open(zip)) {
            assertThat(tree.format()).isEqualTo("image folder");
            assertThat(b.format()).isEqualTo("tar.gz of images");
            assertThat(tree.splits()).containsExactly(Split.TRAIN, Split.VALIDATION);
            assertThat(a.fingerprint()).isEqualTo(tree.fingerprint());
            assertThat(b.fingerprint()).isEqualTo(tree.fingerprint());
            assertThat(c.fingerprint()).isEqualTo(tree.fingerprint());
            Images train = images(a, Split.TRAIN);
            assertThat(labels(train).names()).containsExactly("cat", "dog");
            assertThat(labels(train).classes()).containsExactly(0, 1);
            assertThat(train.height(0)).isEqualTo(3);
            assertThat(train.width(0)).isEqualTo(7);
            assertThat(train.uniform()).isFalse();
            assertThat(train.copy(1)).startsWith(0, 255, 0);
            assertThat(a.skipped()).isEmpty();
        }
    }

    @Test
    void flatFolderIsUnlabeledAndOneClassFolderHasOneClass() {
        SampleFiles.write(folder.resolve("flat/a.png"), SampleFiles.image("png", 2, 2, 1));
        SampleFiles.write(folder.resolve("one/cats/a.png"), SampleFiles.image("png", 2, 2, 1));
        try (var flat = open(folder.resolve("flat"));
                var one = open(folder.resolve("one"))) {
            assertThat(flat.items(Split.TRAIN).labels()).isNull();
            assertThat(labels(one.items(Split.TRAIN)).names()).containsExactly("cats");
        }
    }

    @Test
    void idxPairsImagesWithLabelsCompressedOrNot() {
        byte[] pixels = SampleFiles.counting(3 * 2 * 4);
        SampleFiles.write(
                folder.resolve("m/train-images-idx3-ubyte.gz"), SampleFiles.gzip(SampleFiles.idx(pixels, 3, 2, 4)));
        SampleFiles.write(folder.resolve("m/train-labels-idx1-ubyte"), SampleFiles.idx(new byte[] {2, 0, 1}, 3));
        SampleFiles.write(folder.resolve("m/t10k-images-idx3-ubyte"), SampleFiles.idx(pixels, 3, 2, 4));
        try (var data = open(folder.resolve("m"));
                var single = open(folder.resolve("m/t10k-images-idx3-ubyte"))) {
            Images train = images(data, Split.TRAIN);
            assertThat(data.format()).isEqualTo("IDX");
            assertThat(train.channels()).isEqualTo(1);
            assertThat(train.copy(1)).containsExactly(8, 9, 10, 11, 12, 13, 14, 15);
            assertThat(labels(train).classes()).containsExactly(2, 0, 1);
            assertThat(images(data, Split.TEST).labels()).isNull();
            assertThat(single.splits()).containsExactly(Split.TEST);
        }
    }

    @Test
    void cifarPlanesBecomePixels() {
        byte[] ten = new byte[2 * 3073];
        ten[0] = 9;
        ten[1] = 10;
        ten[1 + 1024] = 20;
        ten[1 + 2048] = 30;
        ten[3073] = 3;
        byte[] hundred = new byte[3074];
        hundred[0] = 19;
        hundred[1] = 99;
        hundred[2 + 1023] = 77;
        Path tar = SampleFiles.write(
                folder.resolve("c.tar.gz"),
                SampleFiles.gzip(SampleFiles.tar(Map.of("c/data_batch_1.bin", ten, "c/test_batch.bin", ten))));
        SampleFiles.write(folder.resolve("h/train.bin"), hundred);
        Path single = SampleFiles.write(folder.resolve("x.bin.gz"), SampleFiles.gzip(ten));
        try (var c10 = open(tar);
                var c100 = open(folder.resolve("h"));
                var one = open(single)) {
            assertThat(c10.format()).isEqualTo("CIFAR-10 binary");
            assertThat(images(c10, Split.TRAIN).copy(0)).startsWith(10, 20, 30);
            assertThat(labels(c10.items(Split.TEST)).classes()).containsExactly(9, 3);
            assertThat(c10.classNames()).element(3).isEqualTo("cat");
            assertThat(c100.format()).isEqualTo("CIFAR-100 binary");
            assertThat(labels(c100.items(Split.TRAIN)).classes()).containsExactly(99);
            assertThat(images(c100, Split.TRAIN).copy(0)[3 * 1023]).isEqualTo((byte) 77);
            assertThat(one.items(Split.TRAIN).size()).isEqualTo(2);
        }
    }

    @Test
    void stlPixelsAreColumnMajorAndLabelsBeginAtOne() {
        byte[] image = new byte[3 * 96 * 96];
        image[1] = 50;
        image[96] = 60;
        SampleFiles.write(folder.resolve("s/train_X.bin"), image);
        SampleFiles.write(folder.resolve("s/train_y.bin"), new byte[] {10});
        SampleFiles.write(folder.resolve("s/unlabeled_X.bin"), image);
        try (var data = open(folder.resolve("s"))) {
            byte[] pixels = images(data, Split.TRAIN).copy(0);
            assertThat(data.splits()).containsExactly(Split.TRAIN, Split.UNLABELED);
            assertThat(pixels[3 * 96]).as("second row, first column").isEqualTo((byte) 50);
            assertThat(pixels[3]).as("first row, second column").isEqualTo((byte) 60);
            assertThat(labels(data.items(Split.TRAIN)).classes()).containsExactly(9);
            assertThat(data.items(Split.UNLABELED).labels()).isNull();
        }
    }

    @Test
    void numpyImagesOfEitherChannelOrderBecomeTheSame() {
        byte[] last = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        byte[] first = {1, 4, 7, 10, 2, 5, 8, 11, 3, 6, 9, 12};
        Path a = SampleFiles.write(folder.resolve("a.npy"), SampleFiles.npy("|u1", false, "1, 2, 2, 3", last));
        Path b = SampleFiles.write(
                folder.resolve("b.npy.gz"), SampleFiles.gzip(SampleFiles.npy("|u1", false, "1, 3, 2, 2", first)));
        try (var x = open(a);
                var y = open(b)) {
            assertThat(x.format()).isEqualTo("NumPy images");
            assertThat(images(x, Split.TRAIN).copy(0)).containsExactly(last);
            assertThat(y.fingerprint()).isEqualTo(x.fingerprint());
        }
    }

    @Test
    void npzHoldsVectorsLabelsAndSplitsByName() {
        ByteBuffer values = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
        values.putDouble(1.5).putDouble(2.5).putDouble(3.5).putDouble(-4.5);
        byte[] labels = {7, 5};
        Path npz = SampleFiles.write(
                folder.resolve("v.npz"),
                SampleFiles.zip(Map.of(
                        "x_train.npy", SampleFiles.npy("<f8", false, "2, 2", values.array()),
                        "y_train.npy", SampleFiles.npy("|u1", false, "2,", labels),
                        "x_test.npy", SampleFiles.npy("<f8", true, "2, 2", values.array()))));
        try (var data = open(npz)) {
            assertThat(data.format()).isEqualTo("NumPy vectors");
            assertThat(((Vectors) data.items(Split.TRAIN)).copy(1)).containsExactly(3.5f, -4.5f);
            assertThat(((Vectors) data.items(Split.TEST)).copy(1)).containsExactly(2.5f, -4.5f);
            assertThat(labels(data.items(Split.TRAIN)).names()).containsExactly("5", "7");
            assertThat(labels(data.items(Split.TRAIN)).classes()).containsExactly(1, 0);
        }
    }

    /// Two arrays of data for each split; the user names one by its own name or by the name that both
    /// splits share.
    @ParameterizedTest
    @ValueSource(strings = {"z", "z_train", "test_z"})
    void anArrayThatIsNamedIsThatOfAllSplits(String array) {
        Path npz = SampleFiles.write(
                folder.resolve("v.npz"),
                SampleFiles.zip(Map.of(
                        "x_train.npy", SampleFiles.npy("|u1", false, "2, 1", new byte[] {1, 2}),
                        "z_train.npy", SampleFiles.npy("|u1", false, "2, 1", new byte[] {3, 4}),
                        "x_test.npy", SampleFiles.npy("|u1", false, "1, 1", new byte[] {5}),
                        "test_z.npy", SampleFiles.npy("|u1", false, "1, 1", new byte[] {6}))));
        try (var data = Dataset.open(spec(npz).withArray(array))) {
            assertThat(((Vectors) data.items(Split.TRAIN)).copy(1)).containsExactly(4f);
            assertThat(((Vectors) data.items(Split.TEST)).copy(0)).containsExactly(6f);
            assertThat(data.warnings()).singleElement().asString().contains("x_train", "x_test");
        }
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> open(npz))
                .withMessageContaining("name it with data.array");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "y",
                "label",
                "labels",
                "target",
                "targets",
                "class",
                "classes",
                "category",
                "image_labels",
                "Y_train",
                "train-labels",
                "x_label",
                "label_data",
                "class_id",
                "fine_labels",
                "arr_1"
            })
    void namesOfLabelsAreAccepted(String name) {
        Path npz = SampleFiles.write(
                folder.resolve("v.npz"),
                SampleFiles.zip(Map.of(
                        "images.npy",
                        SampleFiles.npy("|u1", false, "2, 1", new byte[] {1, 2}),
                        name + ".npy",
                        SampleFiles.npy("|u1", false, "2,", new byte[] {7, 5}))));
        try (var data = open(npz)) {
            assertThat(labels(data.items(Split.TRAIN)).names()).containsExactly("5", "7");
        }
        assertThat(ArrayRole.of(name)).isEqualTo(ArrayRole.LABELS);
    }

    @ParameterizedTest
    @CsvSource({
        "class_names, OTHER", "class_weights, OTHER", "lengths, OTHER", "label_images, DATA", "class_embeddings, DATA",
        "x_data, DATA", "data, DATA", "train_data, DATA", "arr_0, DATA", "Z, DATA",
    })
    void otherNamesAreNoLabels(String name, ArrayRole role) {
        assertThat(ArrayRole.of(name)).isEqualTo(role);
    }

    @Test
    void csvLabelsAreFoundByNameByPositionAndAlone() throws Exception {
        Path header = Files.writeString(folder.resolve("h.csv"), "a;class;b\n1;10;2\n3;9;4\n");
        Path bare = Files.writeString(folder.resolve("b.csv"), "1,2,x\n3,4,y\n5,6,x\n");
        try (var named = open(header);
                var placed = Dataset.open(spec(header).withLabelColumn("-1"));
                var guessed = open(bare)) {
            assertThat(labels(named.items(Split.TRAIN)).names()).containsExactly("9", "10");
            assertThat(labels(named.items(Split.TRAIN)).classes()).containsExactly(1, 0);
            assertThat(((Vectors) named.items(Split.TRAIN)).copy(1)).containsExactly(3, 4);
            assertThat(((Vectors) placed.items(Split.TRAIN)).copy(0)).containsExactly(1, 10);
            assertThat(labels(guessed.items(Split.TRAIN)).classes()).containsExactly(0, 1, 0);
            assertThat(guessed.items(Split.TRAIN).size()).isEqualTo(3);
        }
    }

    @Test
    void whatWasIgnoredAndWhatWasLeftOutIsListedNowAndFromThePack() {
        byte[] profile = JpegSample.profile(1, 2, new byte[20]);
        SampleFiles.write(folder.resolve("set/a.jpg"), JpegSample.with(SampleFiles.image("jpg", 8, 8, 255), profile));
        SampleFiles.write(folder.resolve("set/b.png"), SampleFiles.image("png", 8, 8, 255));
        SampleFiles.write(folder.resolve("set/c.avif"), "\0\0\0\30ftypavif".getBytes(StandardCharsets.ISO_8859_1));
        DataSpec spec = spec(folder.resolve("set")).withMaxSkippedShare(0.5);
        for (int time = 0; time < 2; time++) {
            try (var data = Dataset.open(spec)) {
                assertThat(data.items(Split.TRAIN).size()).isEqualTo(2);
                assertThat(data.warnings())
                        .containsExactly("the color profile is ignored because pieces of it are missing or misnumbered,"
                                + " in 1 images, first a.jpg");
                assertThat(data.skipped())
                        .containsExactly(new Skipped("c.avif", "AVIF cannot be read; convert it to PNG or JPEG"));
            }
        }
    }

    @Test
    void summaryTellsSizesClassesAndFingerprint() {
        splitImages()
                .forEach((name, bytes) ->
                        SampleFiles.write(folder.resolve("tree").resolve(name), bytes));
        try (var data = open(folder.resolve("tree"))) {
            Summary summary = data.summary();
            assertThat(summary.splits().getFirst().classCounts()).containsExactly(1, 1);
            assertThat(summary.splits().getFirst().height()).isEqualTo(new Summary.Range(3, 5, 5));
            assertThat(summary.text())
                    .contains("image folder", data.fingerprint(), "images, sides from ", ", color\n")
                    .containsPattern("classes +2: ")
                    .containsPattern("in train +1 items of each class");
        }
    }

    /// The held-out items are training items, which pretraining sees, unless it has an unlabeled split.
    @Test
    void theProtocolSaysThatPretrainingHasSeenWhatIsHeldOut() {
        String held = "20 % held out of each class, seed 0";
        for (String set : new String[] {"alone", "beside"}) {
            for (int i = 0; i < 4; i++) {
                byte[] image = SampleFiles.image("png", 4, 4, 0x102030 * i);
                SampleFiles.write(
                        folder.resolve(set + "/train/" + (i % 2 == 0 ? "cat" : "dog") + "/" + i + ".png"), image);
            }
        }
        SampleFiles.write(folder.resolve("beside/unlabeled/u.png"), SampleFiles.image("png", 4, 4, 0xFFFFFF));
        try (var alone = open(folder.resolve("alone"));
                var beside = open(folder.resolve("beside"))) {
            assertThat(alone.forEvaluation().protocol())
                    .isEqualTo(held + " (seen in pretraining on these data, without labels)");
            assertThat(beside.splits()).contains(Split.UNLABELED);
            assertThat(beside.forEvaluation().protocol()).isEqualTo(held);
        }
    }
}
