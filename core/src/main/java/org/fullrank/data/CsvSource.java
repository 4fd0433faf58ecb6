package org.fullrank.data;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.fullrank.engine.InputException;

/// Tables of numbers in CSV files, compressed with gzip or not, separated by comma, semicolon or tab.
///
/// The first row is a header when a cell of it is no number while the one below is. All cells but the label must be
/// finite numbers: categories have to be encoded as numbers before, missing values filled in. The label column is
/// described in [DataSpec]; without it, a single column that is not numeric in the first row is taken for the label.
///
/// @param parts the file of each split
record CsvSource(Map<Split, Path> parts, DataSpec spec) implements Source {
    private static final List<String> LABEL_NAMES = List.of("label", "class", "target", "y");

    @Override
    public String format() {
        return "CSV";
    }

    @Override
    public String stamp() throws IOException {
        var stamp = new Stamp();
        for (Path file : parts.values()) {
            stamp.file(file);
        }
        return stamp.text();
    }

    @Override
    public void pack(PackWriter out) throws IOException {
        Map<String, Integer> classes = new HashMap<>();
        Map<Split, List<Integer>> labels = new HashMap<>();
        for (Map.Entry<Split, Path> part : parts.entrySet()) {
            List<Integer> found = new ArrayList<>();
            read(part.getValue(), part.getKey(), classes, found, out);
            labels.put(part.getKey(), found);
        }
        List<String> names = classes.keySet().stream().sorted(order(classes)).toList();
        int[] rank = new int[names.size()];
        for (int i = 0; i < rank.length; i++) {
            rank[Objects.requireNonNull(classes.get(names.get(i)))] = i;
        }
        labels.forEach((split, found) -> {
            if (!found.isEmpty()) {
                out.labels(split, found.stream().mapToInt(c -> rank[c]).toArray());
            }
        });
        out.classNames(names);
    }

    private void read(Path file, Split split, Map<String, Integer> classes, List<Integer> labels, PackWriter out)
            throws IOException {
        char separator = separator(file);
        try (var csv = CsvReader.builder()
                .fieldSeparator(separator)
                .detectBomHeader(true)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .ofCsvRecord(new InputStreamReader(Inputs.open(file), StandardCharsets.UTF_8))) {
            Iterator<CsvRecord> rows = csv.iterator();
            List<CsvRecord> first = new ArrayList<>();
            while (first.size() < 2 && rows.hasNext()) {
                first.add(rows.next());
            }
            if (first.isEmpty()) {
                throw new InputException("CSV file " + file + " is empty, expected rows of numbers; give another file");
            }
            boolean header = first.size() > 1
                    && isHeader(first.get(0).getFields(), first.get(1).getFields());
            var table = new Table(file, first.getFirst().getFields(), header, labelColumn(file, first, header));
            for (CsvRecord row : first.subList(header ? 1 : 0, first.size())) {
                table.add(row, split, classes, labels, out);
            }
            while (rows.hasNext()) {
                table.add(rows.next(), split, classes, labels, out);
            }
        } catch (CsvParseException e) {
            throw new InputException(
                    "CSV file " + file + " cannot be parsed: " + Inputs.firstLine(e) + "; correct that line", e);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /// Columns of one file, and how a row becomes a vector.
    private record Table(Path file, List<String> firstRow, boolean header, int label) {
        void add(CsvRecord row, Split split, Map<String, Integer> classes, List<Integer> labels, PackWriter out)
                throws IOException {
            List<String> cells = row.getFields();
            if (cells.size() != firstRow.size()) {
                throw new InputException("CSV file " + file + ", line " + row.getStartingLineNumber() + " has "
                        + cells.size() + " cells, expected " + firstRow.size() + " as in the first row; correct it");
            }
            float[] values = new float[cells.size() - (label >= 0 ? 1 : 0)];
            if (values.length == 0) {
                throw new InputException("CSV file " + file
                        + " has no column beside the label, expected at least one of numbers; add features");
            }
            int at = 0;
            for (int column = 0; column < cells.size(); column++) {
                if (column == label) {
                    String name = cells.get(column).strip();
                    labels.add(classes.computeIfAbsent(name, n -> classes.size()));
                } else {
                    values[at++] = number(cells.get(column), row.getStartingLineNumber(), column);
                }
            }
            out.vector(split, values, -1);
        }

        private float number(String cell, long line, int column) {
            float value = parse(cell);
            if (!Float.isFinite(value)) {
                String name = header ? " (" + firstRow.get(column).strip() + ")" : "";
                String shown = cell.length() > 40 ? cell.substring(0, 40) + "..." : cell;
                throw new InputException("CSV file " + file + ", line " + line + ", column " + (column + 1) + name
                        + " is '" + shown.replaceAll("\\p{Cntrl}", "?")
                        + "', expected a finite number; encode categories as numbers, fill in missing values, or"
                        + " name the label column (data.labelColumn)");
            }
            return value;
        }
    }

    /// The number in a cell; NaN when there is none.
    private static float parse(String cell) {
        try {
            return Float.parseFloat(cell.strip());
        } catch (NumberFormatException e) {
            return Float.NaN;
        }
    }

    private static boolean isHeader(List<String> first, List<String> second) {
        for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
            if (Float.isNaN(parse(first.get(i))) && !Float.isNaN(parse(second.get(i)))) {
                return true;
            }
        }
        return false;
    }

    /// The position of the label column from 0, or -1 when there is none.
    private int labelColumn(Path file, List<CsvRecord> first, boolean header) {
        List<String> names =
                first.getFirst().getFields().stream().map(String::strip).toList();
        if (spec.labelColumn() != null) {
            return named(file, names, header, spec.labelColumn().strip());
        }
        if (header) {
            for (int i = 0; i < names.size(); i++) {
                if (LABEL_NAMES.contains(names.get(i).toLowerCase(Locale.ROOT))) {
                    return i;
                }
            }
        }
        List<String> cells = first.get(header ? 1 : 0).getFields();
        int found = -1;
        for (int i = 0; i < cells.size(); i++) {
            if (Float.isNaN(parse(cells.get(i)))) {
                if (found >= 0) {
                    return -1;
                }
                found = i;
            }
        }
        return found;
    }

    private static int named(Path file, List<String> names, boolean header, String wanted) {
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
                + (header ? "one of " + names.subList(0, Math.min(20, names.size())) + " or " : "")
                + "a position from 1 to " + names.size() + " or -1 to -" + names.size()
                + "; correct data.labelColumn");
    }

    /// Whole numbers by value, else by name.
    private static Comparator<String> order(Map<String, Integer> classes) {
        boolean numbers = classes.keySet().stream().allMatch(name -> name.matches("-?\\d{1,15}"));
        return numbers ? Comparator.comparingLong(Long::parseLong) : Comparator.naturalOrder();
    }

    /// The separator that occurs most in the first line.
    private static char separator(Path file) throws IOException {
        String head = new String(Inputs.head(file, 1 << 13), StandardCharsets.UTF_8);
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
