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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Reads a CSV file row by row. The file may be compressed with gzip. The cells of a row are separated by
/// commas, semicolons or tabs. All rows must have as many cells as the first row.
///
/// The class [CsvHead] has the rules that find the header, the label column and an index of the rows.
public final class CsvTable implements AutoCloseable {
    /// The value of the label column setting if there is no label column.
    public static final String NO_LABEL = "none";

    /// The marks for missing cells of pandas, R, Excel, MySQL and Hive (`\N`), Weka (`?`), SAS and Stata
    /// (`.`).
    private static final Set<String> MISSING = Set.of(
            "",
            "nan",
            "na",
            "n/a",
            "#n/a",
            "#n/a n/a",
            "#na",
            "<na>",
            "nat",
            "null",
            "<null>",
            "nil",
            "none",
            "?",
            ".",
            "\\n",
            "1.#ind",
            "-1.#ind",
            "1.#qnan",
            "-1.#qnan");
    private static final String NAN = "nan";
    private static final Set<String> INFINITE = Set.of("inf", "infinity");
    private static final Pattern DATE =
            Pattern.compile("(\\d{4}[-/.]\\d{1,2}[-/.]\\d{1,2}|\\d{1,2}[-/.]\\d{1,2}[-/.]\\d{2,4})([T ]\\d.*)?");
    private static final Pattern IDENTIFIER = Pattern.compile("(?i:(.*[_ .-])?(id|uuid|guid|key))|.*[a-z0-9]Id");
    private static final int HEAD_BYTES = 1 << 13;
    private static final int CELL_SHOWN = 40;

    private final Path file;
    private final CsvReader<CsvRecord> csv;
    private final Iterator<CsvRecord> rows;
    private final Deque<CsvRecord> ahead;
    private final List<String> names;
    private final CsvHead columns;

    private record Reading(CsvReader<CsvRecord> csv, Iterator<CsvRecord> rows) {}

    private CsvTable(Path file, Reading reading, List<CsvRecord> head, CsvHead columns) {
        this.file = file;
        this.csv = reading.csv;
        this.rows = reading.rows;
        this.ahead = new ArrayDeque<>(head.subList(columns.header() ? 1 : 0, head.size()));
        this.names = head.getFirst().getFields().stream().map(String::strip).toList();
        this.columns = columns;
    }

    /// @param line number of its first line, from 1
    /// @param cells as they are in the file
    public record Row(long line, List<String> cells) {}

    /// Opens a file and examines its columns.
    ///
    /// @param labelColumn name or position; null to search for one
    /// @param remedy how the user can correct the label column, for error messages, such as `correct
    ///     data.labelColumn`
    /// @throws InputException when the file is empty, is not CSV, has rows of different lengths at its start,
    ///     or has no such column
    public static CsvTable open(Path file, @Nullable String labelColumn, String remedy) throws IOException {
        return open(file, labelColumn, Set.of(), remedy);
    }

    /// The same for a table with the same columns as another one.
    ///
    /// @param known names of the columns of the other table; if a first row of texts has one of these names,
    ///     it is a header
    public static CsvTable open(Path file, @Nullable String labelColumn, Set<String> known, String remedy)
            throws IOException {
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
            for (CsvRecord row : head) {
                requireWidth(file, row, head.getFirst().getFieldCount());
            }
            CsvHead columns =
                    CsvHead.of(file, head.stream().map(CsvRecord::getFields).toList(), labelColumn, known, remedy);
            return new CsvTable(file, new Reading(csv, rows), head, columns);
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
        return columns.header() ? names : null;
    }

    /// The position of the label column from 0, or -1 if there is none.
    public int label() {
        return columns.label();
    }

    /// The position of a first column that numbers the rows, which is 0; -1 if there is none.
    public int index() {
        return columns.index();
    }

    /// The position from 0 of a column that a setting names by its header, or by its position: from 1, or from
    /// the end as -1, -2, and so on.
    ///
    /// @return -1 if there is no such column
    /// @throws InputException when several columns have this name
    public int position(String wanted, String setting) {
        int byName = columns.header() ? names.indexOf(wanted) : -1;
        if (byName >= 0 && byName != names.lastIndexOf(wanted)) {
            throw new InputException(
                    "CSV file %s has several columns %s, expected one; give its position in %s, from 1 to %d"
                            .formatted(file, wanted, setting, names.size()));
        }
        return CsvHead.position(names, columns.header(), wanted);
    }

    /// The cells of the first rows, at most [CsvHead#ROWS]. Call it before [#next], which returns these rows
    /// too.
    public List<List<String>> head() {
        return ahead.stream().map(CsvRecord::getFields).toList();
    }

    /// A column as messages name it, such as `column 2 (country)`.
    public String title(int column) {
        return "column " + (column + 1)
                + (columns.header() && !names.get(column).isEmpty() ? " (" + names.get(column) + ")" : "");
    }

    /// Whether a header is that of identifiers, such as `user_id`, `key` or `itemId`.
    public static boolean namesIdentifier(String name) {
        return IDENTIFIER.matcher(name).matches();
    }

    /// Decisions about the columns that were made automatically, one line each, such as an index that is left
    /// out.
    public List<String> warnings() {
        return warnings(true);
    }

    /// The same.
    ///
    /// @param withoutIndex whether the index is left out; else nothing is said about it
    public List<String> warnings(boolean withoutIndex) {
        String index = columns.indexWarning();
        return index == null || !withoutIndex
                ? columns.warnings()
                : Stream.concat(columns.warnings().stream(), Stream.of(index)).toList();
    }

    /// The line about a label column that was searched for and whose texts all differ in the first rows; null
    /// if there is none. It is not among the warnings. If the texts differ in all rows, they are names of the
    /// rows and no labels.
    public @Nullable String differingLabel() {
        return columns.differingLabel();
    }

    /// The next row; null after the last one.
    ///
    /// @throws InputException when the row is not CSV, or has more or fewer cells than the first row
    public @Nullable Row next() throws IOException {
        CsvRecord row = ahead.isEmpty() ? pull(file, rows) : ahead.poll();
        if (row == null) {
            return null;
        }
        requireWidth(file, row, names.size());
        return new Row(row.getStartingLineNumber(), row.getFields());
    }

    private static void requireWidth(Path file, CsvRecord row, int width) {
        if (row.getFieldCount() != width) {
            throw new InputException("CSV file " + file + ", line " + row.getStartingLineNumber() + " has "
                    + row.getFieldCount() + " cells, expected " + width + " as in the first row; correct it");
        }
    }

    /// The position and the content of a cell, for error messages: `CSV file a.csv, line 3, column 2 (height)
    /// is 'tall'`.
    public String describe(Row row, int column) {
        String name = columns.header() ? " (" + names.get(column) + ")" : "";
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

    /// Whether a cell says that there is no value. It does if it is empty or one of `nan`, `NA`, `N/A`,
    /// `#N/A`, `#NA`, `<NA>`, `NaT`, `null`, `<null>`, `nil`, `none`, `?`, `.`, `\N`, `1.#IND`, `1.#QNAN`.
    /// Upper and lower case do not matter.
    public static boolean isMissing(String cell) {
        String text = cell.strip().toLowerCase(Locale.ROOT);
        return MISSING.contains(text) || NAN.equals(unsigned(cell));
    }

    /// Whether a cell is not a number, not missing, and not `inf` or `infinity`.
    public static boolean isText(String cell) {
        return Double.isNaN(number(cell)) && !isMissing(cell) && !INFINITE.contains(unsigned(cell));
    }

    /// Whether a cell is a date, such as `2024-01-31` or `31.1.2024`, with or without a time.
    public static boolean isDate(String cell) {
        return DATE.matcher(cell.strip()).matches();
    }

    private static String unsigned(String cell) {
        String text = cell.strip().toLowerCase(Locale.ROOT);
        return text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
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
            row = head.size() <= CsvHead.ROWS ? pull(file, rows) : null;
        }
        return head;
    }

    private static @Nullable CsvRecord pull(Path file, Iterator<CsvRecord> rows) throws IOException {
        try {
            return rows.hasNext() ? rows.next() : null;
        } catch (CsvParseException e) {
            if (e.getCause() instanceof IOException unread) {
                throw unread; // such as damaged gzip
            }
            throw new InputException(
                    "CSV file " + file + " cannot be parsed: " + Inputs.firstLine(e) + "; correct that line", e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// The separator that is most frequent in the first line, outside quotation marks.
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
        boolean quoted = false;
        long count = 0;
        for (char c : line.toCharArray()) {
            quoted ^= c == '"';
            count += !quoted && c == wanted ? 1 : 0;
        }
        return count;
    }
}
