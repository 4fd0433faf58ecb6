package org.fullrank.file;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Reads a CSV file row by row. The file may be compressed with gzip. Cells are separated by comma, semicolon
/// or tab. All rows must have as many cells as the first row.
///
/// The first row is a header if it names the label column, or if any of its cells is not a number while the
/// cell below is a number. The label column is given by name or by position (from 1, or from the end as -1,
/// -2, ...). If it is not given, it is the column named `label`, `class`, `target` or `y`. Otherwise it is
/// the only column that does not have a number in the first row.
public final class CsvTable implements AutoCloseable {
    private static final List<String> LABEL_NAMES = List.of("label", "class", "target", "y");
    private static final Set<String> MISSING = Set.of("", "nan", "inf", "infinity");
    private static final int HEAD_BYTES = 1 << 13;
    private static final int NAMES_SHOWN = 20;
    private static final int CELL_SHOWN = 40;

    private final Path file;
    private final CsvReader<CsvRecord> csv;
    private final Iterator<CsvRecord> rows;
    private final Deque<CsvRecord> ahead;
    private final List<String> names;
    private final boolean header;
    private final int label;

    /// What the first rows of a file show about its columns.
    private record Columns(boolean header, int label) {}

    private record Reading(CsvReader<CsvRecord> csv, Iterator<CsvRecord> rows) {}

    private CsvTable(Path file, Reading reading, List<CsvRecord> head, Columns columns) {
        this.file = file;
        this.csv = reading.csv;
        this.rows = reading.rows;
        this.ahead = new ArrayDeque<>(head.subList(columns.header ? 1 : 0, head.size()));
        this.names = head.getFirst().getFields().stream().map(String::strip).toList();
        this.header = columns.header;
        this.label = columns.label;
    }

    /// @param line where it begins, from 1
    /// @param cells as they stand in the file
    public record Row(long line, List<String> cells) {}

    /// Opens a file and examines its columns.
    ///
    /// @param labelColumn name or position; null to search for one
    /// @param remedy how the user can correct the label column, for messages, such as `correct
    ///     data.labelColumn`
    /// @throws InputException when the file is empty, no CSV, or has no such column
    public static CsvTable open(Path file, @Nullable String labelColumn, String remedy) throws IOException {
        CsvReader<CsvRecord> csv = CsvReader.builder()
                .fieldSeparator(separator(file))
                .detectBomHeader(true)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .ofCsvRecord(new InputStreamReader(Inputs.open(file), StandardCharsets.UTF_8));
        try {
            Iterator<CsvRecord> rows = csv.iterator();
            List<CsvRecord> head = head(file, rows);
            if (head.isEmpty()) {
                throw new InputException("CSV file " + file + " is empty, expected rows of numbers; give another file");
            }
            boolean header = isHeader(head, labelColumn);
            int label = label(file, head, header, labelColumn, remedy);
            return new CsvTable(file, new Reading(csv, rows), head, new Columns(header, label));
        } catch (RuntimeException | IOException e) {
            csv.close();
            throw e;
        }
    }

    /// Number of cells in each row.
    public int columns() {
        return names.size();
    }

    /// The names of the columns; null if there is no header.
    public @Nullable List<String> names() {
        return header ? names : null;
    }

    /// The position of the label column from 0, or -1 if there is none.
    public int label() {
        return label;
    }

    /// The next row; null after the last one.
    ///
    /// @throws InputException when it is no CSV, or has more or fewer cells than the first one
    public @Nullable Row next() throws IOException {
        CsvRecord row = ahead.isEmpty() ? pull(file, rows) : ahead.poll();
        if (row == null) {
            return null;
        }
        if (row.getFieldCount() != names.size()) {
            throw new InputException("CSV file " + file + ", line " + row.getStartingLineNumber() + " has "
                    + row.getFieldCount() + " cells, expected " + names.size() + " as in the first row; correct it");
        }
        return new Row(row.getStartingLineNumber(), row.getFields());
    }

    /// The position and the content of a cell, for messages: `CSV file a.csv, line 3, column 2 (height) is
    /// 'tall'`.
    public String describe(Row row, int column) {
        String name = header ? " (" + names.get(column) + ")" : "";
        String cell = row.cells().get(column);
        String shown = cell.length() > CELL_SHOWN ? cell.substring(0, CELL_SHOWN) + "..." : cell;
        return "CSV file " + file + ", line " + row.line() + ", column " + (column + 1) + name + " is '"
                + shown.replaceAll("\\p{Cntrl}", "?") + "'";
    }

    /// The number in a cell; NaN when there is none.
    public static double number(String cell) {
        String text = cell.strip();
        if (text.isEmpty() || Character.isLetter(text.charAt(text.length() - 1))) {
            return Double.NaN; // Java's suffixes d and f are no part of a number
        }
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /// Whether a cell is text: neither a number, nor empty, nor `nan`, `inf` or `infinity`.
    public static boolean isText(String cell) {
        if (!Double.isNaN(number(cell))) {
            return false;
        }
        String text = cell.strip().toLowerCase(Locale.ROOT);
        boolean sign = text.startsWith("-") || text.startsWith("+");
        return !MISSING.contains(sign ? text.substring(1) : text);
    }

    @Override
    public void close() throws IOException {
        csv.close();
    }

    private static List<CsvRecord> head(Path file, Iterator<CsvRecord> rows) throws IOException {
        List<CsvRecord> head = new ArrayList<>();
        CsvRecord row = pull(file, rows);
        while (row != null) {
            head.add(row);
            row = head.size() < 2 ? pull(file, rows) : null;
        }
        return head;
    }

    private static @Nullable CsvRecord pull(Path file, Iterator<CsvRecord> rows) throws IOException {
        try {
            return rows.hasNext() ? rows.next() : null;
        } catch (CsvParseException e) {
            throw new InputException(
                    "CSV file " + file + " cannot be parsed: " + Inputs.firstLine(e) + "; correct that line", e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static boolean isHeader(List<CsvRecord> head, @Nullable String labelColumn) {
        List<String> first = head.getFirst().getFields();
        if (head.size() > 1) {
            List<String> second = head.get(1).getFields();
            for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
                if (isText(first.get(i)) && !Double.isNaN(number(second.get(i)))) {
                    return true;
                }
            }
        }
        return first.stream().allMatch(CsvTable::isText)
                && first.stream().map(String::strip).anyMatch(cell -> isLabel(cell, labelColumn));
    }

    private static boolean isLabel(String name, @Nullable String labelColumn) {
        return labelColumn == null
                ? LABEL_NAMES.contains(name.toLowerCase(Locale.ROOT))
                : name.equals(labelColumn.strip());
    }

    private static int label(
            Path file, List<CsvRecord> head, boolean header, @Nullable String labelColumn, String remedy) {
        List<String> names =
                head.getFirst().getFields().stream().map(String::strip).toList();
        if (labelColumn != null) {
            return named(file, names, header, labelColumn.strip(), remedy);
        }
        if (header) {
            for (int i = 0; i < names.size(); i++) {
                if (isLabel(names.get(i), null)) {
                    return i;
                }
            }
        }
        List<String> cells = head.get(header && head.size() > 1 ? 1 : 0).getFields();
        int found = -1;
        for (int i = 0; i < cells.size(); i++) {
            if (isText(cells.get(i))) {
                if (found >= 0) {
                    return -1;
                }
                found = i;
            }
        }
        return found;
    }

    private static int named(Path file, List<String> names, boolean header, String wanted, String remedy) {
        int byName = header ? names.indexOf(wanted) : -1;
        if (byName >= 0) {
            return byName;
        }
        if (wanted.matches("-?\\d{1,9}")) {
            int position = Integer.parseInt(wanted);
            int column = position < 0 ? names.size() + position : position - 1;
            if (position != 0 && column >= 0 && column < names.size()) {
                return column;
            }
        }
        throw new InputException("CSV file " + file + " has no column " + wanted + ", expected "
                + (header ? "one of " + names.subList(0, Math.min(NAMES_SHOWN, names.size())) + " or " : "")
                + "a position from 1 to " + names.size() + " or -1 to -" + names.size() + "; " + remedy);
    }

    /// The separator that occurs most in the first line.
    private static char separator(Path file) throws IOException {
        String head = new String(Inputs.head(file, HEAD_BYTES), StandardCharsets.UTF_8);
        String line = head.lines().findFirst().orElse("");
        char best = ',';
        for (char candidate : new char[] {';', '\t'}) {
            if (count(line, candidate) > count(line, best)) {
                best = candidate;
            }
        }
        return best;
    }

    private static long count(String line, char wanted) {
        return line.chars().filter(c -> c == wanted).count();
    }
}
