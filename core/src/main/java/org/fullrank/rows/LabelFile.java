package org.fullrank.rows;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.ClassNumbers;
import org.fullrank.data.Labels;
import org.fullrank.data.ParquetVectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.file.CsvTable;
import org.jspecify.annotations.Nullable;

/// Reads the class of each row. The file is one of these: a `.npy` of whole numbers `[N]`, an archive with an
/// array that has a name of labels, a CSV file with a column of labels, or a text file with one class on each
/// line. The names of classes are kept. Classes that are whole numbers are ordered by value, and names are
/// ordered alphabetically. The labels need 4 bytes of memory per row.
///
/// The argument `notes` gets a line for each label that was treated as missing although it may be a class.
/// `notes` also gets a line if the user did not ask for labels and all of them are missing.
public final class LabelFile {
    private static final String REMEDY = "correct --label-column";

    private LabelFile() {}

    /// Reads a file of labels.
    ///
    /// @throws InputException when it is missing or damaged, or contains something other than labels
    public static Labels read(Path file, Selection selection, Consumer<String> notes) {
        ClassNumbers classes = switch (RowFormat.of(file)) {
            case NPY -> numbers(NpyFile.open(file, true));
            case ZIP -> named(new NpzArchive(file));
            case SAFETENSORS -> named(new TensorArchive(file));
            case PARQUET -> parquet(file, selection);
            case FBIN ->
                throw new InputException(
                        "%s: found embeddings, expected labels as .npy, .csv or .txt; write one class on each line"
                                .formatted(file));
            case JSON ->
                throw new InputException(
                        "%s: found JSON, expected labels as .npy, .csv or .txt; write one class on each line"
                                .formatted(file));
            case TEXT ->
                file.toString().toLowerCase(Locale.ROOT).endsWith(".txt") && selection.labelColumn() == null
                        ? lines(file)
                        : column(file, selection, notes);
        };
        Labels labels = required(classes, notes);
        if (labels.differ()) {
            throw new InputException(
                    "%s: found a class of its own for each of %d rows, expected classes of several rows;"
                                    .formatted(file, labels.classes().length)
                            + " these look like identifiers");
        }
        return labels;
    }

    /// The labels in an archive of embeddings; null if there are none.
    static @Nullable Labels of(Archive archive, Consumer<String> notes) {
        ClassNumbers classes = found(archive);
        return classes == null ? null : optional(classes, notes);
    }

    /// The labels in a Parquet file of embeddings; null if there are none.
    static @Nullable Labels ofParquet(Path file, Selection selection, Consumer<String> notes) {
        ClassNumbers classes = ParquetVectors.classes(file, selection.labelColumn());
        if (classes == null) {
            return null;
        }
        return selection.labelColumn() == null ? optional(classes, notes) : required(classes, notes);
    }

    private static ClassNumbers parquet(Path file, Selection selection) {
        ClassNumbers classes = ParquetVectors.classes(file, selection.labelColumn());
        if (classes == null) {
            throw new InputException(
                    "%s: found no column with a name of labels, expected one, such as label or class; name it with --label-column"
                            .formatted(file));
        }
        return classes;
    }

    private static @Nullable ClassNumbers found(Archive archive) {
        String array = archive.labels();
        if (array != null) {
            return numbers(archive.open(array, true));
        }
        String[] texts = archive.texts();
        if (texts == null) {
            return null;
        }
        var classes = new ClassNumbers(archive.name());
        Stream.of(texts).forEach(classes::add);
        return classes;
    }

    /// The label column of a CSV file of embeddings; null if there is none. Its warnings are those of the
    /// rows, see [CsvRows].
    static @Nullable Labels beside(Path file, Selection selection, Consumer<String> notes) {
        try (CsvTable table = table(file, selection)) {
            if (table.label() < 0) {
                return null;
            }
            ClassNumbers classes = column("CSV file " + file, table, table.label());
            if (selection.labelColumn() != null) {
                return required(classes, notes);
            }
            Labels labels = optional(classes, notes);
            if (labels == null || labels.differ()) {
                return null;
            }
            if (table.differingLabel() != null) {
                notes.accept(table.differingLabel());
            }
            return labels;
        } catch (IOException e) {
            throw CsvRows.unreadable(file, e);
        }
    }

    /// If the user did not ask for the labels, all of them may be missing.
    private static @Nullable Labels optional(ClassNumbers classes, Consumer<String> notes) {
        if (classes.rows() == 0) {
            return required(classes, notes);
        }
        Labels labels = classes.labels();
        classes.notes().forEach(notes);
        return labels;
    }

    private static Labels required(ClassNumbers classes, Consumer<String> notes) {
        Labels labels = classes.labels();
        if (labels == null && classes.rows() == 0) {
            throw new InputException(
                    "%s: found 0 rows, expected at least 1; give another file".formatted(classes.name()));
        }
        if (labels == null) {
            throw new InputException("%s: found no label in %d rows, expected classes; fill them in, or give no labels"
                    .formatted(classes.name(), classes.rows()));
        }
        classes.notes().forEach(notes);
        return labels;
    }

    static CsvTable table(Path file, Selection selection) throws IOException {
        return CsvTable.open(file, selection.labelColumn(), REMEDY);
    }

    private static ClassNumbers named(Archive archive) {
        ClassNumbers classes = found(archive);
        if (classes == null) {
            throw new InputException(
                    "%s: found no array of shape [N] with a name of labels, expected one, such as labels or y; save the labels as .npy"
                            .formatted(archive.name()));
        }
        return classes;
    }

    private static ClassNumbers column(Path file, Selection selection, Consumer<String> notes) {
        try (CsvTable table = table(file, selection)) {
            int label = table.label() < 0 && table.columns() == 1 ? 0 : table.label();
            if (label < 0) {
                throw new InputException("CSV file %s: found %d columns and none that is named label, expected one of"
                                .formatted(file, table.columns())
                        + " labels; name it with --label-column");
            }
            table.warnings().forEach(notes);
            return column("CSV file " + file, table, label);
        } catch (IOException e) {
            throw CsvRows.unreadable(file, e);
        }
    }

    private static ClassNumbers column(String name, CsvTable table, int label) throws IOException {
        var classes = new ClassNumbers(name);
        for (CsvTable.Row row = table.next(); row != null; row = table.next()) {
            classes.add(row.cells().get(label));
        }
        return classes;
    }

    private static ClassNumbers lines(Path file) {
        var classes = new ClassNumbers("text file " + file);
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                classes.add(line);
            }
        } catch (IOException e) {
            String reason = e instanceof CharacterCodingException ? "it is not UTF-8 text" : e.getMessage();
            throw new InputException(
                    "text file %s: cannot be read (%s); write one class on each line".formatted(file, reason), e);
        }
        return classes;
    }

    private static ClassNumbers numbers(RowStream rows) {
        try (rows) {
            var classes = new ClassNumbers(rows.name());
            while (true) {
                try (var scope = Scope.open()) {
                    Tensor block = rows.next();
                    if (block == null) {
                        return classes;
                    }
                    for (double value : Tensors.doubles(block)) {
                        classes.add(value);
                    }
                }
            }
        }
    }
}
