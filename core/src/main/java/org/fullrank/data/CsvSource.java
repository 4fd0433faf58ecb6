package org.fullrank.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.jspecify.annotations.Nullable;

/// Tables in CSV files, see [CsvTable]. Columns may hold numbers or categories, and cells may be missing, see
/// [TableSchema].
///
/// @param parts the file of each split
/// @param fitted how the training table of an encoder was read; null to fit the schema to this data set
record CsvSource(
        Map<Split, Path> parts, DataSpec spec, @Nullable TableSchema fitted) implements DataSource {
    private static final String REMEDY = "correct data.labelColumn";

    @Override
    public String format() {
        return "CSV";
    }

    /// The same tables, but read in the same way as the training table of an encoder.
    CsvSource fittedBy(TableSchema schema) {
        return new CsvSource(parts, spec, schema);
    }

    @Override
    public String key() {
        return fitted == null ? "" : fitted.json();
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
        TableSchema schema = fitted == null ? fit(out) : fitted;
        if (schema.width() == 0) {
            throw new InputException("CSV file " + learned()
                    + " has no column to learn from, expected at least one besides label, index and constants;"
                    + " add features");
        }
        out.table(schema);
        var classes = new ClassNumbers("CSV file " + learned());
        List<Part> labeled = new ArrayList<>();
        for (Map.Entry<Split, Path> part : parts.entrySet()) {
            int from = classes.rows();
            read(part.getValue(), part.getKey(), schema, classes, out);
            if (classes.rows() > from) {
                labeled.add(new Part(part.getKey(), from, classes.rows()));
            }
        }
        Labels labels = labels(classes, schema, out);
        if (labels != null) {
            out.classNames(labels.names());
            labeled.forEach(part -> out.labels(part.split, Arrays.copyOfRange(labels.classes(), part.from, part.to)));
        }
    }

    /// The labels of all splits; null if there are none, or if a column that the user did not name has another value in
    /// every row.
    private @Nullable Labels labels(ClassNumbers classes, TableSchema schema, PackWriter out) throws IOException {
        Labels labels = classes.labels();
        classes.notes().forEach(out::note);
        if (labels == null || spec.tableLabel() != null || fitted != null) {
            return labels;
        }
        if (labels.differ()) {
            String column = schema.label().isEmpty() ? "the label column" : "the column " + schema.label();
            out.note(column + " was left out as names of the rows, because all its values differ; if they are classes,"
                    + " use --label-column");
            return null;
        }
        try (var table = open(learned(), spec.tableLabel())) {
            if (table.differingLabel() != null) {
                out.note(table.differingLabel());
            }
        }
        return labels;
    }

    /// The labels of one split, taken from the labels of all splits.
    private record Part(Split split, int from, int to) {}

    /// The file that the treatment of the columns is fitted to.
    private Path learned() {
        Path train = parts.get(Split.TRAIN);
        return train == null ? parts.values().iterator().next() : train;
    }

    private TableSchema fit(PackWriter out) throws IOException {
        try (var table = open(learned(), spec.tableLabel())) {
            var wanted = new TableFit.Wanted(spec.ignore(), spec.categories(), elsewhere(), remedy());
            TableFit.Fitted fit = TableFit.of(table, learned(), wanted);
            table.warnings().forEach(out::note);
            fit.notes().forEach(out::note);
            if (table.label() >= 0 && spec.readsNoClasses()) {
                out.note("%s is the label and was left out, because no classes are read"
                        .formatted(table.title(table.label())));
            }
            return fit.schema();
        }
    }

    /// What to do about a feature that is the class; null if the user named the label column.
    private @Nullable String remedy() {
        if (spec.tableLabel() != null) {
            return null;
        }
        return spec.readsNoClasses() ? "--set data.ignore=[%d]" : "--label-column %d";
    }

    /// Names of the columns of the other tables.
    private Set<String> elsewhere() throws IOException {
        Set<String> names = new HashSet<>();
        for (Path file : parts.values()) {
            if (!file.equals(learned())) {
                try (var table = open(file, CsvTable.NO_LABEL)) {
                    names.addAll(table.names() == null ? List.of() : table.names());
                }
            }
        }
        return names;
    }

    private static CsvTable open(Path file, @Nullable String labelColumn) throws IOException {
        return CsvTable.open(file, labelColumn, REMEDY);
    }

    /// In another table, the label column is the column with the same name. If there are no names, and the
    /// table has exactly as many columns as the learned ones, it has no label column.
    private CsvTable open(Path file, TableSchema schema) throws IOException {
        String label;
        Set<String> known = schema.named()
                ? schema.columns().stream().map(TableColumn::name).collect(Collectors.toSet())
                : Set.of();
        try (CsvTable table = CsvTable.open(file, null, known, REMEDY)) {
            List<String> names = table.names();
            if (schema.named() && names != null) {
                label = !schema.label().isEmpty() && names.contains(schema.label())
                        ? schema.label()
                        : CsvTable.NO_LABEL;
            } else {
                label = table.columns() == schema.columns().size() ? CsvTable.NO_LABEL : spec.tableLabel();
            }
        }
        return CsvTable.open(file, label, known, REMEDY);
    }

    private void read(Path file, Split split, TableSchema schema, ClassNumbers classes, PackWriter out)
            throws IOException {
        try (var table = open(file, schema)) {
            var encoder = new TableEncoder(schema, table, file, Set.copyOf(spec.ignore()));
            float[] values = new float[schema.width()];
            for (CsvTable.Row row = table.next(); row != null; row = table.next()) {
                encoder.encode(row, values);
                out.vector(split, values, Labels.UNLABELED);
                if (table.label() >= 0 && !spec.readsNoClasses()) {
                    classes.add(row.cells().get(table.label()));
                }
            }
            for (String warning : table.warnings()) {
                if (fitted != null || !file.equals(learned()) && !out.noted(warning)) {
                    out.note(file.getFileName() + ": " + warning);
                }
            }
            encoder.notes().forEach(out::note);
        }
    }
}
