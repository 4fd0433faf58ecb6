package org.fullrank.data;

import dev.hardwood.internal.thrift.FileMetaDataReader;
import dev.hardwood.metadata.ColumnChunk;
import dev.hardwood.metadata.ColumnMetaData;
import dev.hardwood.metadata.Encoding;
import dev.hardwood.metadata.FileMetaData;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.schema.ColumnSchema;
import dev.hardwood.schema.FileSchema;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.fullrank.file.Inputs;
import org.jspecify.annotations.Nullable;

/// An open Parquet file. Every size that its metadata claim is compared with the size of the file before
/// memory is allocated.
final class ParquetFile implements AutoCloseable {
    private static final int END_BYTES = 8; // the length of the metadata and the magic PAR1
    private static final int MAGIC = 0x31524150; // PAR1 as a little-endian number
    private static final int MOST_CAUSES = 10;
    /// A group may always have this many rows, even in a small file, because equal cells are stored only once.
    private static final int FREE_ROWS = 1 << 16;

    private static final Set<Encoding> LEVELS =
            EnumSet.of(Encoding.RLE, Encoding.BIT_PACKED); // which cells are missing
    private static final String NO_FILE = "it is no whole Parquet file";

    /// This reference must be kept, because the logging of Java forgets the level of a logger without
    /// references.
    private static final Logger QUIET = Logger.getLogger("dev.hardwood");

    static {
        QUIET.setLevel(Level.WARNING); // Hardwood says on the first page that it has no vector instructions
    }

    private final Path file;
    private final FileChannel channel;
    private final FileMetaData metadata;
    private final List<ColumnSchema> columns;

    ParquetFile(Path file) throws IOException {
        this.file = file;
        channel = FileChannel.open(file);
        try {
            metadata = guarded(this::readMetadata);
            columns = guarded(
                    () -> FileSchema.fromSchemaElements(metadata.schema()).getColumns());
            guarded(this::checkChunks);
        } catch (RuntimeException | IOException e) {
            channel.close();
            throw e;
        }
    }

    /// The columns without children, in order.
    List<ColumnSchema> columns() {
        return columns;
    }

    /// Texts in the metadata, by their keys.
    Map<String, String> texts() {
        return Objects.requireNonNullElse(metadata.keyValueMetadata(), Map.of());
    }

    /// The groups of rows, in order.
    List<RowGroup> groups() {
        return metadata.rowGroups();
    }

    /// The number of rows of all groups.
    long rows() {
        return metadata.numRows();
    }

    /// Checks that every group can be read.
    ///
    /// @throws InputException when the column is compressed or encoded in a way that cannot be read
    void requireReadable(String subject, ColumnSchema column) {
        for (RowGroup group : groups()) {
            ColumnMetaData data = chunk(group, column);
            if (!ParquetCodecs.KNOWN.contains(data.codec())) {
                throw new InputException("%s is compressed with %s, expected one of %s; write it again with snappy"
                        .formatted(subject, data.codec(), ParquetCodecs.KNOWN));
            }
            for (Encoding encoding : data.encodings()) {
                if (!ParquetPages.ENCODINGS.contains(encoding) && !LEVELS.contains(encoding)) {
                    throw new InputException(
                            "%s has the column %s in the encoding %s, expected PLAIN or a dictionary; write it again without delta encodings"
                                    .formatted(subject, plain(column.fieldPath().toString()), encoding));
                }
            }
        }
    }

    /// Compares the number of rows that a group claims with the bytes of its largest column.
    void requireRows(RowGroup group) throws IOException {
        long most = group.columns().stream()
                .mapToLong(chunk -> chunk.metaData().totalCompressedSize())
                .max()
                .orElse(0);
        long bytes = Math.min(most, channel.size());
        if (group.numRows() < 0 || group.numRows() > FREE_ROWS + bytes) {
            throw new IOException("a group claims %d rows in %d bytes".formatted(group.numRows(), bytes));
        }
    }

    /// The paths of columns for messages, at most twenty.
    static String names(List<ColumnSchema> columns) {
        return columns.stream()
                .map(c -> plain(c.fieldPath().toString()))
                .limit(20)
                .collect(Collectors.joining(", "));
    }

    /// The chunk of a column in a group of rows.
    static ColumnMetaData chunk(RowGroup group, ColumnSchema column) {
        return group.columns().get(column.columnIndex()).metaData();
    }

    /// The cells of a column in a group of rows.
    ParquetPages pages(RowGroup group, ColumnSchema column) throws IOException {
        ColumnChunk chunk = group.columns().get(column.columnIndex());
        ByteBuffer bytes =
                guarded(() -> map(chunk.chunkStartOffset(), chunk.metaData().totalCompressedSize()));
        boolean flat = column.maxRepetitionLevel() == 0;
        return new ParquetPages(
                bytes,
                chunk.metaData(),
                column,
                flat ? group.numRows() : chunk.metaData().numValues());
    }

    private ByteBuffer map(long from, long count) throws IOException {
        if (from < 0 || count < 0 || from > channel.size() - count) {
            throw new IOException("a part claims to lie outside the file");
        }
        if (count > Integer.MAX_VALUE) {
            throw new InputException(
                    "Parquet file %s has a group of rows with %d bytes in a column, expected less than 2 GB; write fewer rows in a group"
                            .formatted(file, count));
        }
        return channel.map(FileChannel.MapMode.READ_ONLY, from, count);
    }

    private FileMetaData readMetadata() throws IOException {
        long end = channel.size() - END_BYTES;
        ByteBuffer last = map(end, END_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int length = last.getInt();
        if (last.getInt() != MAGIC) {
            throw new IOException("it does not end with PAR1");
        }
        return FileMetaDataReader.read(new ThriftReader(map(end - length, length)));
    }

    private boolean checkChunks() throws IOException {
        for (RowGroup group : metadata.rowGroups()) {
            if (group.columns().size() != columns.size()) {
                throw new IOException("a group of rows has %d columns, but the file has %d"
                        .formatted(group.columns().size(), columns.size()));
            }
            for (ColumnSchema column : columns) {
                ColumnMetaData data = chunk(group, column);
                boolean flat = column.maxRepetitionLevel() == 0;
                if (data.type() != column.type() || flat && data.numValues() != group.numRows()) {
                    throw new IOException("the column %s has another type or length in a group of rows"
                            .formatted(column.fieldPath()));
                }
            }
        }
        return true;
    }

    /// A step that uses Hardwood.
    interface Step<T extends @Nullable Object> {
        T run() throws IOException;
    }

    /// Runs a step. For a damaged file, Hardwood throws exceptions of many kinds, and the real reason is
    /// often in their causes.
    static <T extends @Nullable Object> T guarded(Step<T> step) throws IOException {
        try {
            return step.run();
        } catch (InputException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            Throwable origin = e;
            for (int i = 0; i < MOST_CAUSES && origin.getCause() != null; i++) {
                origin = origin.getCause();
            }
            throw new IOException(reason(origin), e);
        }
    }

    private static String reason(Throwable origin) {
        return switch (origin) {
            case IllegalArgumentException said -> NO_FILE + ": " + text(said);
            case IllegalStateException said -> NO_FILE + ": " + text(said);
            case UnsupportedOperationException said -> NO_FILE + ": " + text(said);
            case RuntimeException slip -> NO_FILE; // its message is for programmers
            default -> NO_FILE + ": " + text(origin);
        };
    }

    /// The message without the file name, which the library puts in brackets.
    private static String text(Throwable said) {
        return plain(Inputs.reason(said).replaceFirst("^\\[[^]]*]\\s*", ""));
    }

    /// A name from the file without control characters such as line ends.
    static String plain(String name) {
        return name.replaceAll("\\p{Cntrl}", "?");
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
