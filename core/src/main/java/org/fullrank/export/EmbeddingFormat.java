package org.fullrank.export;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.file.CsvWriter;
import org.fullrank.probe.Features;

/// The formats of a file with embeddings. The ending of the file name gives the format. Every file is written
/// atomically. All formats have the paths and the classes of the items, if these are known.
///
/// | ending | content |
/// | --- | --- |
/// | `.npy` | float32 `[N, D]` for NumPy; the paths are in `FILE_names.txt`, the classes in `FILE_labels.npy` |
/// | `.csv` | a row for each item: `path`, `e0`, `e1`, ..., `class` |
/// | `.parquet` | the columns `path` (string), `embedding` (list of D floats), `class` (string or null) |
/// | `.jsonl`, `.ndjson` | an object on each line: `path`, `class` (text or null), `embedding` |
/// | `.fbin` | int32 N, int32 D, float32 `[N, D]`, little-endian, for DiskANN; paths and classes as for `.npy` |
public enum EmbeddingFormat {
    NPY(".npy") {
        @Override
        public void write(Path file, Features features) {
            ArrayEmbeddings.writeNpy(file, features);
        }
    },
    CSV(".csv") {
        @Override
        public void write(Path file, Features features) {
            CsvWriter.write(file, csv -> CsvEmbeddings.rows(csv, features));
        }
    },
    PARQUET(".parquet") {
        @Override
        public void write(Path file, Features features) {
            ParquetEmbeddings.write(file, features);
        }
    },
    JSON_LINES(".jsonl", ".ndjson") {
        @Override
        public void write(Path file, Features features) {
            JsonEmbeddings.write(file, features);
        }
    },
    FBIN(".fbin") {
        @Override
        public void write(Path file, Features features) {
            ArrayEmbeddings.writeFbin(file, features);
        }
    };

    private final List<String> endings;

    EmbeddingFormat(String... endings) {
        this.endings = List.of(endings);
    }

    /// The format of a file.
    ///
    /// @param subject where the name comes from, for error messages, such as `--out`
    /// @throws InputException when the name has another ending
    public static EmbeddingFormat of(String subject, Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        for (EmbeddingFormat format : values()) {
            if (format.endings.stream().anyMatch(name::endsWith)) {
                return format;
            }
        }
        String known = Arrays.stream(values())
                .flatMap(format -> format.endings.stream())
                .collect(Collectors.joining(", "))
                .replaceFirst(", (\\.\\w+)$", " or $1");
        throw new InputException("%s %s: found no known ending, expected %s".formatted(subject, file, known));
    }

    /// Writes a file.
    ///
    /// @throws JobException when the file cannot be written
    public abstract void write(Path file, Features features);

    /// Writes the lines that the `_bulk` requests of Elasticsearch and OpenSearch take: before each object of
    /// [#JSON_LINES], a line that names the index and, if the item has a path, uses the path as its `_id`.
    ///
    /// @param index the name of the index
    /// @throws InputException when an index cannot have this name, or when a path is too long for an `_id`
    /// @throws JobException when the file cannot be written
    public static void writeBulk(Path file, Features features, String index) {
        JsonEmbeddings.writeBulk(file, features, index);
    }

    /// Checks the name of an index.
    ///
    /// @param subject where the name comes from, for error messages, such as `--bulk`
    /// @throws InputException when an index of Elasticsearch or OpenSearch cannot have this name
    public static void requireIndex(String subject, String name) {
        JsonEmbeddings.requireIndex(subject, name);
    }

    /// Prints embeddings as CSV.
    public static void printCsv(PrintWriter to, Features features) {
        CsvWriter.print(to, csv -> CsvEmbeddings.rows(csv, features));
    }
}
