package org.fullrank.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.UUID;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableTest {
    @TempDir
    Path folder;

    private DataSpec spec(Path path) {
        return DataSpec.of(path.toString()).withCache(folder.resolve("cache"));
    }

    private Path csv(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(Objects.requireNonNull(file.getParent()));
        return Files.writeString(file, text);
    }

    private static float[] row(Dataset data, Split split, int i) {
        return ((Vectors) data.items(split)).copy(i);
    }

    private static Labels labels(Dataset data, Split split) {
        return Objects.requireNonNull(data.items(split).labels());
    }

    @Test
    void aLastColumnThatLooksLikeClassesIsNamed() throws IOException {
        var rows = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            rows.append("%s,%s,%d\n".formatted(i * 0.37, i * i * 0.1, 1 + i / 20));
        }
        Path file = Files.writeString(folder.resolve("wine.csv"), rows);
        DataSpec spec = DataSpec.of(file.toString()).withCache(folder.resolve("cache"));
        String note = "column 3 is read as a feature but has only 3 different whole numbers; if it is the class, use"
                + " --label-column 3";
        try (Dataset data = Dataset.open(spec)) {
            assertThat(data.warnings()).containsExactly(note);
        }
        for (String column : List.of("3", "none")) {
            try (Dataset data = Dataset.open(spec.withLabelColumn(column))) {
                assertThat(data.warnings()).isEmpty();
                assertThat(data.classNames()).hasSize(column.equals("3") ? 3 : 0);
            }
        }
    }

    @Test
    void aLastColumnOfFewLabelsIsNamed() throws IOException {
        var rows = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            rows.append("%s,%s,%s\n".formatted(i * 0.37, i * i * 0.1, i % 10 == 0 ? 1 + i / 20 : ""));
        }
        Path file = Files.writeString(folder.resolve("few.csv"), rows);
        try (Dataset data = Dataset.open(DataSpec.of(file.toString()).withCache(folder.resolve("cache")))) {
            assertThat(data.warnings())
                    .containsExactly(
                            "column 3 is read as a feature but has only 3 different whole numbers; if it is the"
                                    + " class, use --label-column 3");
        }
    }

    /// With other columns of text, no column is taken for the label.
    @Test
    void aLastColumnOfFewTextsIsNamed() throws IOException {
        var rows = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            rows.append("%s,city%d,%s\n".formatted(i * 0.37, i % 17, i % 10 == 0 ? i % 20 == 0 ? "rich" : "poor" : ""));
        }
        Path file = Files.writeString(folder.resolve("texts.csv"), rows);
        try (Dataset data = Dataset.open(DataSpec.of(file.toString()).withCache(folder.resolve("cache")))) {
            assertThat(data.warnings())
                    .containsExactly("column 3 is read as a feature but has only 2 different texts; if it is the class,"
                            + " use --label-column 3");
        }
    }

    @Test
    void theOnlyColumnOfTextIsNamedAsTheLabel() throws IOException {
        var rows = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            rows.append("%s,%s,%s\n".formatted(i * 0.37, i % 2 == 0 ? "a" : "b", i * i * 0.1));
        }
        Path file = Files.writeString(folder.resolve("text.csv"), rows);
        try (Dataset data = Dataset.open(DataSpec.of(file.toString()).withCache(folder.resolve("cache")))) {
            assertThat(data.warnings())
                    .containsExactly("column 2 was taken for the label, because it is the only one of text; if it"
                            + " is not, use --label-column none");
        }
    }

    @Test
    void categoriesBecomeOneValueForEachLevelAndMissingNumbersAMeanWithAnIndicator() throws IOException {
        Path file = csv("mixed.csv", "age,job,label\n20, cook,a\n?,nurse,b\n40,,a\nNA,cook,b\n");
        try (Dataset data = Dataset.open(spec(file))) {
            TableSchema schema = Objects.requireNonNull(data.table());
            assertThat(schema.columns())
                    .containsExactly(
                            new TableColumn.Numeric("age", 30, true),
                            new TableColumn.Category("job", List.of("", "cook", "nurse")));
            assertThat(row(data, Split.TRAIN, 0)).containsExactly(20, 0, 0, 1, 0);
            assertThat(row(data, Split.TRAIN, 1)).containsExactly(30, 1, 0, 0, 1);
            assertThat(row(data, Split.TRAIN, 2)).containsExactly(40, 0, 1, 0, 0);
            assertThat(row(data, Split.TRAIN, 3)).containsExactly(30, 1, 0, 1, 0);
            assertThat(schema.spans())
                    .containsExactly(new TableSchema.Span(0, 2, true), new TableSchema.Span(2, 3, false));
            assertThat(TableSchema.ofJson("test", schema.json())).isEqualTo(schema);
            assertThat(data.summary().text()).contains("1 numbers (1 with missing values), 1 categories of 3 levels");
        }
    }

    @Test
    void aTableOfNumbersAloneIsReadAsItIs() throws IOException {
        Path file = csv("numbers.csv", "1,2.5\n-3,4\n1e3,0\n");
        try (Dataset data = Dataset.open(spec(file))) {
            assertThat(row(data, Split.TRAIN, 2)).containsExactly(1000, 0);
            assertThat(data.warnings()).isEmpty();
        }
    }

    @Test
    void indexConstantsAndIdentifiersAreNamedAndLeftOut() throws IOException {
        var rows = new StringBuilder(",size,unit,token,user_id,population\n");
        Random random = new Random(1);
        for (int i = 0; i < 60; i++) {
            rows.append(String.format(
                    Locale.ROOT,
                    "%d,%.3f,kg,%s,%d,%d%n",
                    i,
                    random.nextGaussian(),
                    new UUID(random.nextLong(), random.nextLong()),
                    1_000_000 + 7919L * i,
                    1_000_000 + 7919L * i));
        }
        Path file = csv("ids.csv", rows.toString());
        try (Dataset data = Dataset.open(spec(file).withLabelColumn("none"))) {
            assertThat(data.warnings())
                    .containsExactly(
                            "the first column, \"\", was left out as an index of the rows",
                            "left out column 3 (unit): constant",
                            "left out column 4 (token), column 5 (user_id): identifier, another one in each row");
            assertThat(((Vectors) data.items(Split.TRAIN)).features()).isEqualTo(2);
            assertThat(data.classNames()).as("the index is no label").isEmpty();
        }
    }

    @Test
    void columnsOfTheTestTableAreFoundByName() throws IOException {
        csv("set/train.csv", "a,b,label\n1,10,x\n2,20,y\n3,30,x\n");
        csv("set/test.csv", "label,b,a\ny,50,5\nx,60,6\n");
        try (Dataset data = Dataset.open(spec(folder.resolve("set")))) {
            assertThat(row(data, Split.TEST, 0)).containsExactly(5, 50);
            assertThat(labels(data, Split.TEST).classes()).containsExactly(1, 0);
        }
    }

    @Test
    void missingAndExtraColumnsOfTheTestTableAreRefused() throws IOException {
        csv("set/train.csv", "a,b,label\n1,10,x\n2,20,y\n");
        csv("set/test.csv", "a,c,label\n1,10,x\n2,20,y\n");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(spec(folder.resolve("set"))))
                .withMessageContaining("lacks column b and has column c in addition");
    }

    @Test
    void anotherTableIsReadByTheSchemaOfTheTrainingTable() throws IOException {
        Path train = csv("train.csv", "age,job,label\n20,cook,a\n40,nurse,b\n");
        Path other = csv("other.csv", "job,age\npilot,30\nnurse,\n");
        TableSchema schema;
        try (Dataset data = Dataset.open(spec(train))) {
            schema = Objects.requireNonNull(data.table());
        }
        try (Dataset data = Dataset.open(spec(other), schema)) {
            assertThat(row(data, Split.TRAIN, 0)).containsExactly(30, 0, 0);
            assertThat(row(data, Split.TRAIN, 1)).containsExactly(30, 0, 1);
            assertThat(data.classNames()).isEmpty();
            assertThat(data.warnings())
                    .containsExactly(
                            "other.csv, column age: missing values, of which the training table has none, in 1 rows;"
                                    + " they get the training mean",
                            "other.csv, column job: levels that are unknown, such as 'pilot', in 1 rows; they get 0"
                                    + " for every level");
        }
        try (Dataset own = Dataset.open(spec(train), schema)) {
            assertThat(own.summary().cacheFile())
                    .as("the table's own pack serves")
                    .doesNotContain("null");
            assertThat(labels(own, Split.TRAIN).classes()).containsExactly(0, 1);
        }
    }

    @Test
    void wordsThatEndLikeAnIdentifierAndSignsAreData() throws IOException {
        var rows = new StringBuilder("paid,sign,label\n");
        for (int i = 0; i < 60; i++) {
            rows.append(1000 + i * i)
                    .append(i % 3 == 0 ? ",+," : ",-,")
                    .append(i % 2 == 0 ? "a" : "b")
                    .append('\n');
        }
        try (Dataset data = Dataset.open(spec(csv("paid.csv", rows.toString())))) {
            assertThat(Objects.requireNonNull(data.table()).columns().get(1))
                    .isEqualTo(new TableColumn.Category("sign", List.of("+", "-")));
            assertThat(((Vectors) data.items(Split.TRAIN)).features()).isEqualTo(3);
        }
    }

    @Test
    void aSchemaKeepsAnyCharacterAndAnyLength() {
        List<TableColumn> columns = new ArrayList<>();
        columns.add(new TableColumn.Category("it\u0080s", List.of("\u0099", "\u007f", "\ud83d\ude00")));
        for (int i = 0; i < 40_000; i++) {
            columns.add(new TableColumn.Numeric("gene " + i, i / 3.0, false));
        }
        var schema = new TableSchema(true, "label", columns);
        assertThat(TableSchema.ofJson("test", schema.json())).isEqualTo(schema);
    }

    @Test
    void anIgnoredColumnMayHoldAnything() throws IOException {
        Path file = csv("hash.csv", "a,hash\n1,123e4567\n2,99aa\n");
        try (Dataset data = Dataset.open(spec(file).withLabelColumn("none").withIgnore(List.of("hash")))) {
            assertThat(((Vectors) data.items(Split.TRAIN)).features()).isEqualTo(1);
        }
    }

    @Test
    void ignoredColumnsAreLeftOut() throws IOException {
        Path file = csv("x.csv", "a,day,b\n1,2024-01-31,4\n2,2024-02-01,5\n");
        try (Dataset data = Dataset.open(spec(file).withLabelColumn("none").withIgnore(List.of("day", "1")))) {
            assertThat(row(data, Split.TRAIN, 1)).containsExactly(5);
        }
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(spec(file).withIgnore(List.of("days"))))
                .withMessageContaining("no column days");
    }

    /// A text among numbers: a mistake if the numbers are a measure, a level if they are few codes.
    @Test
    void aTextAmongManyNumbersIsRefusedWithItsPlaceAndTheRemedy() throws IOException {
        Path file = csv("typo.csv", "x,height\n" + numbers(11) + "3,1O\n" + numbers(11));
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(spec(file).withLabelColumn("none")))
                .withMessageContaining(
                        "typo.csv, line 13, column 2 (height) is '1O', expected a number as in most rows")
                .withMessageContaining("data.categories")
                .withMessageContaining("data.ignore");
        DataSpec ignored = spec(file).withLabelColumn("none").withIgnore(List.of("height"));
        try (Dataset data = Dataset.open(ignored)) {
            assertThat(((Vectors) data.items(Split.TRAIN)).features()).isEqualTo(1);
        }
        try (Dataset data = Dataset.open(spec(file).withLabelColumn("none").withCategories(List.of("height")))) {
            assertThat(((Vectors) data.items(Split.TRAIN)).features()).isEqualTo(1 + 12);
        }
        Path codes = csv("codes.csv", "x,children\n" + numbers(10) + "3,9+\n" + numbers(10));
        try (Dataset data = Dataset.open(spec(codes).withLabelColumn("none"))) {
            assertThat(((Vectors) data.items(Split.TRAIN)).features()).isEqualTo(1 + 11);
        }
    }

    /// Rows of a value and of its number.
    private static String numbers(int count) {
        var rows = new StringBuilder();
        for (int i = 0; i < count; i++) {
            rows.append(i * i % 7).append(',').append(i).append('\n');
        }
        return rows.toString();
    }

    @Test
    void numbersThatAreDeclaredACategoryAreOne() throws IOException {
        Path file = csv("codes.csv", "x,zone\n1,3\n2,1\n3,3\n");
        DataSpec declared = spec(file).withLabelColumn("none").withCategories(List.of("2"));
        try (Dataset data = Dataset.open(declared)) {
            assertThat(row(data, Split.TRAIN, 0)).containsExactly(1, 0, 1);
        }
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(spec(file).withCategories(List.of("zones"))))
                .withMessageContaining("no column zones")
                .withMessageContaining("correct data.categories");
    }

    /// The first of two columns `x` is a feature, the last is the label.
    @Test
    void columnsOfTheSameNameAreFoundByPosition() throws IOException {
        csv("set/train.csv", "x,y,x\n1,10,0\n2,20,1\n5,20,1\n");
        csv("set/test.csv", "x,y,x\n3,30,1\n4,40,0\n");
        try (Dataset data = Dataset.open(spec(folder.resolve("set")).withLabelColumn("-1"))) {
            assertThat(data.classNames()).containsExactly("0", "1");
            assertThat(row(data, Split.TRAIN, 0)).containsExactly(1, 10);
            assertThat(labels(data, Split.TRAIN).classes()).containsExactly(0, 1, 1);
            assertThat(row(data, Split.TEST, 0)).containsExactly(3, 30);
            assertThat(labels(data, Split.TEST).classes()).containsExactly(1, 0);
            assertThat(data.warnings())
                    .contains("the header has several columns x: the columns of other tables are found by position");
        }
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(spec(folder.resolve("set")).withIgnore(List.of("x"))))
                .withMessageContaining("has several columns x, expected one; give its position in data.ignore");
    }

    @Test
    void aTestTableWithAColumnTwiceIsRefused() throws IOException {
        csv("set/train.csv", "a,b,label\n1,10,x\n2,20,y\n");
        csv("set/test.csv", "a,b,a,label\n1,10,5,x\n2,20,6,y\n");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(spec(folder.resolve("set"))))
                .withMessageContaining("test.csv has several columns a, expected one as in the training table");
    }

    /// What the messages advise works: additional columns, missing ones, and columns of a table that comes
    /// later.
    @Test
    void theAdviceToIgnoreAColumnOfOneTableWorks() throws IOException {
        csv("set/train.csv", "a,b,label\n1,10,x\n2,20,y\n3,20,y\n");
        csv("set/test.csv", "a,c,label\n1,oh,x\n2,20,y\n");
        DataSpec set = spec(folder.resolve("set"));
        TableSchema schema;
        try (Dataset data = Dataset.open(set.withIgnore(List.of("b", "c")))) {
            assertThat(row(data, Split.TEST, 1)).containsExactly(2);
            schema = Objects.requireNonNull(data.table());
        }
        Path later = csv("later.csv", "d,a\n7,5\n");
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(spec(later), schema))
                .withMessageContaining("has column d in addition")
                .withMessageContaining("leave the columns out with data.ignore");
        try (Dataset data = Dataset.open(spec(later).withIgnore(List.of("d")), schema)) {
            assertThat(row(data, Split.TRAIN, 0)).containsExactly(5);
        }
        assertThatExceptionOfType(InputException.class)
                .isThrownBy(() -> Dataset.open(set.withIgnore(List.of("b", "e"))))
                .withMessageContaining("no column e");
    }

    @Test
    void theHeaderOfATestTableOfTextIsKnownFromTheTrainingTable() throws IOException {
        csv("set/train.csv", "color,shape,label\nred,round,x\ngreen,long,y\nred,long,x\n");
        csv("set/test.csv", "shape,color\nround,red\nlong,green\n");
        try (Dataset data = Dataset.open(spec(folder.resolve("set")))) {
            assertThat(data.items(Split.TEST).size()).isEqualTo(2);
            assertThat(row(data, Split.TEST, 0)).containsExactly(row(data, Split.TRAIN, 0));
        }
    }

    @Test
    void aGuessAboutTheHeaderOfAnotherTableIsSaid() throws IOException {
        csv("set/train.csv", "red,round\ngreen,long\nred,long\ngreen,round\n");
        csv("set/test.csv", "yellow,flat\nred,round\ngreen,long\n");
        try (Dataset data = Dataset.open(spec(folder.resolve("set")).withLabelColumn("none"))) {
            assertThat(data.items(Split.TEST).size()).isEqualTo(3);
            assertThat(data.warnings())
                    .contains(
                            "test.csv: the first row, yellow, flat, was read as data: there is text below it; if it is"
                                    + " a header, name the label column");
        }
    }

    @Test
    void onlyTheMostFrequentLevelsOfAWideCategoryAreKept() throws IOException {
        var rows = new StringBuilder("x,code\n");
        for (int i = 0; i < 400; i++) {
            rows.append(i * 7 % 17).append(",c").append(i < 100 ? 0 : i / 2).append('\n');
        }
        Path file = csv("codes.csv", rows.toString());
        try (Dataset data = Dataset.open(spec(file).withLabelColumn("none"))) {
            TableColumn column = Objects.requireNonNull(data.table()).columns().get(1);
            assertThat(((TableColumn.Category) column).levels())
                    .hasSize(TableFit.MOST_LEVELS)
                    .contains("c0");
            assertThat(data.warnings().getFirst())
                    .contains("column 2 (code) has 151 levels: the 100 most frequent are kept");
        }
    }
}
