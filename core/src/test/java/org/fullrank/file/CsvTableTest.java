package org.fullrank.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the first rows of a table say about its columns. `CsvHeaderRuleTest` has the rules that `stream`
/// shares.
class CsvTableTest {
    @TempDir
    Path folder;

    /// @param names of the columns; null without a header
    /// @param rows that follow the header
    private record Read(@Nullable List<String> names, int label, int rows, List<String> warnings) {}

    private Read read(String text, @Nullable String labelColumn) throws IOException {
        Path file = Files.writeString(folder.resolve("x.csv"), text);
        try (CsvTable table = CsvTable.open(file, labelColumn, "correct it")) {
            int rows = 0;
            while (table.next() != null) {
                rows++;
            }
            return new Read(table.names(), table.label(), rows, table.warnings());
        }
    }

    /// Eighteen rows of two columns of three texts each, with all combinations.
    private static String fruits() {
        String[] colors = {"red", "green", "yellow"};
        String[] shapes = {"round", "long", "flat"};
        return IntStream.range(0, 18)
                .mapToObj(i -> colors[i % 3] + "," + shapes[i / 3 % 3] + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void aHeaderOfTextAboveTextIsFoundAndSaid() throws IOException {
        Read read = read("color,shape\n" + fruits(), null);
        assertThat(read.names).containsExactly("color", "shape");
        assertThat(read.rows).isEqualTo(18);
        assertThat(read.warnings)
                .containsExactly(
                        "the first row, color, shape, was taken for a header: its texts do not occur below it");
    }

    @Test
    void aRowOfTextThatOccursBelowIsData() throws IOException {
        Read read = read(fruits(), null);
        assertThat(read.names).isNull();
        assertThat(read.rows).isEqualTo(18);
        assertThat(read.warnings).isEmpty();
    }

    @Test
    void aRowOfTextThatMayBeAHeaderIsSaidToBeReadAsData() throws IOException {
        Read read = read("color,shape\nred,round\ngreen,long\n", null);
        assertThat(read.names).isNull();
        assertThat(read.warnings)
                .containsExactly("the first row, color, shape, was read as data: there is text below it; if it is a"
                        + " header, name the label column");
        assertThat(read("color,shape\nred,round\ngreen,long\n", "shape").names).containsExactly("color", "shape");
    }

    @Test
    void countedColumnsAreAHeaderAndSaid() throws IOException {
        assertThat(read("country,1990,1991,1992,1993,1994,1995\na,5,1,7,2,2,1\nb,5,1,7,2,2,1\n", null).warnings)
                .contains("the first row, country, 1990, 1991, 1992, 1993, ..., was taken for a header: it counts up");
    }

    /// The label of the first rows is missing, or the first row has a text that is a mistake.
    @ParameterizedTest
    @ValueSource(strings = {"1,2,\n3,4,?\n5,6,cat\n7,8,dog\n", "1,2,cat\n3,4,dog\n5,6,?\n7,oh,cat\n"})
    void theLabelIsLookedForInManyRows(String rows) throws IOException {
        assertThat(read("a,b,kind\n" + rows, null).label).isEqualTo(2);
        assertThat(read(rows, null).label).isEqualTo(2);
    }

    @Test
    void aSecondColumnWithANameOfALabelIsSaid() throws IOException {
        Read read = read("a,class,y\n1,2,3\n4,5,6\n", null);
        assertThat(read.label).isEqualTo(1);
        assertThat(read.warnings)
                .containsExactly("columns class, y have names of labels: class is the label, the others are read as"
                        + " features; leave them out if they are labels too");
    }

    @Test
    void aLabelColumnWhoseNameOccursTwiceIsRefused() {
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> read("x,y,x\n1,2,3\n4,5,6\n", "x"))
                .withMessageContaining("has several columns x, expected one; give the position of the label column");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "NaN",
                "-nan",
                "NA",
                "N/A",
                "#N/A",
                "#N/A N/A",
                "#NA",
                "<NA>",
                "NaT",
                "NULL",
                "<null>",
                "nil",
                "None",
                "?",
                ".",
                "\\N",
                "1.#IND",
                "-1.#QNAN",
                " na "
            })
    void theUsualMarksMeanMissing(String cell) {
        assertThat(CsvTable.isMissing(cell)).isTrue();
        assertThat(CsvTable.isText(cell)).isFalse();
        assertThat(CsvTable.number(cell)).isNaN();
    }

    @ParameterizedTest
    @ValueSource(strings = {"-", "+", "nab", "n", "N", "missing", "unknown"})
    void otherWordsAreText(String cell) {
        assertThat(CsvTable.isMissing(cell)).isFalse();
        assertThat(CsvTable.isText(cell)).isTrue();
    }
}
