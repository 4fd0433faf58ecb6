package org.fullrank.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.CsvTable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Embeddings in CSV files and JSON lines that other programs write.
class EmbeddingTextTest {
    @TempDir
    Path folder;

    private Path file(String name, List<String> lines) throws IOException {
        return Files.write(folder.resolve(name), lines);
    }

    /// A table with the cells of `prefix` before three values of order one.
    private Path table(String header, String prefix) throws IOException {
        Random random = new Random(1);
        List<String> lines = new java.util.ArrayList<>(List.of(header + ",a,b,c"));
        for (int i = 0; i < 40; i++) {
            lines.add(String.format(
                    Locale.ROOT,
                    "%s,%.4f,%.4f,%.4f",
                    prefix.replace("#", String.valueOf(100_000 + 17 * i)).replace("@", i % 2 == 0 ? "de" : "fr"),
                    random.nextGaussian(),
                    random.nextGaussian(),
                    random.nextGaussian()));
        }
        return file("table.csv", lines);
    }

    private static double[] values(RowStream rows) {
        try (rows;
                var scope = Scope.open()) {
            Tensor block = Objects.requireNonNull(rows.next());
            return Tensors.doubles(block);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "user_id, #, 3, column 1 (user_id)",
        "score, #, 3, column 1 (score)",
        "'country,city', '@,Rome', 3, 'column 1 (country), column 2 (city)'",
        "height, 3, 4, ''",
    })
    void identifiersAndTextsAreLeftOutAndNamed(String header, String cells, int width, String named)
            throws IOException {
        try (RowStream rows = RowStreams.open(table(header, cells))) {
            assertThat(rows.width()).isEqualTo(width);
            assertThat(String.join("; ", rows.warnings()))
                    .isEqualTo(
                            named.isEmpty()
                                    ? ""
                                    : "left out " + named + ": "
                                            + (cells.contains("#")
                                                    ? "different whole numbers, which look like identifiers; if they are"
                                                            + " dimensions, use --keep-column"
                                                    : "text; if it has the classes, use --label-column"));
        }
    }

    /// Whole numbers of the same scale as the others are counts, whose values may all differ.
    @Test
    void wholeNumbersOfUsualScaleAreKept() throws IOException {
        List<String> lines = IntStream.range(0, 40)
                .mapToObj(i -> "%d,%d".formatted((i * 7) % 41, (i * 13) % 43))
                .toList();
        try (RowStream rows = RowStreams.open(file("counts.csv", lines))) {
            assertThat(rows.width()).isEqualTo(2);
            assertThat(rows.warnings()).isEmpty();
        }
    }

    @Test
    void skippedColumnsAreNotRead() throws IOException {
        Path file = table("user_id,country", "#,@");
        assertThat(RowStreams.open(file, new Selection(null, null, List.of("b", "-1")))
                        .width())
                .isEqualTo(1);
        assertThatThrownBy(() -> RowStreams.open(file, new Selection(null, null, List.of("d"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has no column d, expected a name of its header or a position from 1 to 5");
        assertThatThrownBy(() -> RowStreams.open(file, new Selection(null, null, List.of("a", "b", "c"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no column of numbers");
        Path json = file("z.jsonl", List.of("[1,2]"));
        assertThatThrownBy(() -> RowStreams.open(json, new Selection(null, null, List.of("a"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected a CSV file");
    }

    private static Selection keeping(@Nullable String labelColumn, List<String> skipped, String kept) {
        return new Selection(null, labelColumn, skipped, List.of(kept));
    }

    @ParameterizedTest
    @ValueSource(strings = {"user_id", "1"})
    void anIdentifierThatTheUserKeepsIsRead(String kept) throws IOException {
        Path file = table("user_id", "#");
        int without;
        try (RowStream rows = RowStreams.open(file)) {
            without = rows.width();
        }
        try (RowStream rows = RowStreams.open(file, keeping(null, List.of(), kept))) {
            assertThat(rows.width()).isEqualTo(without + 1);
            assertThat(rows.warnings()).isEmpty();
        }
    }

    @Test
    void anIndexThatTheUserKeepsIsRead() throws IOException {
        List<String> lines =
                IntStream.range(1, 40).mapToObj(i -> i + "," + 0.5 * (i % 7)).toList();
        Path file = file("counting.csv", lines);
        try (RowStream rows = RowStreams.open(file)) {
            assertThat(rows.width()).isEqualTo(1);
            assertThat(rows.warnings()).singleElement().asString().contains("left out as an index");
        }
        try (RowStream rows = RowStreams.open(file, keeping(null, List.of(), "1"))) {
            assertThat(rows.warnings()).isEmpty();
            assertThat(values(rows)).startsWith(1, 0.5, 2, 1);
        }
    }

    @Test
    void aKeptColumnIsADimension() throws IOException {
        Path file = table("user_id,country", "#,@");
        assertThatThrownBy(() -> values(RowStreams.open(file, keeping(CsvTable.NO_LABEL, List.of(), "country"))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("expected a number");
        assertThatThrownBy(() -> RowStreams.open(file, keeping(null, List.of("user_id"), "1")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("column 1 (user_id) for --keep-column, which is skipped too");
        assertThatThrownBy(() -> RowStreams.open(file, keeping("user_id", List.of(), "1")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("which is the label too");
        assertThatThrownBy(() -> RowStreams.open(file, keeping(null, List.of(), "x")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has no column x")
                .hasMessageEndingWith("correct --keep-column");
        Path json = file("z.jsonl", List.of("[1,2]"));
        assertThatThrownBy(() -> RowStreams.open(json, keeping(null, List.of(), "1")))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith("--keep-column: found");
    }

    @Test
    void labelsOfJsonLinesMayBeginLate() throws IOException {
        Path file = file(
                "late.jsonl",
                List.of(
                        "{\"z\": [1, 2]}",
                        "{\"z\": [3, 4], \"y\": \"cat\"}",
                        "{\"z\": [3, 4], \"y\": null}",
                        "{\"z\": [5, 6], \"y\": \"dog\"}",
                        "{\"z\": [7, 8]}"));
        for (String wanted : new String[] {null, "y"}) {
            Labels labels = Objects.requireNonNull(RowStreams.labels(file, new Selection(null, wanted), _ -> {}));
            assertThat(labels.names()).containsExactly("cat", "dog");
            assertThat(labels.classes()).containsExactly(Labels.UNLABELED, 0, Labels.UNLABELED, 1, Labels.UNLABELED);
        }
        assertThatThrownBy(() -> RowStreams.labels(file, new Selection(null, "w"), _ -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no field w in any line");
    }

    @Test
    void jsonLinesAreArraysOrObjects() throws IOException {
        Path arrays = file("arrays.jsonl", List.of("[1, 2.5]", "", "[null, -4e1]"));
        assertThat(values(RowStreams.open(arrays))).containsExactly(1, 2.5, Double.NaN, -40);
        Path objects = file(
                "objects.json",
                List.of(
                        "{\"id\": 7, \"embedding\": [1, 2], \"pixels\": [9, 9, 9], \"label\": \"cat\"}",
                        "{\"id\": 8, \"embedding\": [3, 4], \"pixels\": [9, 9, 9], \"label\": \"dog\"}"));
        assertThat(values(RowStreams.open(objects))).containsExactly(1, 2, 3, 4);
        assertThat(RowStreams.open(objects, new Selection("pixels", null)).width())
                .isEqualTo(3);
        Labels labels = Objects.requireNonNull(RowStreams.labels(objects, Selection.defaults(), _ -> {}));
        assertThat(labels.names()).containsExactly("cat", "dog");
        assertThat(RowStreams.labels(arrays, Selection.defaults(), _ -> {})).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "[1,2]|[3]|line 2: found 1 numbers, expected 2",
                "[1,2]|[3,\"x\"]|line 2: found no array of numbers",
                "[1,2]|{\"z\": [1,2]}|line 2: found no array of numbers",
                "[1,2]|[3,|line 2 is not one JSON value",
                "[1,2]|[3,4],[5,6]|line 2 is not one JSON value",
                "[1,2]|[3,4] [5,6]|line 2 is not one JSON value",
                "{\"z\": [1], \"z\": [2]}|[]|line 1 is not one JSON value",
                "{\"a\": 1}|{\"a\": 2}|line 1: found no array of numbers",
                "{\"a\": [1], \"b\": [2]}|[]|line 1: found the arrays [a, b]",
                "[|1]|line 1 is not one JSON value",
            })
    void damagedJsonIsRefusedWithItsLine(String first, String second, String message) throws IOException {
        Path file = file("bad.jsonl", List.of(first, second));
        assertThatThrownBy(() -> values(RowStreams.open(file)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(message);
    }
}
