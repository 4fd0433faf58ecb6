package org.fullrank.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplesTest {
    private static final SampleOptions PLAIN = SampleOptions.defaults();

    @TempDir
    Path folder;

    private Path file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content.replace('~', '\n'));
    }

    /** One line per sample: a star where a sequence begins, notes, values. */
    private static List<String> read(Path file, SampleOptions options) throws IOException {
        List<String> read = new ArrayList<>();
        try (Samples samples = Samples.open(file, options)) {
            while (samples.next()) {
                read.add((samples.startsSequence() ? "*" : "") + samples.notes() + Arrays.toString(samples.values()));
            }
        }
        return read;
    }

    @Test
    void aNewValueInTheSequenceColumnBeginsASequence() throws IOException {
        Path csv = file("x.csv", "t,device,a,b~0,x,1,2~1,x,3,4~2,y,5,6~3,x,7,8~");
        assertThat(read(csv, PLAIN.withSequenceColumn("device").withSkipColumns("t")))
                .containsExactly("*[x][1.0, 2.0]", "[x][3.0, 4.0]", "*[y][5.0, 6.0]", "*[x][7.0, 8.0]");
        assertThat(read(csv, PLAIN.withSkipColumns("1", "-3")))
                .containsExactly("*[][1.0, 2.0]", "[][3.0, 4.0]", "[][5.0, 6.0]", "[][7.0, 8.0]");
    }

    @ParameterizedTest
    @ValueSource(strings = {",", ";", "\t"})
    void cellsAreSeparatedByWhatOccursMostInTheFirstLine(String separator) throws IOException {
        Path csv = file("x.csv", "a|b|c~1|2|3~4|5|6~".replace("|", separator));
        assertThat(read(csv, PLAIN)).containsExactly("*[][1.0, 2.0, 3.0]", "[][4.0, 5.0, 6.0]");
    }

    @Test
    void keptColumnsAreNotesAndNoInputs() throws IOException {
        Path csv = file("x.csv", "t,device,a~7,x,1~8,y,2~");
        SampleOptions options = PLAIN.withSequenceColumn("device").withKeepColumns("t", "device");
        assertThat(read(csv, options)).containsExactly("*[x, 7][1.0]", "*[y, 8][2.0]");
        try (Samples samples = Samples.open(csv, options)) {
            assertThat(samples.noteNames()).containsExactly("device", "t");
        }
        assertThat(read(file("y.csv", "7,1~8,2~"), PLAIN.withKeepColumns("1")))
                .containsExactly("*[7][1.0]", "[8][2.0]");
    }

    @Test
    void badRowsAreLeftOutOrFilledAsTheOptionsSayAndNumbered() throws IOException {
        Path csv = file("x.csv", "a,b~oops,1~2,3~,4~5,6,7~8,?~");
        assertThat(read(csv, PLAIN.withBad(BadCells.Policy.SKIP))).containsExactly("*[3][2.0, 3.0]");
        assertThat(read(csv, PLAIN.withBad(BadCells.Policy.LAST)))
                .containsExactly("*[3][2.0, 3.0]", "[4][2.0, 4.0]", "[6][8.0, 4.0]");
        try (Samples samples = Samples.open(csv, PLAIN.withBad(BadCells.Policy.LAST))) {
            assertThat(samples.next()).isTrue();
            assertThat(samples.noteNames()).containsExactly("line");
            assertThat(samples.badCells().count()).isEqualTo(1);
            assertThat(samples.badCells().latest())
                    .isEqualTo(csv + ", line 2, column 1 (a): found 'oops'; the sample was left out");
            while (samples.next()) {
                continue;
            }
            assertThat(samples.badCells().count()).isEqualTo(4);
            assertThat(samples.badCells().latest())
                    .isEqualTo(csv + ", line 6, column 2 (b): found '?'; the latest value was used");
        }
    }

    @Test
    void windowsWithABadValueAreLeftOutOrFilled() throws IOException {
        Path ts = file("x.ts", "@data~?,2,3,4,NaN,6,7~");
        assertThat(read(ts, PLAIN.withWindow(2, 1).withBad(BadCells.Policy.SKIP)))
                .containsExactly("*[1, 2][2.0, 3.0]", "[1, 3][3.0, 4.0]", "[1, 6][6.0, 7.0]");
        assertThat(read(ts, PLAIN.withWindow(3, 3).withBad(BadCells.Policy.LAST)))
                .containsExactly("*[1, 4][4.0, 4.0, 6.0]");
    }

    @Test
    void compressedFilesAreReadWhateverTheirName() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(bytes)) {
            gzip.write("1,2\n3,4\n".getBytes(StandardCharsets.UTF_8));
        }
        for (String name : List.of("x.csv.gz", "x.csv")) {
            Path file = Files.write(folder.resolve(name), bytes.toByteArray());
            assertThat(read(file, PLAIN)).containsExactly("*[][1.0, 2.0]", "[][3.0, 4.0]");
        }
    }

    @Test
    void windowsOfSeriesAreSamplesAndEachSeriesIsASequence() throws IOException {
        Path ts = file(
                "x.ts", "# comment~@problemName X~@classLabel true a b~@data~1,2,3,4:5,6,7,8:a~-1,2,-3,4:5,-6,7,-8:b~");
        assertThat(read(ts, PLAIN.withWindow(2, 2)))
                .containsExactly(
                        "*[1, 1, a][1.0, 2.0, 5.0, 6.0]",
                        "[1, 3, a][3.0, 4.0, 7.0, 8.0]",
                        "*[2, 1, b][-1.0, 2.0, 5.0, -6.0]",
                        "[2, 3, b][-3.0, 4.0, 7.0, -8.0]");
        Path unlabeled = file("y.ts", "@classLabel false~@data~1,2,3~4,5,6,7~");
        assertThat(read(unlabeled, PLAIN.withWindow(3, 1)))
                .containsExactly("*[1, 1][1.0, 2.0, 3.0]", "*[2, 1][4.0, 5.0, 6.0]", "[2, 2][5.0, 6.0, 7.0]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''|found it empty, expected CSV or .ts",
                "a,b~|line 1, column 1: found 'a', expected a finite number",
                "a,b~1,2~NaN,3~|line 3, column 1 (a): found 'NaN', expected a finite number",
                "a,b~1,2~3,~|line 3, column 2 (b): found '', expected a finite number",
                "a,b~1,2~3d,4~|line 3, column 1 (a): found '3d', expected a finite number",
                "a,b~1,2~1e39,4~|line 3, column 1 (a): found '1e39', expected a finite number",
                "a,b~1,2~3,\"1,234\"~|column 2 (b): found '1,234', expected a finite number; it has marks between thousands: write",
                "a,b~1,2~3,1 234~|line 3, column 2 (b): found '1 234', expected a finite number; it has marks between",
                "a;b~1 234;2.345,6~|line 2, column 1 (a): found '1 234', expected a finite number; it has marks between",
                "a;b~1;2,5~|column 2 (b): found '2,5', expected a finite number; it has a decimal comma: write a decimal",
                "@data~1,2:1 234,3~|found '1 234' in channel 2, step 1, expected a finite number; it has marks between",
                "a,b~1,2~3,4,5~|line 3: found 3 cells, expected 2 as in the first row",
                "NaN,2~|line 1, column 1: found 'NaN', expected a finite number",
                "1,\"2~3,4~|line 1, column 2: found '2?3,4?', expected a finite number",
                "@data~1,2:a,3~|line 2: found 'a' in channel 2, step 1, expected a finite number",
                "@classLabel true a~@data~1,2:3,4:a~1,2:a~|line 4: found 1 channels, expected 2 as in the first",
                "@classLabel true a~@data~1,2:3:a~|line 3: found 1 steps in channel 2, expected 2",
                "@timeStamps true~@data~|line 1: found time stamps, expected values at equal distances",
                "@classLabel true a~|found no line @data, expected one after the header",
            })
    void badInputIsRefused(String content, String message) throws IOException {
        Path bad = file("bad", content);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(bad, PLAIN))
                .withMessageStartingWith(bad.toString())
                .withMessageContaining(message);
    }

    @Test
    void optionsThatDoNotFitTheInputAreRefused() throws IOException {
        Path csv = file("x.csv", "a,b~1,2~");
        Path ts = file("x.ts", "@data~1,2,3~");
        assertRefused(csv, PLAIN.withWindow(2, 1), csv + ": found a window or hop for a CSV input");
        assertRefused(ts, PLAIN.withSkipColumns("1"), ts + ": found columns to set apart in a .ts input");
        assertRefused(ts, PLAIN.withWindow(4, 1), ts + ", line 2: found a series of 3 steps, expected at least");
        assertRefused(csv, PLAIN.withSkipColumns("c"), "skipped column: found no column c in " + csv);
        assertRefused(csv, PLAIN.withSequenceColumn("0"), "sequence column: found no column 0 in " + csv);
        assertRefused(csv, PLAIN.withSkipColumns("a", "b"), csv + ": found no column left for samples");
        assertRefused(folder.resolve("none"), PLAIN, folder.resolve("none") + ": found no such file");
    }

    private static void assertRefused(Path file, SampleOptions options, String start) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> read(file, options))
                .withMessageStartingWith(start);
    }
}
