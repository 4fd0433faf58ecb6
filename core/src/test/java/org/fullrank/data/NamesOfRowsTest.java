package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A column that would be the label but has another value in every row.
class NamesOfRowsTest {
    @TempDir
    Path folder;

    /// @param texts different texts in 120 rows
    @ParameterizedTest
    @CsvSource({"title,120,false", "title,119,true", "label,120,false"})
    void valuesThatAllDifferAreNamesOfTheRowsAndNoLabels(String name, int texts, boolean labels) throws IOException {
        var rows = new StringBuilder("size," + name + ",weight\n");
        for (int i = 0; i < 120; i++) {
            rows.append("%s,text %d,%s\n".formatted(i * 0.37, i % texts, i * i * 0.1));
        }
        Path file = Files.writeString(folder.resolve(name + texts + ".csv"), rows);
        try (Dataset data = Dataset.open(DataSpec.of(file.toString()).withCache(folder.resolve("cache")))) {
            assertThat(data.items(Split.TRAIN).labels() != null).isEqualTo(labels);
            assertThat(data.warnings())
                    .containsExactly(
                            labels
                                    ? "column 2 (title) was taken for the label, because it is the only one of text; if"
                                            + " it is not, use --label-column none"
                                    : "the column %s was left out as names of the rows, because all its values differ;"
                                                    .formatted(name)
                                            + " if they are classes, use --label-column");
        }
        try (Dataset data =
                Dataset.open(DataSpec.of(file.toString()).withLabelColumn(name).withCache(folder.resolve("named")))) {
            assertThat(data.items(Split.TRAIN).labels()).isNotNull();
        }
    }
}
