package org.fullrank.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.fullrank.engine.InputException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The writers of JSON and CSV.
class WriterTest {
    record Point(double x, List<Integer> labels) {}

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void nameFile() {
        file = folder.resolve("file");
    }

    @Test
    void aRecordIsReadBackAsItWasWritten() {
        var point = new Point(0.1, List.of(1, 2));
        JsonFile.write(file, point);
        assertThat(JsonFile.read(file, Point.class)).isEqualTo(point);
        JsonFile.write(file, new Point(Double.NaN, List.of()));
        assertThat(JsonFile.read(file, Point.class)).isEqualTo(new Point(Double.NaN, List.of()));
    }

    @Test
    void aMissingJsonFileIsNull() {
        assertThat(JsonFile.read(file, Point.class)).isNull();
    }

    @Test
    void otherTextIsRefusedWithTheFileNamed() throws IOException {
        for (String text : List.of("", "[1]", "{\"x\": ", "no JSON")) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> JsonFile.read(file, ObjectNode.class))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void cellsAreQuotedWhereTheyMustBe() {
        CsvWriter.write(file, csv -> {
            csv.row(List.of("e0", "class"));
            csv.row(List.of("1.5", "plain"));
            csv.row(List.of("-2", "a, \"b\"\nc"));
        });
        assertThat(file).hasContent("e0,class\n1.5,plain\n-2,\"a, \"\"b\"\"\nc\"\n");
    }

    @Test
    void aWriterThatFailsLeavesTheOldFile() throws IOException {
        Files.writeString(file, "old");
        assertThatThrownBy(() -> CsvWriter.write(file, csv -> {
                    csv.row(List.of("new"));
                    throw new IllegalStateException("stop");
                }))
                .hasMessage("stop");
        assertThatThrownBy(() -> JsonFile.write(file, Map.of("self", new Object())))
                .isNotNull();
        assertThat(file).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("file");
    }
}
