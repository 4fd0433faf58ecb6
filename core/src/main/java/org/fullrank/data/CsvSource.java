package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;

/// Tables of numbers in CSV files, see [CsvTable]. All cells except the label must be finite numbers.
/// Categories must be encoded as numbers, and missing values must be filled in, before the file is read.
///
/// @param parts the file of each split
record CsvSource(Map<Split, Path> parts, DataSpec spec) implements DataSource {
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
        try (var table = CsvTable.open(file, spec.labelColumn(), "correct data.labelColumn")) {
            float[] values = new float[table.columns() - (table.label() >= 0 ? 1 : 0)];
            if (values.length == 0) {
                throw new InputException("CSV file " + file
                        + " has no column except the label, expected at least one of numbers; add features");
            }
            for (CsvTable.Row row = table.next(); row != null; row = table.next()) {
                int at = 0;
                for (int column = 0; column < table.columns(); column++) {
                    String cell = row.cells().get(column);
                    if (column == table.label()) {
                        labels.add(classes.computeIfAbsent(cell.strip(), _ -> classes.size()));
                    } else {
                        values[at++] = finite(table, row, column);
                    }
                }
                out.vector(split, values, -1);
            }
        }
    }

    private static float finite(CsvTable table, CsvTable.Row row, int column) {
        float value = (float) CsvTable.number(row.cells().get(column));
        if (!Float.isFinite(value)) {
            throw new InputException(table.describe(row, column)
                    + ", expected a finite number; encode categories as numbers, fill in missing values, or"
                    + " name the label column (data.labelColumn)");
        }
        return value;
    }

    /// Orders classes by value if all are whole numbers, and otherwise by name.
    private static Comparator<String> order(Map<String, Integer> classes) {
        boolean numbers = classes.keySet().stream().allMatch(name -> name.matches("-?\\d{1,15}"));
        return numbers ? Comparator.comparingLong(Long::parseLong) : Comparator.naturalOrder();
    }
}
