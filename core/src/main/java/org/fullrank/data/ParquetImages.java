package org.fullrank.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.schema.ColumnSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.jspecify.annotations.Nullable;

/// One Parquet file with a column of images and, if there is one, a column of labels, in the layout of Hugging
/// Face data sets.
///
/// Images are a struct with the binary field `bytes`, or a binary column. Labels are whole numbers or
/// texts. The names of the classes are in the metadata `huggingface` of the file.
final class ParquetImages implements AutoCloseable {
    private static final Set<String> IMAGE_NAMES = Set.of("image", "img");
    private static final List<String> LABEL_NAMES =
            List.of("label", "labels", "class", "target", "y", "category", "cls");
    private static final JsonMapper JSON = new JsonMapper();

    private final String subject;
    private final ParquetFile file;
    private final ColumnSchema image;
    private final @Nullable ColumnSchema label;
    private final List<String> notes = new ArrayList<>();
    private final List<String> classNames;

    /// Receives rows.
    interface Rows {
        /// @param bytes the encoded image; null if it is missing
        /// @param label the class as in the file; empty for none
        void row(long row, byte @Nullable [] bytes, String label) throws IOException;
    }

    /// @param labelColumn name of the column of labels, or [CsvTable#NO_LABEL], or [DataSpec#UNLABELED]; null to find
    /// it
    /// @throws InputException when the file has no column of images, or it is not clear which columns are meant
    ParquetImages(Path file, @Nullable String labelColumn) throws IOException {
        subject = "Parquet file " + file;
        this.file = new ParquetFile(file);
        try {
            image = image();
            JsonNode features = features();
            label = label(labelColumn, features);
            classNames = label == null ? List.of() : names(features.path(label.name()));
            this.file.requireReadable(subject, image);
            if (label != null) {
                this.file.requireReadable(subject, label);
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /// Names of the classes, whose numbers are the labels; empty if the file has none.
    List<String> classNames() {
        return classNames;
    }

    /// Decisions that were made automatically, one line each.
    List<String> notes() {
        return notes;
    }

    /// Visits the rows in order.
    void each(Rows rows) throws IOException {
        long row = 0;
        for (RowGroup group : file.groups()) {
            file.requireRows(group);
            ParquetPages images = file.pages(group, image);
            ParquetPages labels = label == null ? null : file.pages(group, label);
            for (long end = row + group.numRows(); row < end; row++) {
                byte[] encoded = ParquetFile.guarded(images::nextBytes);
                rows.row(row, encoded, labels == null ? "" : ParquetFile.guarded(labels::nextText));
            }
        }
        if (row != file.rows()) {
            throw new IOException("it has %d rows, but its metadata say %d".formatted(row, file.rows()));
        }
    }

    private ColumnSchema image() {
        List<ColumnSchema> columns = file.columns();
        List<ColumnSchema> found =
                columns.stream().filter(ParquetImages::holdsBytes).toList();
        List<ColumnSchema> named = found.stream()
                .filter(c -> IMAGE_NAMES.contains(c.fieldPath().topLevelName().toLowerCase(Locale.ROOT)))
                .toList();
        if (found.isEmpty()) {
            throw new InputException(
                    "%s has the columns %s and none of images, expected a binary column or a struct with bytes; write a table as CSV or .npy"
                            .formatted(subject, ParquetFile.names(columns)));
        }
        if (found.size() > 1 && named.size() != 1) {
            throw new InputException(
                    "%s has several columns of images, %s, expected one; leave one of them, or name it image"
                            .formatted(subject, ParquetFile.names(found)));
        }
        return found.size() == 1 ? found.getFirst() : named.getFirst();
    }

    private static boolean holdsBytes(ColumnSchema column) {
        List<String> path = column.fieldPath().elements();
        return column.type() == PhysicalType.BYTE_ARRAY
                && column.logicalType() == null
                && column.maxRepetitionLevel() == 0
                && (path.size() == 1 || path.size() == 2 && path.getLast().equals("bytes"));
    }

    private @Nullable ColumnSchema label(@Nullable String wanted, JsonNode features) {
        if (CsvTable.NO_LABEL.equals(wanted) || DataSpec.UNLABELED.equals(wanted)) {
            return null;
        }
        List<ColumnSchema> others = file.columns().stream()
                .filter(c -> c != image && c.fieldPath().elements().size() == 1 && c.maxRepetitionLevel() == 0)
                .toList();
        Optional<ColumnSchema> found = others.stream()
                .filter(c -> wanted == null
                        ? LABEL_NAMES.contains(c.name().toLowerCase(Locale.ROOT))
                        : c.name().equals(wanted))
                .findFirst();
        if (wanted != null && found.isEmpty()) {
            throw new InputException("%s has no column %s, expected one of %s; correct data.labelColumn"
                    .formatted(subject, wanted, ParquetFile.names(others)));
        }
        List<ColumnSchema> classes = others.stream()
                .filter(c -> !names(features.path(c.name())).isEmpty())
                .toList();
        if (found.isEmpty() && classes.size() == 1) {
            found = Optional.of(classes.getFirst());
        }
        if (found.isEmpty() && !others.isEmpty()) {
            notes.add("no column of labels was found among %s; data.labelColumn names it"
                    .formatted(ParquetFile.names(others)));
        }
        found.ifPresent(this::requireLabels);
        return found.orElse(null);
    }

    private void requireLabels(ColumnSchema column) {
        switch (column.type()) {
            case INT32, INT64, BYTE_ARRAY -> {}
            case BOOLEAN, INT96, FLOAT, DOUBLE, FIXED_LEN_BYTE_ARRAY ->
                throw new InputException(
                        "%s has labels of type %s in the column %s, expected whole numbers or texts; name another with data.labelColumn"
                                .formatted(subject, column.type(), ParquetFile.plain(column.name())));
        }
    }

    /// The features in the metadata that the library `datasets` writes.
    private JsonNode features() {
        try {
            return JSON.readTree(Objects.requireNonNullElse(file.texts().get("huggingface"), "{}"))
                    .path("info")
                    .path("features");
        } catch (JsonProcessingException e) {
            notes.add("the names of the classes cannot be read: the metadata huggingface are no JSON");
            return JSON.createObjectNode().path("info");
        }
    }

    private static List<String> names(JsonNode feature) {
        List<String> names = new ArrayList<>();
        feature.path("names").forEach(name -> names.add(name.asText()));
        return List.copyOf(names);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
