package org.fullrank.data;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.hardwood.HardwoodContext;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.ColumnMetaData;
import dev.hardwood.metadata.CompressionCodec;
import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.reader.ColumnReader;
import dev.hardwood.reader.ColumnReaders;
import dev.hardwood.reader.ParquetFileReader;
import dev.hardwood.schema.ColumnProjection;
import dev.hardwood.schema.ColumnSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.fullrank.file.Inputs;
import org.jspecify.annotations.Nullable;

/// One Parquet file with a column of images and, if there is one, a column of labels, in the layout of Hugging
/// Face data sets.
///
/// Images are a struct with the binary field `bytes`, or a binary column. Labels are whole numbers or texts. The
/// names of the classes are in the metadata `huggingface` of the file.
final class ParquetImages implements AutoCloseable {
    private static final int ROWS_AT_ONCE = 64; // 13 MB for photographs of 200 kB; several batches are read ahead
    private static final Set<String> IMAGE_NAMES = Set.of("image", "img");
    private static final List<String> LABEL_NAMES =
            List.of("label", "labels", "class", "target", "y", "category", "cls");
    private static final Set<CompressionCodec> CODECS = Set.of(
            CompressionCodec.UNCOMPRESSED, CompressionCodec.SNAPPY, CompressionCodec.GZIP, CompressionCodec.ZSTD);
    private static final int MOST_CAUSES = 10;
    private static final String NO_FILE = "it is no whole Parquet file";
    private static final JsonMapper JSON = new JsonMapper();

    /// Kept, because the logging of Java forgets the level of a logger that nothing refers to.
    private static final Logger QUIET = Logger.getLogger("dev.hardwood");

    static {
        QUIET.setLevel(Level.WARNING);
        // libdeflate is only on some machines, and a damaged file must give the same message on all
        System.getProperties().putIfAbsent("hardwood.uselibdeflate", "false");
    }

    private final String subject;
    private final HardwoodContext context;
    private final ParquetFileReader reader;
    private final ColumnSchema image;
    private final @Nullable ColumnSchema label;
    private final List<String> notes = new ArrayList<>();
    private final List<String> classNames;

    /// Receives rows.
    interface Rows {
        /// @param bytes the encoded image; null if it is missing
        /// @param label the class as the file has it, empty for none
        void row(long row, byte @Nullable [] bytes, String label) throws IOException;
    }

    /// @param labelColumn name of the column of labels, or [CsvTable#NO_LABEL]; null to find it
    /// @throws InputException when the file has no column of images, or it is not clear which columns are meant
    ParquetImages(Path file, @Nullable String labelColumn) throws IOException {
        subject = "Parquet file " + file;
        context = ParquetPages.context();
        try {
            reader = guarded(() -> ParquetFileReader.open(new MappedInput(file), context));
        } catch (IOException e) {
            context.close();
            throw e;
        }
        try {
            guarded(() -> check(Files.size(file)));
            List<ColumnSchema> columns = guarded(() -> reader.getFileSchema().getColumns());
            image = guarded(() -> image(columns));
            JsonNode features = guarded(this::features);
            label = guarded(() -> Optional.ofNullable(label(columns, labelColumn, features)))
                    .orElse(null);
            classNames = label == null ? List.of() : names(features.path(label.name()));
        } catch (RuntimeException | IOException e) {
            close();
            throw e;
        }
    }

    /// Names of the classes, whose numbers are the labels; empty if the file has none.
    List<String> classNames() {
        return classNames;
    }

    /// What was decided without being asked, one line each.
    List<String> notes() {
        return notes;
    }

    void each(Rows rows) throws IOException {
        String pixels = image.fieldPath().toString();
        String classes = label == null ? pixels : label.fieldPath().toString();
        try (ColumnReaders columns = guarded(() -> reader.buildColumnReaders(ColumnProjection.columns(pixels, classes))
                .batchSize(ROWS_AT_ONCE)
                .build())) {
            long row = 0;
            while (guarded(columns::nextBatch)) {
                ColumnReader images = columns.getColumnReader(pixels);
                byte[][] bytes = guarded(images::getBinaries);
                String[] labels = label == null ? null : guarded(() -> texts(columns.getColumnReader(classes)));
                for (int i = 0; i < columns.getRecordCount(); i++) {
                    rows.row(row++, bytes[i], labels == null ? "" : labels[i]);
                }
            }
            if (row != reader.getFileMetaData().numRows()) {
                throw new IOException("it has %d rows, but its metadata say %d"
                        .formatted(row, reader.getFileMetaData().numRows()));
            }
        }
    }

    private static String[] texts(ColumnReader column) {
        String[] texts = new String[column.getRecordCount()];
        PhysicalType type = column.getColumnSchema().type();
        int[] ints = type == PhysicalType.INT32 ? column.getInts() : new int[0];
        long[] longs = type == PhysicalType.INT64 ? column.getLongs() : new long[0];
        String[] strings = type == PhysicalType.BYTE_ARRAY ? column.getStrings() : new String[0];
        for (int i = 0; i < texts.length; i++) {
            if (column.getLeafValidity().isNull(i)) {
                texts[i] = "";
            } else {
                texts[i] = switch (type) {
                    case INT32 -> String.valueOf(ints[i]);
                    case INT64 -> String.valueOf(longs[i]);
                    default -> strings[i].strip();
                };
            }
        }
        return texts;
    }

    private ColumnSchema image(List<ColumnSchema> columns) {
        List<ColumnSchema> found =
                columns.stream().filter(ParquetImages::holdsBytes).toList();
        List<ColumnSchema> named = found.stream()
                .filter(c -> IMAGE_NAMES.contains(c.fieldPath().topLevelName().toLowerCase(Locale.ROOT)))
                .toList();
        if (found.isEmpty()) {
            throw new InputException(
                    "%s has the columns %s and none of images, expected a binary column or a struct with bytes; write a table as CSV or .npy"
                            .formatted(subject, paths(columns)));
        }
        if (found.size() > 1 && named.size() != 1) {
            throw new InputException(
                    "%s has several columns of images, %s, expected one; leave one of them, or name it image"
                            .formatted(subject, paths(found)));
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

    private @Nullable ColumnSchema label(List<ColumnSchema> columns, @Nullable String wanted, JsonNode features) {
        if (CsvTable.NO_LABEL.equals(wanted)) {
            return null;
        }
        List<ColumnSchema> others = columns.stream()
                .filter(c -> c != image && c.fieldPath().elements().size() == 1 && c.maxRepetitionLevel() == 0)
                .toList();
        Optional<ColumnSchema> found = others.stream()
                .filter(c -> wanted == null
                        ? LABEL_NAMES.contains(c.name().toLowerCase(Locale.ROOT))
                        : c.name().equals(wanted))
                .findFirst();
        if (wanted != null && found.isEmpty()) {
            throw new InputException("%s has no column %s, expected one of %s; correct data.labelColumn"
                    .formatted(subject, wanted, paths(others)));
        }
        List<ColumnSchema> classes = others.stream()
                .filter(c -> !names(features.path(c.name())).isEmpty())
                .toList();
        if (found.isEmpty() && classes.size() == 1) {
            found = Optional.of(classes.getFirst());
        }
        if (found.isEmpty() && !others.isEmpty()) {
            notes.add("no column of labels was found among %s; data.labelColumn names it".formatted(paths(others)));
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
                                .formatted(subject, column.type(), column.name()));
        }
    }

    /// The features in the metadata that the library `datasets` writes.
    private JsonNode features() {
        Map<String, String> metadata = reader.getFileMetaData().keyValueMetadata();
        String text = metadata == null ? null : metadata.get("huggingface");
        try {
            return JSON.readTree(Objects.requireNonNullElse(text, "{}"))
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

    private static String paths(List<ColumnSchema> columns) {
        return String.join(
                ", ",
                columns.stream().map(c -> c.fieldPath().toString()).limit(20).toList());
    }

    /// Compares what the metadata claim with the file, before memory is allocated for it.
    private boolean check(long size) throws IOException {
        for (RowGroup group : reader.getFileMetaData().rowGroups()) {
            for (ColumnChunk chunk : group.columns()) {
                ColumnMetaData data = chunk.metaData();
                if (!CODECS.contains(data.codec())) {
                    throw new InputException("%s is compressed with %s, expected one of %s; write it again with snappy"
                            .formatted(
                                    subject,
                                    data.codec(),
                                    CODECS.stream().sorted().toList()));
                }
                if (data.totalCompressedSize() < 0
                        || data.totalCompressedSize() > size
                        || chunk.chunkStartOffset() < 0
                        || chunk.chunkStartOffset() > size - data.totalCompressedSize()) {
                    throw new IOException("a column claims to lie outside the file");
                }
            }
        }
        return true;
    }

    private interface Step<T> {
        T run() throws IOException;
    }

    /// The library throws exceptions of many kinds for a damaged file, and hides their reason behind others.
    private static <T> T guarded(Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (InputException e) {
            throw e;
        } catch (IOException | RuntimeException | OutOfMemoryError e) {
            Throwable origin = e;
            for (int i = 0; i < MOST_CAUSES && origin.getCause() != null; i++) {
                origin = origin.getCause();
            }
            throw new IOException(reason(origin), e);
        }
    }

    private static String reason(Throwable origin) {
        return switch (origin) {
            case OutOfMemoryError memory ->
                "a group of rows does not fit into the memory; write the file with fewer rows in a group, or raise -Xmx";
            case IllegalArgumentException said -> NO_FILE + ": " + text(said);
            case IllegalStateException said -> NO_FILE + ": " + text(said);
            case UnsupportedOperationException said -> NO_FILE + ": " + text(said);
            case RuntimeException slip -> NO_FILE; // its message is for programmers
            default -> NO_FILE + ": " + text(origin);
        };
    }

    /// The message without the name of the file, which the library puts in brackets.
    private static String text(Throwable said) {
        return Inputs.reason(said).replaceFirst("^\\[[^]]*]\\s*", "");
    }

    @Override
    public void close() throws IOException {
        try (context) {
            reader.close();
        }
    }
}
