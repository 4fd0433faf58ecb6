package org.fullrank.search;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.fullrank.rows.LabelFile;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;
import org.fullrank.rows.Selection;
import org.jspecify.annotations.Nullable;

/// Vectors to index, with a name and a class for each row.
///
/// @param rows the vectors `[N, D]`, read in blocks
/// @param names one for each row; empty if the rows have none
/// @param labels one for each row; null if there are none
/// @param source what is written on the index
public record VectorSource(
        RowStream rows, List<String> names, @Nullable Labels labels, IndexCard.Source source) implements AutoCloseable {
    /// Names of a column or field with the names of the rows.
    private static final Set<String> NAME_COLUMNS = Set.of("path", "name", "file", "filename", "image", "id");

    public VectorSource {
        names = List.copyOf(names);
    }

    /// Opens a file of embeddings. Beside `x.npy` or `x.fbin`, the names are the lines of `x_names.txt`, and the
    /// classes are in `x_labels.npy`, as `fullrank embed` writes them. In CSV, Parquet and JSON lines, the names
    /// are in the first column or field that is named path, name, file, filename, image or id.
    ///
    /// @param notes gets a line for each decision about the file that was made automatically
    /// @throws InputException when the file is missing or damaged
    public static VectorSource open(Path file, Consumer<String> notes) {
        boolean array = file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(npy|fbin)");
        Labels labels = array ? beside(file, notes) : RowStreams.labels(file, Selection.defaults(), notes);
        List<String> names = array ? lines(sibling(file, "_names.txt")) : column(file, labels != null);
        RowStream rows = RowStreams.open(file);
        rows.warnings().forEach(notes);
        return new VectorSource(rows, names, labels, IndexCard.Source.file(file.toString()));
    }

    /// Vectors in memory.
    ///
    /// @param values `[N, D]`, row by row; not copied, so they must not be changed
    public static VectorSource of(float[] values, int width, List<String> names, @Nullable Labels labels) {
        return new VectorSource(
                RowStreams.of("vectors", values, width), names, labels, IndexCard.Source.file("vectors in memory"));
    }

    /// @throws InputException when there are more or fewer names or labels than rows
    void requireRows(long found) {
        requireCount("names", names.isEmpty() ? found : names.size(), found);
        requireCount("labels", labels == null ? found : labels.classes().length, found);
    }

    private void requireCount(String what, long count, long found) {
        InputException.unless(
                count == found,
                "%s: found %d %s for %d rows, expected one for each; write the embeddings again",
                rows.name(),
                count,
                what,
                found);
    }

    private static @Nullable Labels beside(Path file, Consumer<String> notes) {
        Path labels = sibling(file, "_labels.npy");
        return Files.exists(labels) ? LabelFile.read(labels, Selection.defaults(), notes) : null;
    }

    private static Path sibling(Path file, String ending) {
        String name = String.valueOf(file.getFileName());
        return file.resolveSibling(name.substring(0, name.lastIndexOf('.')) + ending);
    }

    private static List<String> lines(Path file) {
        try {
            return Files.exists(file) ? Files.readAllLines(file) : List.of();
        } catch (IOException e) {
            String reason = e instanceof CharacterCodingException ? "it is not UTF-8 text" : e.getMessage();
            throw new InputException("%s: cannot be read (%s); write one name on each line".formatted(file, reason), e);
        }
    }

    /// The names in a column or field of the file; empty if there is none.
    private static List<String> column(Path file, boolean labeled) {
        if (!file.toString().toLowerCase(Locale.ROOT).matches(".*\\.(csv|tsv|csv\\.gz)")) {
            return RowStreams.names(file, NAME_COLUMNS);
        }
        try (CsvTable table = CsvTable.open(file, null, "correct its header")) {
            int column = position(table, labeled);
            List<String> names = new ArrayList<>();
            for (CsvTable.Row row = column < 0 ? null : table.next(); row != null; row = table.next()) {
                names.add(row.cells().get(column));
            }
            return names;
        } catch (IOException e) {
            throw new InputException(
                    "CSV file %s: cannot be read (%s); check that it is whole".formatted(file, e.getMessage()), e);
        }
    }

    private static int position(CsvTable table, boolean labeled) {
        List<String> headers = table.names();
        for (int i = 0; headers != null && i < headers.size(); i++) {
            boolean label = labeled && i == table.label();
            if (!label && NAME_COLUMNS.contains(headers.get(i).toLowerCase(Locale.ROOT))) {
                return i;
            }
        }
        return -1;
    }

    @Override
    public void close() {
        rows.close();
    }
}
