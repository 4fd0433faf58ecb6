package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Classes of splits that are named in different ways, and items without a class.
class ClassesTest {
    @TempDir
    Path folder;

    private DataSpec spec(Path path) {
        return DataSpec.of(path.toString()).withCache(folder.resolve("cache"));
    }

    private Path table(String train, String test) throws IOException {
        Path set = Files.createDirectories(folder.resolve("set"));
        Files.writeString(set.resolve("train.csv"), "a,b,label\n" + rows(train));
        Files.writeString(set.resolve("test.csv"), "a,b,label\n" + rows(test));
        return set;
    }

    private static String rows(String labels) {
        var rows = new StringBuilder();
        int i = 0;
        for (String label : labels.split(" ")) {
            rows.append(i)
                    .append(',')
                    .append(i++ * 7 % 5)
                    .append(',')
                    .append(label.replace("_", ""))
                    .append('\n');
        }
        return rows.toString();
    }

    private static Labels labels(Items items) {
        return Objects.requireNonNull(items.labels());
    }

    @Test
    void theSameNumberIsTheSameClass() throws IOException {
        try (Dataset data = Dataset.open(spec(table("0 1 2 0 1 2", "0.0 1.0 2.0")))) {
            assertThat(data.classNames()).containsExactly("0", "1", "2");
            assertThat(labels(data.items(Split.TEST)).classes()).containsExactly(0, 1, 2);
            assertThat(data.warnings()).contains("class '0.0' was joined with class '0': they are one number");
        }
    }

    @Test
    void theSameTextInUnicodeIsTheSameClass() throws IOException {
        String composed = "caf\u00e9";
        String decomposed = "cafe\u0301";
        try (Dataset data = Dataset.open(spec(table(composed + " tea", decomposed + " tea")))) {
            assertThat(data.classNames()).hasSize(2);
            assertThat(labels(data.items(Split.TEST)).classes())
                    .containsExactly(labels(data.items(Split.TRAIN)).classes());
        }
    }

    @Test
    void namesThatDifferByCaseAreOfferedAsTheSame() throws IOException {
        Path set = table("Dog Cat Dog Cat", "dog cat");
        try (Dataset data = Dataset.open(spec(set))) {
            assertThat(data.warnings())
                    .contains("test split: the training split lacks 2 classes: cat, dog; 'cat' and 'Cat' differ only by"
                            + " case: --set data.ignoreCase=true makes them one class");
            assertThatExceptionOfType(InputException.class)
                    .isThrownBy(data::forEvaluation)
                    .withMessageContaining("the test split has classes cat, dog, expected some of the training split");
        }
        try (Dataset data = Dataset.open(spec(set).withIgnoreCase(true))) {
            assertThat(data.classNames()).containsExactly("Cat", "Dog");
            assertThat(labels(data.forEvaluation().test()).classes()).containsExactly(1, 0);
        }
    }

    /// Comparing each class with each other one would take hours.
    @Test
    void aHundredThousandClassesAreCompared() {
        List<String> names =
                IntStream.range(0, 200_000).mapToObj(i -> "Class" + i).toList();
        int[] train = IntStream.range(0, 100_000).toArray();
        int[] test = IntStream.range(100_000, 200_000).toArray();
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() ->
                        ClassCheck.requireShared("x", new Labels(train, names), Split.TEST, new Labels(test, names)))
                .withMessageEndingWith("make the names alike");
        assertThat(ClassNames.alike(
                        names,
                        names.stream()
                                .map(name -> name.toLowerCase(Locale.ROOT))
                                .toList()
                                .reversed()))
                .contains(Map.entry("Class0", "class0"));
        assertThat(ClassNames.join(names, true).names()).hasSize(200_000);
    }

    @Test
    void classesThatOnlyOneSplitHasAreNamed() throws IOException {
        try (Dataset data = Dataset.open(spec(table("x y x y", "x z")))) {
            assertThat(data.warnings())
                    .containsExactly(
                            "test split: the training split lacks 1 classes: z", "test split: it lacks 1 classes: y");
            assertThat(data.forEvaluation().test().size()).isEqualTo(2);
        }
    }

    @Test
    void aRetrievalMayAskForClassesThatTheTrainingSplitLacks() throws IOException {
        try (Dataset data = Dataset.open(spec(table("a b a b", "c d c d _")))) {
            assertThatExceptionOfType(InputException.class).isThrownBy(data::forEvaluation);
            TrainTest items = data.forRetrieval();
            assertThat(items.protocol()).isEqualTo("test split, all of classes unseen in training");
            assertThat(labels(items.test()).classes()).containsExactly(2, 3, 2, 3);
        }
        try (Dataset data = Dataset.open(spec(table("x y x y", "x z")))) {
            assertThat(data.forRetrieval().protocol())
                    .isEqualTo(data.forEvaluation().protocol());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0 1 -1 2 -1 0, 2, 'minus one beside 0 and 1 says that there is no label'",
        "a b _ a _ b, 2, 'an empty cell'",
        "-1 1 1 -1 1 -1, 0, 'minus one beside 1 alone is a class'",
        "0.0 1.0 nan 0.0 nan 1.0, 2, 'pandas writes missing labels as nan'",
    })
    void rowsWithoutALabelAreCountedAndLeftOutOfEvaluation(String train, int unlabeled, String why) throws IOException {
        Path file = Files.writeString(folder.resolve("x.csv"), "a,b,label\n" + rows(train));
        try (Dataset data = Dataset.open(spec(file))) {
            assertThat(data.items(Split.TRAIN).size()).isEqualTo(6);
            assertThat(labels(data.items(Split.TRAIN)).unlabeled()).as(why).isEqualTo(unlabeled);
            TrainTest items = data.forEvaluation();
            assertThat(items.train().size() + items.test().size()).isEqualTo(6 - unlabeled);
            assertThat(labels(items.train()).unlabeled()).isZero();
            assertThat(data.warnings().isEmpty()).isEqualTo(unlabeled == 0);
        }
    }

    private static Map<String, byte[]> tinyImageNet() {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (int i = 0; i < 3; i++) {
            files.put("tiny/train/n1/images/n1_" + i + ".png", SampleFiles.image("png", 3, 3, 10 + i));
            files.put("tiny/train/n2/images/n2_" + i + ".png", SampleFiles.image("png", 3, 3, 20 + i));
            files.put("tiny/val/images/val_" + i + ".png", SampleFiles.image("png", 3, 3, 30 + i));
            files.put("tiny/test/images/test_" + i + ".png", SampleFiles.image("png", 3, 3, 40 + i));
        }
        return files;
    }

    @Test
    void aSplitOfOneForeignFolderHasNoClasses() {
        tinyImageNet().forEach((name, bytes) -> SampleFiles.write(folder.resolve(name), bytes));
        try (Dataset data = Dataset.open(spec(folder.resolve("tiny")))) {
            assertThat(data.classNames()).containsExactly("n1", "n2");
            assertThat(data.items(Split.VALIDATION).labels()).isNull();
            assertThat(data.warnings())
                    .contains(
                            "validation split: all images lie in one folder, images, which is no class of the training"
                                    + " split; they have no labels");
        }
    }

    @Test
    void aListOfLabelsGivesTheClassesInFolderAndArchive() {
        Map<String, byte[]> files = tinyImageNet();
        files.put(
                "tiny/val/val_annotations.txt",
                "val_0.png\tn2\t0\t0\t2\t2\nval_1.png\tn1\t0\t0\t2\t2\nval_2.png\tn2\t1\t0\t2\t2\n"
                        .getBytes(StandardCharsets.UTF_8));
        files.forEach((name, bytes) -> SampleFiles.write(folder.resolve(name), bytes));
        Path tar = SampleFiles.write(folder.resolve("a.tar"), SampleFiles.tar(files));
        for (Path path : new Path[] {folder.resolve("tiny"), tar}) {
            try (Dataset data = Dataset.open(spec(path))) {
                assertThat(labels(data.items(Split.VALIDATION)).classes()).containsExactly(1, 0, 1);
                assertThat(data.warnings().getFirst()).endsWith("val/val_annotations.txt");
                assertThat(data.forEvaluation().test().size()).isEqualTo(3);
            }
        }
    }

    @Test
    void aListThatNamesFewImagesIsSaid() {
        Map<String, byte[]> files = tinyImageNet();
        files.put("tiny/val/val_annotations.txt", "val_0.png\tn2\t0\t0\t2\t2\n".getBytes(StandardCharsets.UTF_8));
        files.forEach((name, bytes) -> SampleFiles.write(folder.resolve(name), bytes));
        try (Dataset data = Dataset.open(spec(folder.resolve("tiny")))) {
            assertThat(data.items(Split.VALIDATION).labels()).isNull();
            assertThat(data.warnings())
                    .contains("validation split: val/val_annotations.txt was not read, because it names 1 of 3 images,"
                            + " expected half");
        }
    }

    /// File names start again in each split.
    @Test
    void aListBelongsToTheSplitInWhichItLies() {
        Path set = folder.resolve("again");
        for (String split : new String[] {"train", "val", "test"}) {
            for (String image : new String[] {"1", "2"}) {
                SampleFiles.write(
                        set.resolve(split + "/images/" + image + ".png"),
                        SampleFiles.image("png", 3, 3, split.length()));
            }
        }
        SampleFiles.write(set.resolve("train/labels.csv"), "1.png,cat\n2.png,dog\n".getBytes(StandardCharsets.UTF_8));
        SampleFiles.write(set.resolve("val/labels.csv"), "1.png,dog\n2.png,cat\n".getBytes(StandardCharsets.UTF_8));
        try (Dataset data = Dataset.open(spec(set))) {
            assertThat(labels(data.items(Split.TRAIN)).classes()).containsExactly(0, 1);
            assertThat(labels(data.items(Split.VALIDATION)).classes()).containsExactly(1, 0);
            assertThat(data.items(Split.TEST).labels())
                    .as("no list, no labels of another split")
                    .isNull();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "labels.csv, 'file,label~a.png,cat~b.png,dog~c.png,cat'",
        "y.tsv, 'label\tname\tsize~cat\ta\t3~dog\tb\t4~cat\tc\t5'",
        "list.txt, 'photos/a.png cat~photos/b.png dog~photos/c.png cat'",
    })
    void aListBesideAFlatFolderGivesTheClasses(String name, String text) {
        Path flat = folder.resolve("flat");
        for (String image : new String[] {"a", "b", "c", "d"}) {
            SampleFiles.write(flat.resolve("photos/" + image + ".png"), SampleFiles.image("png", 3, 3, 5));
        }
        SampleFiles.write(flat.resolve(name), text.replace('~', '\n').getBytes(StandardCharsets.UTF_8));
        try (Dataset data = Dataset.open(spec(flat))) {
            assertThat(data.classNames()).containsExactly("cat", "dog");
            assertThat(labels(data.items(Split.TRAIN)).classes()).containsExactly(0, 1, 0, Labels.UNLABELED);
        }
    }
}
