package org.fullrank.cli;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Rows of CSV, separated by comma, semicolon or tab. The first row is a header when no cell of it is a number.
final class CsvSamples implements Samples {
    /// Bytes of the first line that are looked at for the separator.
    private static final int HEAD_BYTES = 1 << 13;

    private final String name;
    private final CsvReader<CsvRecord> reader;
    private final Iterator<CsvRecord> rows;
    private final List<String> names; // of the columns; empty without a header
    private final boolean[] input; // whether a column is part of the sample
    private final int sequence; // its column, or -1
    private final float[] values;
    private @Nullable CsvRecord waiting; // the first row when it is no header
    private @Nullable String current;
    private boolean starts;

    /// @throws InputException when there is no row or no such column
    CsvSamples(BufferedInputStream in, String name, @Nullable String sequenceColumn, List<String> skipColumns)
            throws IOException {
        this.name = name;
        this.reader = CsvReader.builder()
                .fieldSeparator(separator(in))
                .detectBomHeader(true)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .ofCsvRecord(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.rows = reader.iterator();
        CsvRecord first = record();
        if (first == null) {
            throw new InputException(name + ": found no row, expected rows of numbers; give another input");
        }
        boolean header = first.getFields().stream().noneMatch(CsvSamples::isNumber);
        this.names = header ? first.getFields().stream().map(String::strip).toList() : List.of();
        this.waiting = header ? null : first;
        this.input = new boolean[first.getFieldCount()];
        Arrays.fill(input, true);
        this.sequence = sequenceColumn == null ? -1 : column("--sequence-column", sequenceColumn);
        if (sequence >= 0) {
            input[sequence] = false;
        }
        skipColumns.forEach(column -> input[column("--skip-column", column)] = false);
        int width = 0;
        for (boolean is : input) {
            width += is ? 1 : 0;
        }
        if (width == 0) {
            throw new InputException(name + ": found no column left for samples, expected at least one; skip fewer");
        }
        this.values = new float[width];
    }

    private int column(String option, String wanted) {
        int byName = names.indexOf(wanted.strip());
        if (byName >= 0) {
            return byName;
        }
        if (wanted.matches("-?[1-9]\\d{0,8}")) {
            int position = Integer.parseInt(wanted);
            int column = position < 0 ? input.length + position : position - 1;
            if (column >= 0 && column < input.length) {
                return column;
            }
        }
        throw new InputException(
                "%s: found no column %s in %s, expected %sa position from 1 to %d or -1 to -%d; correct it"
                        .formatted(
                                option,
                                wanted,
                                name,
                                names.isEmpty()
                                        ? ""
                                        : "one of " + names.subList(0, Math.min(20, names.size())) + " or ",
                                input.length,
                                input.length));
    }

    @Override
    public boolean next() throws IOException {
        CsvRecord row = waiting != null ? waiting : record();
        waiting = null;
        if (row == null) {
            return false;
        }
        if (row.getFieldCount() != input.length) {
            throw new InputException("%s, line %d: found %d cells, expected %d as in the first row; correct it"
                    .formatted(name, row.getStartingLineNumber(), row.getFieldCount(), input.length));
        }
        int at = 0;
        for (int column = 0; column < input.length; column++) {
            if (input[column]) {
                values[at++] = number(row, column);
            }
        }
        String value = sequence < 0 ? "" : row.getField(sequence);
        starts = !value.equals(current);
        current = value;
        return true;
    }

    private @Nullable CsvRecord record() throws IOException {
        try {
            return rows.hasNext() ? rows.next() : null;
        } catch (CsvParseException e) {
            throw new InputException(
                    name + ": found CSV that cannot be parsed, "
                            + Objects.requireNonNullElse(e.getMessage(), "no reason")
                            + ", expected rows of cells; correct that line",
                    e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private float number(CsvRecord row, int column) {
        String cell = row.getField(column);
        float value = parse(cell);
        if (!Float.isFinite(value)) {
            String shown = cell.length() > 40 ? cell.substring(0, 40) + "..." : cell;
            throw new InputException(
                    "%s, line %d, column %d%s: found '%s', expected a finite number; correct it or leave the column out with --skip-column"
                            .formatted(
                                    name,
                                    row.getStartingLineNumber(),
                                    column + 1,
                                    names.isEmpty() ? "" : " (" + names.get(column) + ")",
                                    shown.replaceAll("\\p{Cntrl}", "?")));
        }
        return value;
    }

    /// The number, or NaN when there is none.
    private static float parse(String cell) {
        try {
            return Float.parseFloat(cell.strip());
        } catch (NumberFormatException e) {
            return Float.NaN;
        }
    }

    /// Words like `NaN` are numbers that went wrong, not names.
    private static boolean isNumber(String cell) {
        return !Float.isNaN(parse(cell)) || cell.strip().equalsIgnoreCase("nan");
    }

    @Override
    public float[] values() {
        return values;
    }

    @Override
    public boolean startsSequence() {
        return starts;
    }

    @Override
    public List<String> noteNames() {
        return sequence < 0 ? List.of() : List.of(names.isEmpty() ? "sequence" : names.get(sequence));
    }

    @Override
    public List<String> notes() {
        return sequence < 0 ? List.of() : List.of(Objects.requireNonNullElse(current, ""));
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    /// The separator that occurs most in the first line.
    private static char separator(BufferedInputStream in) throws IOException {
        in.mark(HEAD_BYTES);
        int commas = 0;
        int semicolons = 0;
        int tabs = 0;
        for (int n = 0; n < HEAD_BYTES; n++) {
            int c = in.read();
            if (c < 0 || c == '\n') {
                break;
            }
            commas += c == ',' ? 1 : 0;
            semicolons += c == ';' ? 1 : 0;
            tabs += c == '\t' ? 1 : 0;
        }
        in.reset();
        return tabs > Math.max(commas, semicolons) ? '\t' : semicolons > commas ? ';' : ',';
    }
}
