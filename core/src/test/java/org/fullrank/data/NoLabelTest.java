package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Labels that say that there is none.
class NoLabelTest {
    @TempDir
    Path folder;

    private DataSpec spec(Path path) {
        return DataSpec.of(path.toString()).withCache(folder.resolve("cache"));
    }

    /// Labels are separated by spaces; `_` stands for an empty one.
    private static List<String> labels(String text) {
        return Arrays.stream(text.split(" "))
                .map(label -> label.replace("_", "").replace('~', ' '))
                .toList();
    }

    private static NoLabel among(String text) {
        Map<String, Integer> rows = new HashMap<>();
        labels(text).forEach(label -> rows.merge(label, 1, Integer::sum));
        return NoLabel.among(rows);
    }

    @ParameterizedTest
    @CsvSource({
        "-1 1 1, 0, 'two classes, as of a support vector machine'",
        "-1 0 0, 0, two classes",
        "-1 5, 0, two classes",
        "-1 0 1, 1, 'may be three classes, so there is a warning'",
        "-1 0 1 2 -1, 1, 'classes from 0'",
        "-1 1 2 3, 1, 'classes from 1'",
        "-1 0 2 3, 1, 'a class is lacking'",
        "-1.0 0.0 1.0, 1, 'numbers with a point'",
        "-1 cat dog, 1, 'names, as unlabeled items of many data sets are written'",
        "-1 0 0.0, 0, 'two spellings of one class'",
        "-2 -1 0 1 2, 0, 'a scale'",
    })
    void minusOneIsNoneIfItIsTheOnlyNegativeLabelBesideTwoClasses(String text, int none, String why) {
        NoLabel found = among(text);
        assertThat(found.labels()).as(why).hasSize(none);
        assertThat(found.notes()).as(why).hasSize(none);
    }

    @Test
    void theWarningSaysWhatWasDoneAndHowToSayOtherwise() {
        assertThat(among("-1 0 1 -1").notes())
                .containsExactly(
                        "label -1 in 2 rows means that there is none, because it is the only negative one beside 2"
                                + " classes; if it is a class, number the classes from 0");
        assertThat(among("NA 0 1 none").notes())
                .containsExactly(
                        "label 'NA' in 1 rows means that there is none; if it is a class, give it another name",
                        "label 'none' in 1 rows means that there is none; if it is a class, give it another name");
        assertThat(among("_ nan 0 1").notes()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "0 1 NA 0 1 ?, 2, '0 1'",
        "cat dog NA cat dog <NA>, 2, 'cat dog'",
        "0 1 -1 NA 0 1, 2, '0 1'",
        "-1 1 NA -1 1 1, 1, '-1 1'",
    })
    void missingMarksInALabelColumnAreCountedAndWarnedOf(String text, int unlabeled, String classes)
            throws IOException {
        var rows = new StringBuilder("a,b,label\n");
        int i = 0;
        for (String label : labels(text)) {
            rows.append(i * 7 % 5)
                    .append(',')
                    .append(i++ % 4)
                    .append(',')
                    .append(label)
                    .append('\n');
        }
        try (Dataset data = Dataset.open(spec(Files.writeString(folder.resolve("x.csv"), rows)))) {
            assertThat(data.classNames()).containsExactlyElementsOf(labels(classes));
            assertThat(Objects.requireNonNull(data.items(Split.TRAIN).labels()).unlabeled())
                    .isEqualTo(unlabeled);
            assertThat(data.warnings())
                    .contains(
                            "train split: %d of 6 items have no label; evaluations leave them out".formatted(unlabeled))
                    .anySatisfy(line -> assertThat(line).contains("means that there is none"));
        }
    }

    @Test
    void aLabelColumnWithoutALabelIsSaid() throws IOException {
        Path file = Files.writeString(folder.resolve("x.csv"), "a,b,label\n1,5,\n2,3,NA\n4,4,\n");
        try (Dataset data = Dataset.open(spec(file))) {
            assertThat(data.classNames()).isEmpty();
            assertThat(data.warnings())
                    .anySatisfy(line ->
                            assertThat(line).endsWith("found no label in 3 rows; they are read without labels"));
        }
    }

    @Test
    void aListOfLabelsBesideImagesHasTheSameMarks() {
        Path set = folder.resolve("set");
        for (String image : List.of("1", "2", "3", "4")) {
            SampleFiles.write(set.resolve(image + ".png"), SampleFiles.image("png", 3, 3, 5));
        }
        SampleFiles.write(
                set.resolve("labels.csv"),
                "1.png,cat\n2.png,dog\n3.png,-1\n4.png,NA\n".getBytes(StandardCharsets.UTF_8));
        try (Dataset data = Dataset.open(spec(set))) {
            assertThat(data.classNames()).containsExactly("cat", "dog");
            assertThat(Objects.requireNonNull(data.items(Split.TRAIN).labels()).classes())
                    .containsExactly(0, 1, Labels.UNLABELED, Labels.UNLABELED);
            assertThat(data.warnings())
                    .anySatisfy(line -> assertThat(line).startsWith("train split: label -1 in 1 rows"));
        }
    }

    /// Of 40 items only one in the middle has a label; the choice of two takes others.
    @Test
    void samplesWithoutALabelAreRefusedByTheEvaluation() throws IOException {
        var rows = new StringBuilder("a,b,label\n");
        for (int i = 0; i < 40; i++) {
            rows.append(i % 7).append(',').append(i % 4).append(i == 20 ? ",x\n" : ",\n");
        }
        Path file = Files.writeString(folder.resolve("x.csv"), rows);
        try (Dataset data = Dataset.open(spec(file).withSamples(2))) {
            assertThatExceptionOfType(InputException.class)
                    .isThrownBy(data::forEvaluation)
                    .withMessage(
                            "data set x: found no label among the 2 items of the train split that data.samples takes,"
                                    + " expected labels of two or more items; raise data.samples");
        }
    }
}
