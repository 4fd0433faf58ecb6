package org.fullrank.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Parquet files that other programs wrote. They are the independent reference of the reader.
class ParquetRowsTest {
    @TempDir
    Path folder;

    private Path file(byte[] content) throws IOException {
        return Files.write(folder.resolve("z.parquet"), content);
    }

    private static double[] values(RowStream rows, ScalarType type) {
        try (rows;
                var scope = Scope.open()) {
            Tensor block = Objects.requireNonNull(rows.next());
            assertThat(block.scalar_type().intern()).isEqualTo(type);
            assertThat(rows.next()).isNull();
            return Tensors.doubles(block);
        }
    }

    @Test
    void aMissingVectorOrNumberIsNan() throws IOException {
        RowStream rows = RowStreams.open(file(ParquetGoldens.PYARROW));
        assertThat(rows.width()).isEqualTo(3);
        assertThat(rows.rows()).hasValue(4);
        double nan = Double.NaN;
        assertThat(values(rows, ScalarType.Float))
                .containsExactly(0.5, -1.25, 3, nan, nan, nan, 2, nan, 0.125, 0.5, -1.25, 3);
    }

    @Test
    void theLabelsAreTextsOrNumbers() throws IOException {
        Labels texts = Objects.requireNonNull(
                RowStreams.labels(file(ParquetGoldens.PYARROW), Selection.defaults(), note -> {}));
        assertThat(texts.names()).containsExactly("cat", "dog");
        assertThat(texts.classes()).containsExactly(0, 1, Labels.UNLABELED, 0);
        Labels numbers = Objects.requireNonNull(
                RowStreams.labels(file(ParquetGoldens.SECOND), Selection.defaults(), note -> {}));
        assertThat(numbers.names()).containsExactly("3", "7");
        assertThat(numbers.classes()).containsExactly(1, 0, 1);
        assertThat(LabelFile.read(file(ParquetGoldens.PYARROW), Selection.defaults(), note -> {})
                        .names())
                .containsExactly("cat", "dog");
        assertThat(RowStreams.labels(file(ParquetGoldens.DUCKDB), Selection.defaults(), note -> {}))
                .isNull();
    }

    @Test
    void pagesOfVersionTwoAndFloat64AreRead() throws IOException {
        assertThat(values(RowStreams.open(file(ParquetGoldens.SECOND)), ScalarType.Double))
                .containsExactly(1.5, 2.5, 3.5, 4.5, 5.5, -6.5);
    }

    @Test
    void aFileOfDuckDbIsRead() throws IOException {
        assertThat(values(RowStreams.open(file(ParquetGoldens.DUCKDB)), ScalarType.Float))
                .containsExactly(0.25, 0.5, 0.75, -1);
        assertThat(values(
                        RowStreams.open(file(ParquetGoldens.DUCKDB), new Selection("vector", null)), ScalarType.Float))
                .hasSize(4);
    }

    @Test
    void whatIsNotThereIsNamed() throws IOException {
        assertThatThrownBy(() -> RowStreams.open(file(ParquetGoldens.DUCKDB), new Selection("embedding", null)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(
                        "found the columns of vectors vector.list.element, expected embedding among them");
        Selection color = new Selection(null, "color");
        assertThatThrownBy(() -> RowStreams.labels(file(ParquetGoldens.PYARROW), color, note -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found the columns id, label, expected color among them");
        assertThatThrownBy(() -> LabelFile.read(file(ParquetGoldens.DUCKDB), Selection.defaults(), note -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no column with a name of labels");
    }

    @Test
    void aTruncatedFileIsRefusedInOneLine() throws IOException {
        Path file = file(ParquetGoldens.PYARROW);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 1; length < whole.length; length += 41) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> RowStreams.open(file))
                    .isInstanceOf(InputException.class)
                    .hasMessageNotContaining("\n");
        }
    }
}
