package org.fullrank.rows;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.Labels;
import org.fullrank.data.ParquetVectors;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Opens embeddings in any supported format as a stream of rows. The stream needs a limited amount of memory.
///
/// | format | what is read |
/// | --- | --- |
/// | `.npy` | a matrix of float16, float32, float64 or whole numbers, either byte order, C or Fortran order |
/// | `.npz` | one such matrix: the selected one, or `embeddings`, `z`, `x`, or the only one with two dimensions |
/// | CSV | rows of numbers; labels, an index, texts and identifiers are left out |
/// | safetensors | one matrix, selected as in an `.npz` |
/// | Parquet | a column of lists of float or double, all of one length |
/// | `.fbin` | float32 `[N, D]`, as for DiskANN |
/// | JSON lines | an array of numbers on each line, or an object with one |
///
/// A vector `[N]` is refused, because such files usually hold labels.
public final class RowStreams {
    private RowStreams() {}

    /// Opens a file; the caller closes the stream.
    ///
    /// @throws org.fullrank.engine.InputException when it is missing, damaged, or does not contain a matrix
    public static RowStream open(Path file) {
        return open(file, Selection.defaults());
    }

    /// Opens the selected part of a file; the caller closes the stream.
    ///
    /// @throws org.fullrank.engine.InputException when it is missing, damaged, or does not contain this
    ///     matrix
    public static RowStream open(Path file, Selection selection) {
        RowFormat format = RowFormat.of(file);
        InputException.when(
                format != RowFormat.TEXT
                        && !(selection.skipped().isEmpty() && selection.kept().isEmpty()),
                "%s: found %s, expected a CSV file, because the option is for tables; leave the option out",
                selection.skipped().isEmpty() ? "--keep-column" : "--skip-column",
                file);
        return switch (format) {
            case NPY -> NpyFile.matrix(file, selection);
            case ZIP -> matrix(new NpzArchive(file), selection);
            case SAFETENSORS -> matrix(new TensorArchive(file), selection);
            case PARQUET -> ParquetRows.open(file, selection);
            case FBIN -> FbinFile.open(file, selection);
            case JSON -> JsonRows.open(file, selection);
            case TEXT -> CsvRows.open(file, selection);
        };
    }

    /// Rows in memory.
    ///
    /// @param name for messages
    /// @param values float32 `[N, D]`, row by row; not copied, so it must not be changed
    /// @param width D
    public static RowStream of(String name, float[] values, int width) {
        return new MemoryRows(name, values, width);
    }

    /// The labels in a file of embeddings; null if there are none. In an archive, the labels are the array
    /// with a name of labels, such as `labels`, `y` or `image_labels`. In a CSV file, they are the label
    /// column. A column with a different value in every row counts as names of rows, not as labels, unless
    /// the user selected it.
    ///
    /// @param notes gets a line for each label that was treated as missing although it may be a class, and a
    ///     line if all labels are missing
    /// @throws org.fullrank.engine.InputException when they are not labels
    public static @Nullable Labels labels(Path file, Selection selection, Consumer<String> notes) {
        return switch (RowFormat.of(file)) {
            case NPY, FBIN -> null;
            case ZIP -> LabelFile.of(new NpzArchive(file), notes);
            case SAFETENSORS -> LabelFile.of(new TensorArchive(file), notes);
            case PARQUET -> LabelFile.ofParquet(file, selection, notes);
            case JSON -> JsonRows.labels(file, selection.labelColumn(), notes);
            case TEXT -> LabelFile.beside(file, selection, notes);
        };
    }

    /// The texts in the first column of a Parquet file, or field of the first line of JSON lines, with one of these
    /// names in lowercase; empty if there is none, and in all other formats.
    ///
    /// @throws org.fullrank.engine.InputException when the file is damaged
    public static List<String> names(Path file, Set<String> columns) {
        return switch (RowFormat.of(file)) {
            case PARQUET -> ParquetVectors.texts(file, columns);
            case JSON -> JsonRows.texts(file, columns);
            case NPY, ZIP, SAFETENSORS, FBIN, TEXT -> List.of();
        };
    }

    private static RowStream matrix(Archive archive, Selection selection) {
        String array = archive.matrix(selection.key());
        RowStream rows = archive.open(array, false);
        List<String> ignored = selection.key() == null ? archive.ignored(array) : List.of();
        return ignored.isEmpty()
                ? rows
                : new Warned(rows, "array %s was read; ignored: %s".formatted(array, String.join(", ", ignored)));
    }

    /// Rows, and a remark on how they were found.
    private record Warned(RowStream stream, String warning) implements RowStream {
        @Override
        public String name() {
            return stream.name();
        }

        @Override
        public int width() {
            return stream.width();
        }

        @Override
        public OptionalLong rows() {
            return stream.rows();
        }

        @Override
        public List<String> warnings() {
            return Stream.concat(Stream.of(warning), stream.warnings().stream()).toList();
        }

        @Override
        public @Nullable Tensor next() {
            return stream.next();
        }

        @Override
        public void close() {
            stream.close();
        }
    }
}
