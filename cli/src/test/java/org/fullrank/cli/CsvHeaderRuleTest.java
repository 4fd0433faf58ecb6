package org.fullrank.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.fullrank.file.CsvTable;
import org.fullrank.file.NumberSlip;
import org.fullrank.stream.SampleOptions;
import org.fullrank.stream.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The modules `core` and `stream` cannot call each other, and read CSV by one rule all the same.
class CsvHeaderRuleTest {
    @TempDir
    Path folder;

    /// Rows are separated by `~`; the column is the label of `core` and the sequence of `stream`.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a,b,c~1,2,3                 | 3     | header    | text above numbers",
                "a,1,c~1,2,3                 | 3     | header    | one text above a number",
                "device,1,2~d0,0.1,0.2       | 1     | no header | a number above each number",
                "d0,1,2~d1,3,4               | 1     | no header | text above text alone",
                "d0,1,2~7,3,4                | 1     | header    | text above a number, though it may be a name",
                "1,2,3~4,5,6                 | 3     | no header | numbers",
                "1,2,3                       | 3     | no header | a single row of numbers",
                "a,b,c                       | 3     | no header | a single row of text",
                "a,b,c                       | c     | header    | a single row that names the column",
                "a,b,c~x,y,z                 | b     | header    | text above text, but it names the column",
                "a,b,c~x,y,z                 | 2     | no header | text above text",
                ",a,b~0,1,2                  | 3     | header    | an index without a name",
                "nan,1,2~3,4,5               | 3     | no header | a missing number",
                "inf,-inf,NaN~3,4,5          | 3     | no header | missing numbers",
                "1f,2,3~4,5,6                | 3     | header    | a suffix of Java makes text",
                "a, b ,c~1,2,3               | b     | header    | names without the space around them",
                "\"a\",\"b\"~1,2             | 2     | header    | quoted names",
                "a;b;c~1;2;3                 | 3     | header    | semicolons",
                "1;2;3~4;5;6                 | 1     | no header | semicolons",
                "a\tb,c\td~1\t2\t3           | 3     | header    | tabs",
                "0x1p3,2~4,5                 | 2     | no header | a hexadecimal number",
                "a,b~?,1                     | 2     | header    | text above a number beside a missing cell",
                "a,b~?,~,~x,2                | 2     | header    | text above missing cells above a number",
                "a,b~?,~,x~3,2               | 1     | header    | text above a missing cell above a number",
                ",a,b~0,red,x~1,blue,y       | 2     | header    | the corner of an index of pandas above text",
                ",0,1~0,.5,.25~1,.75,.5      | 2     | header    | pandas counts the columns beside the index",
                "0,1,2,3,y~.5,.1,.2,.3,a     | y     | header    | the columns are counted beside a name",
                "a,1990,1991,1992,1993,1994~b,2,7,1,8,2 | 1 | header | years beside a text",
                "a,1990,1991,1992~b,2,7,1    | 1     | no header | three numbers may count up by chance",
                "a,1,2,3,4,5~b,2,3,4,5,6     | 1     | no header | all rows count up",
                "0,1,2,3,4,5,6,7,8,9~.5,1,2,4,4,1,6,7,8,9 | 1 | header | ten numbers count the columns",
                "3,4,5,6,7,8,9,10,11,12~1,1,2,4,4,1,6,7,8,9 | 1 | no header | they do not begin with 0",
                "<NA>,1,2~3,4,5              | 3     | no header | a missing number of pandas",
                "\\N,1,2~3,4,5               | 3     | no header | a missing number of a database",
                "NaT,#N/A N/A,-1.#IND~3,4,5  | 3   | no header | missing values of spreadsheets and C",
                "<null>,nil,.~3,4,5          | 3     | no header | missing values of other programs",
                "a,b~\"1,234\",\"5,678\"  | b     | header    | text above numbers with marks between thousands",
                "a;b;c~x;1 234;y             | 3     | header    | the same, one column, with spaces",
                "a;b~2,5;3,5                 | 2     | header    | text above numbers with decimal commas",
                "a,b~inf,x                   | 2     | no header | text above an infinite number and text",
                "1 234;5~6;7                 | 2     | no header | a number with a mark above a number",
            })
    void theFirstRowIsAHeaderForBothOrForNeither(String rows, String column, String expected, String why)
            throws IOException {
        Path csv = Files.writeString(folder.resolve("x.csv"), rows.replace('~', '\n') + "\n");
        assertThat(core(csv, column)).as("core: " + why).isEqualTo(expected);
        assertThat(stream(csv, column)).as("stream: " + why).isEqualTo(expected);
    }

    /// Rows are separated by `~`; counting stands for ten rows that count up from a number.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ",a,b~5,1,2           | index    | no name, as pandas writes its index",
                "id,a,b~5,1,2         | index    | named id",
                "Index,a,b~5,1,2      | index    | named index, in any case",
                "path,a,b~x.png,1,2   | index    | paths of files, as embed writes them",
                "path,a,b~5,1,2       | no index | a number under the same name",
                ",0,1~0,.5,.25~1,3,4  | index    | counted columns beside an index",
                "0,1,2,3,4,5,6,7,8,9~.5,1,2,4,4,1,6,7,8,9 | no index | counted columns",
                "a,b~5,1              | no index | a column like others",
                "b,id~5,1             | no index | not the first column",
                "id~5                 | no index | the only column",
                "count from 0         | index    | counts up from 0",
                "count from 1         | index    | counts up from 1",
                "count from 2         | no index | counts up from another number",
                "count nine from 0    | no index | nine rows may count up by chance",
                "\"a;b;c\",d~1,2    | no index | a separator inside quotation marks is none",
            })
    void theFirstColumnIsAnIndexForBothOrForNeither(String rows, String expected, String why) throws IOException {
        String text = rows.startsWith("count")
                ? IntStream.range(0, rows.contains("nine") ? 9 : 12)
                        .mapToObj(i -> i + Integer.parseInt(rows.substring(rows.length() - 1)) + ",0.5,0." + i)
                        .collect(Collectors.joining("\n"))
                : rows.replace('~', '\n');
        Path csv = Files.writeString(folder.resolve("x.csv"), text + "\n");
        try (CsvTable table = CsvTable.open(csv, null, "correct it");
                Samples samples = Samples.open(csv, SampleOptions.defaults())) {
            assertThat(table.index() == 0 ? "index" : "no index")
                    .as("core: " + why)
                    .isEqualTo(expected);
            int left = table.columns() - samples.values().length;
            assertThat(left == 1 ? "index" : "no index").as("stream: " + why).isEqualTo(expected);
            assertThat(samples.warnings()).as(why).isEqualTo(table.warnings());
            int read = 0;
            while (samples.next()) {
                read++;
            }
            assertThat((long) read).as("rows").isEqualTo(text.lines().count() - (table.names() == null ? 0 : 1));
        }
    }

    private static String core(Path csv, String column) throws IOException {
        try (CsvTable table = CsvTable.open(csv, column, "correct it")) {
            return table.names() != null ? "header" : "no header";
        }
    }

    /// Without a header the column has no name of its own.
    private static String stream(Path csv, String column) throws IOException {
        try (Samples samples = Samples.open(csv, SampleOptions.defaults().withSequenceColumn(column))) {
            return samples.noteNames().equals(List.of("sequence")) ? "no header" : "header";
        }
    }

    @Test
    void bothReadTheSameNumbersAndRefuseTheSameCells() throws IOException {
        List<String> cells = List.of(
                "1", " 2 ", "-3e5", ".5", "1f", "2D", "0x1p3", "", "nan", "NaN", "x", "1,5", "--1", "1,234", "1 234",
                "1'234.5");
        Path csv = folder.resolve("x.csv");
        List<String> read = new ArrayList<>();
        for (String cell : cells) {
            Files.writeString(csv, "0,0\n\"" + cell + "\",0\n");
            double wanted = CsvTable.number(cell);
            try (Samples samples = Samples.open(csv, SampleOptions.defaults())) {
                samples.next();
                samples.next();
                assertThat(samples.values()[0]).as(cell).isEqualTo((float) wanted);
                read.add(cell);
            } catch (IllegalArgumentException e) {
                assertThat(wanted).as(cell).isNaN();
                NumberSlip slip = NumberSlip.of(cell);
                assertThat(e)
                        .as(cell)
                        .hasMessageContaining(slip == null ? "skip the column (--skip-column)" : slip.remedy());
            }
        }
        assertThat(read).containsExactly("1", " 2 ", "-3e5", ".5", "0x1p3");
    }
}
