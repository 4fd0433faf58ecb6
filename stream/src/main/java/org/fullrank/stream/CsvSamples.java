package org.fullrank.stream;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of CSV, separated by comma, semicolon or tab. The first row is a header in three cases. One of its cells is text
 * while the first value below it is a number, or all its cells are text or empty and one names a column of the options,
 * or its numbers count up by one and those of the next row do not. A first column that numbers the rows is left out.
 * Such a column has no name in the header, or its name is id, index or row, or it counts up by one from 0 or 1. The
 * other commands have the same rules, but this module cannot call them. A test of the command line checks both against
 * one table of cases.
 */
final class CsvSamples implements Samples {
    /** Number of bytes of the first line in which the separator is searched. */
    private static final int HEAD_BYTES = 1 << 13;

    private static final int NAMES_SHOWN = 20;
    private static final Set<String> INDEX_NAMES = Set.of("", "id", "index", "row");
    private static final Set<String> FILE_NAMES = Set.of("path", "file", "filename", "image");
    /** Rows that must count up: ten in a row by chance are unlikely, and a pipe delivers them soon. */
    private static final int RUNNING_ROWS = 10;
    /** Numbers of a first row that count up: beside a text, beside the name of a column or an index, alone. */
    private static final int COUNTED = 5;

    private static final int COUNTED_BESIDE_NAME = 2;
    private static final int COUNTED_ALONE = 10;
    private static final int SHOWN = 5;

    private final String name;
    private final CsvReader<CsvRecord> reader;
    private final Iterator<CsvRecord> rows;
    private final Deque<CsvRecord> ahead = new ArrayDeque<>(); // rows that were read to find the header
    private final List<String> names; // of the columns; empty without a header
    private final boolean[] input; // whether a column is part of the sample
    private final int sequence; // its column, or -1
    private final int[] kept; // columns of the output, the sequence first
    private final BadCells bad;
    private final List<String> warnings = new ArrayList<>();
    private final float[] values;
    private @Nullable CsvRecord row; // of the latest sample
    private @Nullable String current; // the sequence of the latest sample
    private boolean starts;
    private boolean hasValues; // whether a sample has been read

    /** @throws IllegalArgumentException when there is no row or no such column */
    CsvSamples(BufferedInputStream in, String name, SampleOptions options) throws IOException {
        this.name = name;
        this.reader = CsvReader.builder()
                .fieldSeparator(separator(in))
                .detectBomHeader(true)
                .extraFieldStrategy(FieldMismatchStrategy.IGNORE) // next() refuses such rows in our words
                .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
                .ofCsvRecord(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.rows = reader.iterator();
        CsvRecord first = pull();
        if (first == null) {
            throw new IllegalArgumentException(name + ": found no row, expected rows of numbers; give another input");
        }
        boolean header = isHeader(first.getFields(), options.columns());
        if (header) {
            names = first.getFields().stream().map(String::strip).toList();
        } else {
            names = List.of();
            ahead.addFirst(first);
        }
        this.input = new boolean[first.getFieldCount()];
        Arrays.fill(input, true);
        this.sequence = options.sequenceColumn() == null ? -1 : column("sequence column", options.sequenceColumn());
        if (sequence >= 0) {
            input[sequence] = false;
        }
        options.skipColumns().forEach(column -> input[column("skipped column", column)] = false);
        this.kept = IntStream.concat(
                        sequence < 0 ? IntStream.empty() : IntStream.of(sequence),
                        options.keepColumns().stream().mapToInt(column -> column("kept column", column)))
                .distinct()
                .toArray();
        for (int column : kept) {
            input[column] = false;
        }
        this.bad = new BadCells(options.bad());
        warnings.addAll(leaveOutIndex());
        int width = 0;
        for (boolean is : input) {
            width += is ? 1 : 0;
        }
        if (width == 0) {
            throw new IllegalArgumentException(
                    name + ": found no column left for samples, expected at least one; skip fewer");
        }
        this.values = new float[width];
    }

    /**
     * Decides whether the first row is a header. It reads the next row only if that can decide: a pipe may be slow. It
     * reads more rows only as long as the cells below a text are missing.
     */
    private boolean isHeader(List<String> first, List<String> columns) throws IOException {
        boolean alone = first.stream().allMatch(Cells::isNumber);
        if (alone && !counts(first, COUNTED_ALONE)) {
            return false;
        }
        if (textAboveNumber(first)) {
            return true;
        }
        List<String> wanted = columns.stream().map(String::strip).toList();
        boolean named = first.stream().filter(Cells::isText).map(String::strip).anyMatch(wanted::contains);
        boolean corner = first.size() > 1
                && first.get(0).isBlank()
                && !ahead.isEmpty()
                && Cells.number(ahead.peek().getField(0)) == 0;
        boolean texts = first.stream().anyMatch(Cells::isText)
                && first.stream().allMatch(cell -> Cells.isText(cell) || cell.isBlank());
        if (texts && (named || corner)) {
            return true;
        }
        int least = alone ? COUNTED_ALONE : named || corner ? COUNTED_BESIDE_NAME : COUNTED;
        if (counts(first, least) && (ahead.isEmpty() || !counts(ahead.peek().getFields(), COUNTED_BESIDE_NAME))) {
            warnings.add("the first row, %s%s, was taken for a header: it counts up"
                    .formatted(
                            first.stream().limit(SHOWN).map(String::strip).collect(Collectors.joining(", ")),
                            first.size() > SHOWN ? ", ..." : ""));
            return true;
        }
        return false;
    }

    private boolean textAboveNumber(List<String> first) throws IOException {
        boolean[] open = new boolean[first.size()];
        boolean any = false;
        for (int i = 0; i < open.length; i++) {
            open[i] = Cells.isText(first.get(i));
            any |= open[i];
        }
        for (int n = 0; n == 0 || any && n < RUNNING_ROWS; n++) {
            CsvRecord row = pull();
            if (row == null) {
                return false;
            }
            ahead.add(row);
            any = false;
            for (int i = 0; i < Math.min(open.length, row.getFieldCount()); i++) {
                if (open[i] && Cells.isNumber(row.getField(i))) {
                    return true;
                }
                open[i] &= !Cells.isText(row.getField(i));
                any |= open[i];
            }
        }
        return false;
    }

    /** Whether the numbers of a row count up by one. A row of numbers alone needs more of them, from 0. */
    private static boolean counts(List<String> row, int least) {
        List<Float> numbers = row.stream()
                .map(Cells::number)
                .filter(value -> !Float.isNaN(value))
                .toList();
        boolean alone = numbers.size() == row.size();
        if (numbers.isEmpty() || numbers.size() < (alone ? COUNTED_ALONE : least) || alone && numbers.get(0) != 0) {
            return false;
        }
        for (int i = 1; i < numbers.size(); i++) {
            if (numbers.get(i) != numbers.get(0) + i) {
                return false;
            }
        }
        return numbers.get(0) == Math.rint(numbers.get(0));
    }

    /** Takes an index of the rows out of the samples, unless the first column is the only one or has another use. */
    private List<String> leaveOutIndex() throws IOException {
        int columns = 0;
        for (boolean is : input) {
            columns += is ? 1 : 0;
        }
        if (!input[0] || columns < 2) {
            return List.of();
        }
        String name = names.isEmpty() ? "no name" : names.get(0).toLowerCase(Locale.ROOT);
        CsvRecord next = ahead.peek();
        boolean files = FILE_NAMES.contains(name) && next != null && Cells.isText(next.getField(0));
        if (files || INDEX_NAMES.contains(name)) {
            input[0] = false;
            return List.of("the first column, \"%s\", was left out as an index of the rows".formatted(names.get(0)));
        }
        if (countsUp()) {
            input[0] = false;
            return List.of("the first column%s was left out as an index of the rows: it counts up by one"
                    .formatted(names.isEmpty() ? "" : ", \"" + names.get(0) + "\","));
        }
        return List.of();
    }

    /** Reads rows ahead only as long as they count up. */
    private boolean countsUp() throws IOException {
        float first = Float.NaN;
        Iterator<CsvRecord> known = List.copyOf(ahead).iterator();
        for (int i = 0; i < RUNNING_ROWS; i++) {
            CsvRecord row;
            if (known.hasNext()) {
                row = known.next();
            } else {
                row = pull();
                if (row == null) {
                    return false;
                }
                ahead.add(row);
            }
            float value = Cells.number(row.getField(0));
            first = i == 0 ? value : first;
            if (value != first + i || (first != 0 && first != 1)) {
                return false;
            }
        }
        return true;
    }

    private int column(String subject, String wanted) {
        String text = wanted.strip();
        int byName = names.indexOf(text);
        if (byName >= 0) {
            return byName;
        }
        if (text.matches("-?\\d{1,9}")) {
            int position = Integer.parseInt(text);
            int column = position < 0 ? input.length + position : position - 1;
            if (position != 0 && column >= 0 && column < input.length) {
                return column;
            }
        }
        String known =
                names.isEmpty() ? "" : "one of " + names.subList(0, Math.min(NAMES_SHOWN, names.size())) + " or ";
        throw new IllegalArgumentException(
                "%s: found no column %s in %s, expected %sa position from 1 to %d or -1 to -%d; correct it"
                        .formatted(subject, wanted, name, known, input.length, input.length));
    }

    @Override
    public boolean next() throws IOException {
        while (true) {
            CsvRecord next = ahead.isEmpty() ? pull() : ahead.poll();
            if (next == null) {
                return false;
            }
            if (read(next)) {
                row = next;
                String value = sequence < 0 ? "" : next.getField(sequence);
                starts = !value.equals(current);
                current = value;
                return true;
            }
        }
    }

    /**
     * Takes the values of a row.
     *
     * @return whether it is a sample; if not, it has been left out
     */
    private boolean read(CsvRecord next) {
        if (next.getFieldCount() != input.length) {
            bad.add(
                    "%s, line %d: found %d cells".formatted(name, next.getStartingLineNumber(), next.getFieldCount()),
                    "%d as in the first row; correct it".formatted(input.length),
                    false);
            return false;
        }
        float[] fresh = new float[values.length];
        int at = 0;
        for (int column = 0; column < input.length; column++) {
            if (input[column]) {
                fresh[at] = Cells.number(next.getField(column));
                if (!Float.isFinite(fresh[at])) {
                    boolean filled = hasValues && bad.policy() == BadCells.Policy.LAST;
                    bad.add(place(next, column), "a finite number; correct it or skip the column", filled);
                    if (!filled) {
                        return false;
                    }
                    fresh[at] = values[at];
                }
                at++;
            }
        }
        System.arraycopy(fresh, 0, values, 0, fresh.length);
        hasValues = true;
        return true;
    }

    private String place(CsvRecord next, int column) {
        return "%s, line %d, column %d%s: found '%s'"
                .formatted(
                        name,
                        next.getStartingLineNumber(),
                        column + 1,
                        names.isEmpty() ? "" : " (" + names.get(column) + ")",
                        Cells.shown(next.getField(column)));
    }

    private @Nullable CsvRecord pull() throws IOException {
        try {
            return rows.hasNext() ? rows.next() : null;
        } catch (CsvParseException e) {
            if (e.getCause() instanceof IOException unread) {
                throw unread;
            }
            if (e.getCause() instanceof IllegalArgumentException damaged) {
                throw damaged; // of GzipInput
            }
            String reason = Objects.requireNonNullElse(e.getMessage(), "no reason");
            throw new IllegalArgumentException(
                    "%s: found CSV that cannot be parsed, %s, expected rows of cells; correct that line"
                            .formatted(name, reason),
                    e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    @Override
    public float[] values() {
        return values;
    }

    @Override
    public boolean startsSequence() {
        return starts;
    }

    /** The sequence and the kept columns; first the line of the input if rows may be left out. */
    @Override
    public List<String> noteNames() {
        List<String> all = new ArrayList<>();
        if (leavesOut()) {
            all.add("line");
        }
        for (int column : kept) {
            all.add(!names.isEmpty() ? names.get(column) : column == sequence ? "sequence" : "column" + (column + 1));
        }
        return all;
    }

    @Override
    public List<String> notes() {
        CsvRecord latest = Objects.requireNonNull(row, "no sample has been read");
        List<String> all = new ArrayList<>();
        if (leavesOut()) {
            all.add(Long.toString(latest.getStartingLineNumber()));
        }
        for (int column : kept) {
            all.add(latest.getField(column));
        }
        return all;
    }

    private boolean leavesOut() {
        return bad.policy() != BadCells.Policy.STOP;
    }

    @Override
    public BadCells badCells() {
        return bad;
    }

    @Override
    public List<String> warnings() {
        return List.copyOf(warnings);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    /** The separator that occurs most in the first line, outside quotation marks. */
    private static char separator(BufferedInputStream in) throws IOException {
        in.mark(HEAD_BYTES);
        int[] counts = new int[128];
        boolean quoted = false;
        for (int n = 0; n < HEAD_BYTES; n++) {
            int c = in.read();
            if (c < 0 || c == '\n') {
                break;
            }
            quoted ^= c == '"';
            if (!quoted && c < counts.length) {
                counts[c]++;
            }
        }
        in.reset();
        return counts['\t'] > Math.max(counts[','], counts[';']) ? '\t' : counts[';'] > counts[','] ? ';' : ',';
    }
}
