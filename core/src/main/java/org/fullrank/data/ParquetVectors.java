package org.fullrank.data;

import dev.hardwood.metadata.PhysicalType;
import dev.hardwood.metadata.RowGroup;
import dev.hardwood.schema.ColumnSchema;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.fullrank.file.Inputs;
import org.jspecify.annotations.Nullable;

/// One Parquet file with a column of vectors: lists of float or double of one length, one list for each row. A
/// flat column can have the classes.
public final class ParquetVectors implements AutoCloseable {
    /// Usual names of columns of vectors, most typical first.
    public static final List<String> VECTORS = List.of("embedding", "embeddings", "vector", "values", "z", "x");

    private static final List<String> LABELS = List.of("label", "class", "target", "y");
    private static final Set<PhysicalType> LABEL_TYPES =
            EnumSet.of(PhysicalType.BYTE_ARRAY, PhysicalType.INT32, PhysicalType.INT64);

    private final String subject;
    private final ParquetFile file;
    private final ColumnSchema column;
    private final int width;
    private Iterator<RowGroup> groups;
    private @Nullable ParquetLists lists;
    private long left; // rows of the current group
    private long row;

    /// Opens a file.
    ///
    /// @param wanted the column of vectors; null for the only one, or the one with a usual name
    /// @param mostWidth largest length of a vector
    /// @throws InputException when the file is damaged or has no such column
    public ParquetVectors(Path path, @Nullable String wanted, int mostWidth) {
        subject = "Parquet file " + path;
        file = open(path, subject);
        try {
            column = column(wanted);
            file.requireReadable(subject, column);
            groups = file.groups().iterator();
            width = measuredWidth(mostWidth);
            rewind();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static ParquetFile open(Path path, String subject) {
        try {
            return new ParquetFile(path);
        } catch (IOException e) {
            throw unreadable(subject, e);
        }
    }

    /// What is read, for messages.
    public String subject() {
        return subject;
    }

    /// The length of all vectors.
    public int width() {
        return width;
    }

    /// Whether the numbers are float64.
    public boolean isDouble() {
        return column.type() == PhysicalType.DOUBLE;
    }

    /// The number of rows, as the metadata claim.
    public long rows() {
        return file.rows();
    }

    /// Reads the next vector; a missing number or vector becomes NaN.
    ///
    /// @param into gets the vector from `at` on
    /// @return false after the last row
    /// @throws InputException when the file is damaged, or when the vector has another length
    public boolean next(double[] into, int at) {
        try {
            int found = read(into, at, width);
            if (found < 0) {
                return false;
            }
            if (found == 0) {
                Arrays.fill(into, at, at + width, Double.NaN);
            }
            InputException.when(
                    found != 0 && found != width,
                    "%s: found a vector of %d numbers in row %d, expected %d as in the first rows; correct it",
                    subject,
                    found,
                    row - 1,
                    width);
            return true;
        } catch (IOException e) {
            throw unreadable(subject, e);
        }
    }

    /// The number of numbers in the next list; -1 after the last row.
    private int read(double[] into, int at, int most) throws IOException {
        while (lists == null || left == 0) {
            if (lists != null && !ParquetFile.guarded(lists::isAtEnd)) {
                throw new IOException("a group has more lists than rows");
            }
            if (!groups.hasNext()) {
                return -1;
            }
            RowGroup group = groups.next();
            left = group.numRows();
            lists = new ParquetLists(file.pages(group, column));
        }
        ParquetLists current = lists;
        int count = ParquetFile.guarded(() -> current.next(into, at, most));
        left--;
        row++;
        return count;
    }

    /// The length of the first vector that is not missing.
    private int measuredWidth(int most) {
        try {
            int found = 0;
            while (found == 0) {
                found = read(new double[0], 0, 0);
            }
            InputException.when(
                    found < 0 || found > most,
                    "%s: found %s, expected vectors of 1 to %d numbers; write it again",
                    subject,
                    found < 0 ? "no vector" : "a vector of " + found + " numbers",
                    most);
            return found;
        } catch (IOException e) {
            throw unreadable(subject, e);
        }
    }

    private void rewind() {
        groups = file.groups().iterator();
        lists = null;
        left = 0;
        row = 0;
    }

    private ColumnSchema column(@Nullable String wanted) {
        List<ColumnSchema> found =
                file.columns().stream().filter(ParquetVectors::holdsVectors).toList();
        Optional<ColumnSchema> chosen = wanted != null
                ? named(found, wanted)
                : VECTORS.stream()
                        .flatMap(name -> named(found, name).stream())
                        .findFirst()
                        .or(() -> found.stream().filter(_ -> found.size() == 1).findFirst());
        return chosen.orElseThrow(() -> new InputException("%s: found %s, expected %s"
                .formatted(
                        subject,
                        found.isEmpty()
                                ? "the columns " + ParquetFile.names(file.columns()) + " and none of lists of float"
                                : "the columns of vectors " + ParquetFile.names(found),
                        found.isEmpty()
                                ? "a column of vectors; write each vector as a list in one column"
                                : wanted != null
                                        ? wanted + " among them; correct --array"
                                        : "one of them; name it with --array")));
    }

    private static Optional<ColumnSchema> named(List<ColumnSchema> columns, String name) {
        return columns.stream()
                .filter(c -> c.fieldPath().topLevelName().equals(name))
                .findFirst();
    }

    private static boolean holdsVectors(ColumnSchema column) {
        return column.maxRepetitionLevel() == 1
                && (column.type() == PhysicalType.FLOAT || column.type() == PhysicalType.DOUBLE);
    }

    /// The classes in a file: the column that the user names, or `label`, `class`, `target` or `y`; null if there
    /// is no such column.
    ///
    /// @throws InputException when the file is damaged, has no such column, or when it holds something other than
    ///     whole numbers or texts
    public static @Nullable ClassNumbers classes(Path path, @Nullable String wanted) {
        if (CsvTable.NO_LABEL.equals(wanted)) {
            return null;
        }
        String subject = "Parquet file " + path;
        try (ParquetFile file = new ParquetFile(path)) {
            List<ColumnSchema> flat = flat(file);
            Optional<ColumnSchema> column = wanted != null
                    ? named(flat, wanted)
                    : LABELS.stream()
                            .flatMap(name -> named(flat, name).stream())
                            .findFirst();
            InputException.when(
                    wanted != null && column.isEmpty(),
                    "%s: found the columns %s, expected %s among them; correct --label-column",
                    subject,
                    ParquetFile.names(flat),
                    String.valueOf(wanted));
            return column.isEmpty() ? null : classes(file, column.get(), subject);
        } catch (IOException e) {
            throw unreadable(subject, e);
        }
    }

    private static List<ColumnSchema> flat(ParquetFile file) {
        return file.columns().stream()
                .filter(c ->
                        c.maxRepetitionLevel() == 0 && c.fieldPath().elements().size() == 1)
                .toList();
    }

    /// The texts or whole numbers in the first column with one of these names in lowercase, `""` for a missing cell;
    /// empty if there is no such column.
    ///
    /// @throws InputException when the file is damaged
    public static List<String> texts(Path path, Set<String> names) {
        String subject = "Parquet file " + path;
        try (ParquetFile file = new ParquetFile(path)) {
            Optional<ColumnSchema> column = flat(file).stream()
                    .filter(c -> LABEL_TYPES.contains(c.type())
                            && names.contains(c.fieldPath().topLevelName().toLowerCase(Locale.ROOT)))
                    .findFirst();
            List<String> texts = new ArrayList<>();
            if (column.isPresent()) {
                read(file, column.get(), subject, texts::add);
            }
            return texts;
        } catch (IOException e) {
            throw unreadable(subject, e);
        }
    }

    private static ClassNumbers classes(ParquetFile file, ColumnSchema column, String subject) throws IOException {
        InputException.when(
                !LABEL_TYPES.contains(column.type()),
                "%s: found labels of type %s in the column %s, expected whole numbers or texts; name another with"
                        + " --label-column",
                subject,
                column.type(),
                ParquetFile.plain(column.name()));
        var classes = new ClassNumbers(subject);
        read(file, column, subject, classes::add);
        return classes;
    }

    private static void read(ParquetFile file, ColumnSchema column, String subject, Consumer<String> texts)
            throws IOException {
        file.requireReadable(subject, column);
        for (RowGroup group : file.groups()) {
            file.requireRows(group);
            ParquetPages pages = file.pages(group, column);
            for (long k = 0; k < group.numRows(); k++) {
                texts.accept(ParquetFile.guarded(pages::nextText));
            }
        }
    }

    private static InputException unreadable(String subject, IOException e) {
        return new InputException(
                "%s: cannot be read (%s), expected a whole file; get it again".formatted(subject, Inputs.reason(e)), e);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw unreadable(subject, e);
        }
    }
}
