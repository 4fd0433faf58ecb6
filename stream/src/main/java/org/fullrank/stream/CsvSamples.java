package org.fullrank.stream;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Rows of CSV whose cells are separated by comma, semicolon or tab. The first row is a header in each of three cases:
 * a cell of the row is text, and the first value below this cell is a number; or all cells are text or empty, and one
 * of them names a column of the options; or the numbers of the row count up by one, and those of the next row do not.
 * A first column that numbers the rows is left out. Such a column has no name in the header, or its name is id, index
 * or row, or it counts up by one from 0 or 1. The other commands have the same rules, but this module cannot call
 * them. A test of the command line checks both against the same table of cases.
 */
final class CsvSamples implements Samples {
    private static final int NAMES_SHOWN = 20;
    private static final Set<String> INDEX_NAMES = Set.of("", "id", "index", "row");
    private static final Set<String> FILE_NAMES = Set.of("path", "file", "filename", "image");

    private final String name;
    private final CsvRowReader rows;
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

    /** @throws IllegalArgumentException when there are no rows, or no such column */
    CsvSamples(BufferedInputStream in, String name, SampleOptions options) throws IOException {
        this.name = name;
        this.rows = new CsvRowReader(in, name);
        CsvRecord first = rows.next();
        if (first == null) {
            throw new IllegalArgumentException(name + ": found no row, expected rows of numbers; give another input");
        }
        var header = new CsvHeader(rows);
        if (header.isHeader(first.getFields(), options.columns())) {
            names = first.getFields().stream().map(String::strip).toList();
        } else {
            names = List.of();
            rows.back(first);
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
        Stream.of(header.warning(), leaveOutIndex(header))
                .filter(Objects::nonNull)
                .forEach(warnings::add);
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

    /** Removes an index of the rows from the samples, unless the first column is the only one or has another use. */
    private @Nullable String leaveOutIndex(CsvHeader header) throws IOException {
        int columns = 0;
        for (boolean is : input) {
            columns += is ? 1 : 0;
        }
        if (!input[0] || columns < 2) {
            return null;
        }
        String name = names.isEmpty() ? "no name" : names.get(0).toLowerCase(Locale.ROOT);
        CsvRecord next = rows.seen(0);
        boolean files = FILE_NAMES.contains(name) && next != null && Cells.isText(next.getField(0));
        if (files || INDEX_NAMES.contains(name)) {
            input[0] = false;
            return "the first column, \"%s\", was left out as an index of the rows".formatted(names.get(0));
        }
        if (header.countsUp()) {
            input[0] = false;
            return "the first column%s was left out as an index of the rows: it counts up by one"
                    .formatted(names.isEmpty() ? "" : ", \"" + names.get(0) + "\",");
        }
        return null;
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
        if (names.isEmpty() && Cells.isText(text)) {
            throw new IllegalArgumentException(
                    ("%s: found no column %s in %s, whose first row is not a header, expected a header or a position"
                                    + " from 1 to %d or -1 to -%d; begin the input with its header, or give a position")
                            .formatted(subject, wanted, name, input.length, input.length));
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
            CsvRecord next = rows.next();
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
     * Stores the values of a row.
     *
     * @return whether the row is a sample; if not, it has been left out
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
                    String expected = Cells.expected(
                            next.getField(column),
                            "correct it, skip the column (--skip-column), copy it (--keep-column), skip the row (--bad skip), or use the last"
                                    + " value (--bad last)");
                    bad.add(place(next, column), expected, filled);
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

    @Override
    public float[] values() {
        return values;
    }

    @Override
    public boolean startsSequence() {
        return starts;
    }

    /** The sequence and the kept columns. If rows may be left out, the line number of the input comes first. */
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
        rows.close();
    }
}
