package org.fullrank.rows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
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
    /// pyarrow 26.0.1, snappy, dictionaries: id [10, 11, 12, 13], embedding float32
    /// [[.5, -1.25, 3], None, [2, None, .125], [.5, -1.25, 3]], label [cat, dog, None, cat].
    private static final String PYARROW = """
            UEFSMRUEFUAVOEwVCBUAEgAAIAQKAAkBAAsJB0AADAAAAAAAAAANAAAAAAAAABUAFRQVGCwVCBUQFQYVBhwAAAAKJAIAAAAIAQID\
            5AAVBBUoFSxMFQoVABIAABRMAAAAPwAAoL8AAEBAAAAAQAAAAD4VABUqFS4sFRQVEBUGFQYcAAAAFVADAAAABWYDBQAAAAU/+w8A\
            AwOIRkQVBBUcFSBMFQQVABIAAA40AwAAAGNhdAMAAABkb2cVABUSFRYsFQgVEBUGFQYcAAAACSACAAAAAwsBAwIVBBlsNQAYBnNj\
            aGVtYRUGABUEJQIYAmlkADUCGAllbWJlZGRpbmcVAhUGTDwAAAA1BBgEbGlzdBUCABUIJQIYB2VsZW1lbnQAFQwlAhgFbGFiZWwl\
            AEwcAAAAFggZHBk8JgAcFQQZNQAGEBkYAmlkFQIWCBaWARaSASZcJggpLBUEFQAVAgAVABUQFQIAPCkGGSYACAAAACYAHBUIGTUA\
            BhAZOAllbWJlZGRpbmcEbGlzdAdlbGVtZW50FQIWFBaUARacASbiASaaASksFQQVABUCABUAFRAVAgA8KSYIDBlGAgACEAAAACYA\
            HBUMGTUABhAZGAVsYWJlbBUCFggWcBZ4JvICJrYCKSwVBBUAFQIAFQAVEBUCADwWEhkGGSYCBgAAABaaAxYIJggWpgMAKCBwYXJx\
            dWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI2LjAuMRk8HAAAHAAAHAAAAF4BAABQQVIx\
            """;

    /// pyarrow 26.0.1, zstd, pages of version 2: z float64 [[1.5, 2.5], [3.5, 4.5], [5.5, -6.5]], y [7, 3, 7].
    private static final String SECOND = """
            UEFSMRUGFWgVYFwVDBUAFQYVABUEFQQRHAAAAAMqDAMotS/9IDAdAQDAAAAAAAAA+D8ABEAADBIWQAAAAAAAABrABAAgy0pe0IYA\
            jhUGFTQVNFwVBhUAFQYVABUEFQASHAAAAAYBBwAAAAAAAAADAAAAAAAAAAcAAAAAAAAAFQQZXDUAGAZzY2hlbWEVBAA1AhgBehUC\
            FQZMPAAAADUEGARsaXN0FQIAFQolAhgHZWxlbWVudAAVBCUCGAF5ABYGGRwZLCYAHBUKGSUGABk4AXoEbGlzdAdlbGVtZW50FQwW\
            DBaYARaQASYISRwVABUAFQIAPCkmBgYZRgAAAAwAAAAmABwVBBklBgAZGAF5FQwWBhZkFmQmmAFJHBUAFQAVAgA8KQYZJgAGAAAA\
            FvwBFgYmCBb0AQAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjYuMC4xGSwcAAAcAAAA5AAAAFBBUjE=\
            """;

    /// DuckDB 2.0.1: path [a.jpg, b.jpg], vector float32 [[.25, .5], [.75, -1]].
    private static final String DUCKDB = """
            UEFSMRUAFTAVNCwVBBUAFQYVBgAAGFwCAAAABAEFAAAAYS5qcGcFAAAAYi5qcGcVABV2FUYsFQgVABUGFQYAADsYIQAAAEEKAHYB\
            AFQCAAAACAMAAIA+AAAAPwAAQD8AAIC/FQIZXDUAGA1kdWNrZGJfc2NoZW1hFQQAFQwlAhgEcGF0aCUAADUCGAZ2ZWN0b3IVAhUG\
            ADUEGARsaXN0FQIAFQglAhgHZWxlbWVudAAWBBkcGSwmABwVDBkVABkYBHBhdGgVAhYEFlIWViYIPBgFYi5qcGcYBWEuanBnFgAo\
            BWIuanBnGAVhLmpwZxERABkcFQAVABUCAAAAJgAcFQgZFQAZOAZ2ZWN0b3IEbGlzdAdlbGVtZW50FQIWCBaYARZoJl48GAQAAEA/\
            GAQAAIC/FgAoBAAAQD8YBAAAgL8RERYAABkcFQAVABUCAAAAFuoBFgQmCBa+AQAoKER1Y2tEQiB2ZXJzaW9uIHYyLjAuMSAoYnVp\
            bGQgOGQ3ODExNGU5MCkZLBwAABwAAAArAQAAUEFSMQ==\
            """;

    @TempDir
    Path folder;

    private Path file(String content) throws IOException {
        return Files.write(folder.resolve("z.parquet"), Base64.getDecoder().decode(content.strip()));
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
        RowStream rows = RowStreams.open(file(PYARROW));
        assertThat(rows.width()).isEqualTo(3);
        assertThat(rows.rows()).hasValue(4);
        double nan = Double.NaN;
        assertThat(values(rows, ScalarType.Float))
                .containsExactly(0.5, -1.25, 3, nan, nan, nan, 2, nan, 0.125, 0.5, -1.25, 3);
    }

    @Test
    void theLabelsAreTextsOrNumbers() throws IOException {
        Labels texts =
                Objects.requireNonNull(RowStreams.labels(file(PYARROW), Selection.defaults(), note -> {}));
        assertThat(texts.names()).containsExactly("cat", "dog");
        assertThat(texts.classes()).containsExactly(0, 1, Labels.UNLABELED, 0);
        Labels numbers =
                Objects.requireNonNull(RowStreams.labels(file(SECOND), Selection.defaults(), note -> {}));
        assertThat(numbers.names()).containsExactly("3", "7");
        assertThat(numbers.classes()).containsExactly(1, 0, 1);
        assertThat(LabelFile.read(file(PYARROW), Selection.defaults(), note -> {}).names())
                .containsExactly("cat", "dog");
        assertThat(RowStreams.labels(file(DUCKDB), Selection.defaults(), note -> {})).isNull();
    }

    @Test
    void pagesOfVersionTwoAndFloat64AreRead() throws IOException {
        assertThat(values(RowStreams.open(file(SECOND)), ScalarType.Double))
                .containsExactly(1.5, 2.5, 3.5, 4.5, 5.5, -6.5);
    }

    @Test
    void aFileOfDuckDbIsRead() throws IOException {
        assertThat(values(RowStreams.open(file(DUCKDB)), ScalarType.Float)).containsExactly(0.25, 0.5, 0.75, -1);
        assertThat(values(RowStreams.open(file(DUCKDB), new Selection("vector", null)), ScalarType.Float))
                .hasSize(4);
    }

    @Test
    void whatIsNotThereIsNamed() throws IOException {
        assertThatThrownBy(() -> RowStreams.open(file(DUCKDB), new Selection("embedding", null)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found the columns of vectors vector.list.element, expected embedding among them");
        Selection color = new Selection(null, "color");
        assertThatThrownBy(() -> RowStreams.labels(file(PYARROW), color, note -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found the columns id, label, expected color among them");
        assertThatThrownBy(() -> LabelFile.read(file(DUCKDB), Selection.defaults(), note -> {}))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("found no column with a name of labels");
    }

    @Test
    void aTruncatedFileIsRefusedInOneLine() throws IOException {
        Path file = file(PYARROW);
        byte[] whole = Files.readAllBytes(file);
        for (int length = 1; length < whole.length; length += 41) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> RowStreams.open(file))
                    .isInstanceOf(InputException.class)
                    .hasMessageNotContaining("\n");
        }
    }
}
