package org.fullrank.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.probe.Features;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;
import org.fullrank.rows.Selection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddingFormatTest {
    private static final Features SMALL = new Features(
            new float[] {0.1f, -2, 3e-5f, 4, 5, 6.25f},
            2,
            new int[] {1, Labels.UNLABELED, 0},
            List.of("cats", "dogs"),
            List.of("dogs/\"ä\".jpg", "b.jpg", "cats/c.jpg"));

    @TempDir
    Path folder;

    private Path write(String name, Features features) {
        Path file = folder.resolve(name);
        EmbeddingFormat.of("--out", file).write(file, features);
        return file;
    }

    private static float[] read(Path file) {
        List<float[]> blocks = new ArrayList<>();
        try (RowStream rows = RowStreams.open(file)) {
            while (true) {
                try (var scope = Scope.open()) {
                    Tensor block = rows.next();
                    if (block == null) {
                        break;
                    }
                    double[] values = Tensors.doubles(block);
                    float[] floats = new float[values.length];
                    for (int i = 0; i < values.length; i++) {
                        floats[i] = (float) values[i];
                    }
                    blocks.add(floats);
                }
            }
        }
        float[] all = new float[blocks.stream().mapToInt(b -> b.length).sum()];
        int at = 0;
        for (float[] block : blocks) {
            System.arraycopy(block, 0, all, at, block.length);
            at += block.length;
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(strings = {"z.npy", "z.csv", "z.parquet", "z.jsonl", "Z.NDJSON", "z.fbin"})
    void everyFormatIsReadAgainBitByBit(String name) {
        assertThat(read(write(name, SMALL))).containsExactly(SMALL.values());
        Features bare = Features.unlabeled(SMALL.values(), 3);
        assertThat(read(write("bare-" + name, bare))).containsExactly(SMALL.values());
    }

    @ParameterizedTest
    @ValueSource(strings = {"z.csv", "z.parquet", "z.jsonl"})
    void theClassesAreInTheFile(String name) {
        Labels labels = Objects.requireNonNull(RowStreams.labels(write(name, SMALL), Selection.defaults(), note -> {}));
        assertThat(labels.names()).containsExactly("cats", "dogs");
        assertThat(labels.classes()).containsExactly(1, Labels.UNLABELED, 0);
    }

    @Test
    void severalGroupsAndPagesOfParquetAreRead() {
        int rows = ParquetEmbeddings.GROUP_ROWS + 10_000;
        float[] values = new float[rows * 7];
        int[] classes = new int[rows];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(i);
        }
        Arrays.setAll(classes, row -> row % 5 - 1);
        List<String> paths =
                IntStream.range(0, rows).mapToObj(row -> "images/" + row).toList();
        Path file = write("z.parquet", new Features(values, 7, classes, List.of("a", "b", "c", "d"), paths));
        assertThat(read(file)).isEqualTo(values); // containsExactly would take half a minute
        Labels labels = Objects.requireNonNull(RowStreams.labels(file, Selection.defaults(), note -> {}));
        assertThat(labels.classes()).isEqualTo(classes);
    }

    @Test
    void aRowLongerThanAPageAndARowOfOneNumberAreRead() {
        float[] values = new float[2 * 300_000];
        Arrays.fill(values, 1.5f);
        values[300_000] = -7;
        assertThat(read(write("long.parquet", Features.unlabeled(values, 300_000))))
                .isEqualTo(values);
        float[] few = {1, 2, 3};
        assertThat(read(write("one.parquet", Features.unlabeled(few, 1)))).containsExactly(few);
    }

    @Test
    void fbinIsTwoNumbersAndTheRows() throws IOException {
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(write("z.fbin", SMALL))).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(bytes.getInt()).isEqualTo(3);
        assertThat(bytes.getInt()).isEqualTo(2);
        for (float value : SMALL.values()) {
            assertThat(bytes.getFloat()).isEqualTo(value);
        }
        assertThat(bytes.hasRemaining()).isFalse();
        assertThat(folder.resolve("z_names.txt")).hasContent("dogs/\"ä\".jpg\nb.jpg\ncats/c.jpg\n");
        assertThat(folder.resolve("z_labels.npy")).exists();
    }

    @Test
    void aJsonLineHasPathClassAndEmbedding() throws IOException {
        List<String> lines = Files.readAllLines(write("z.jsonl", SMALL));
        assertThat(lines)
                .containsExactly(
                        "{\"path\":\"dogs/\\\"ä\\\".jpg\",\"class\":\"dogs\",\"embedding\":[0.1,-2.0]}",
                        "{\"path\":\"b.jpg\",\"class\":null,\"embedding\":[3.0E-5,4.0]}",
                        "{\"path\":\"cats/c.jpg\",\"class\":\"cats\",\"embedding\":[5.0,6.25]}");
        Features bare = Features.unlabeled(new float[] {1}, 1);
        assertThat(Files.readString(write("bare.jsonl", bare))).isEqualTo("{\"embedding\":[1.0]}\n");
    }

    @Test
    void bulkLinesNameTheIndexAndThePath() throws IOException {
        Path file = folder.resolve("bulk.ndjson");
        EmbeddingFormat.writeBulk(file, SMALL, "photos");
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(6);
        var mapper = new ObjectMapper();
        for (int row = 0; row < 3; row++) {
            JsonNode action = mapper.readTree(lines.get(2 * row)).path("index");
            assertThat(action.path("_index").asText()).isEqualTo("photos");
            assertThat(action.path("_id").asText()).isEqualTo(SMALL.paths().get(row));
            assertThat(mapper.readTree(lines.get(2 * row + 1)).path("path").asText())
                    .isEqualTo(SMALL.paths().get(row));
        }
        assertThat(read(file)).containsExactly(SMALL.values());
    }

    @ParameterizedTest
    @ValueSource(strings = {"Photos", "_photos", "my photos", "", "a/b", ".hidden"})
    void anImpossibleNameOfAnIndexIsRefused(String index) {
        assertThatThrownBy(() -> EmbeddingFormat.writeBulk(folder.resolve("bulk.ndjson"), SMALL, index))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found the index name '" + index + "'");
        assertThat(folder.resolve("bulk.ndjson")).doesNotExist();
    }

    @Test
    void aPathTooLongForAnIdIsRefused() {
        Features features = Features.unlabeled(new float[] {1}, 1).withPaths(List.of("ä".repeat(257)));
        assertThatThrownBy(() -> EmbeddingFormat.writeBulk(folder.resolve("bulk.ndjson"), features, "photos"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("more than 512 bytes");
    }

    @Test
    void anUnknownEndingNamesTheKnownOnes() {
        assertThatThrownBy(() -> EmbeddingFormat.of("--out", Path.of("z.xlsx")))
                .isInstanceOf(InputException.class)
                .hasMessage(
                        "--out z.xlsx: found no known ending, expected .npy, .csv, .parquet, .jsonl, .ndjson or .fbin");
    }

    /// Others may read the file if they may read any new file of the user.
    @Test
    void aFileHasThePermissionsOfANewFile() throws IOException {
        Path plain = Files.createFile(folder.resolve("plain"));
        for (String name : List.of("z.npy", "z.csv", "z.parquet", "z.jsonl", "z.fbin")) {
            assertThat(Files.getPosixFilePermissions(write(name, SMALL)))
                    .isEqualTo(Files.getPosixFilePermissions(plain));
        }
    }

    @Test
    void aFbinFileOfAnotherSizeIsRefused() throws IOException {
        Path file = write("z.fbin", SMALL);
        byte[] whole = Files.readAllBytes(file);
        for (byte[] bad : List.of(
                Arrays.copyOf(whole, 5),
                Arrays.copyOf(whole, whole.length - 1),
                Arrays.copyOf(whole, whole.length + 4))) {
            Files.write(file, bad);
            assertThatThrownBy(() -> RowStreams.open(file))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("fbin file")
                    .hasMessageContaining("get the file again");
        }
    }
}
