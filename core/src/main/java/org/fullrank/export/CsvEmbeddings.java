package org.fullrank.export;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.fullrank.file.CsvWriter;
import org.fullrank.probe.Features;

/// Embeddings as the rows of a CSV file.
final class CsvEmbeddings {
    private CsvEmbeddings() {}

    /// Writes the header and a row for each item.
    static void rows(CsvWriter csv, Features features) {
        List<String> header = new ArrayList<>();
        if (!features.paths().isEmpty()) {
            header.add("path");
        }
        for (int d = 0; d < features.width(); d++) {
            header.add("e" + d);
        }
        if (features.classes() != null) {
            header.add("class");
        }
        csv.row(header);
        for (int row = 0; row < features.rows(); row++) {
            csv.row(cells(features, row));
        }
    }

    private static List<String> cells(Features features, int row) {
        List<String> cells = new ArrayList<>();
        if (!features.paths().isEmpty()) {
            cells.add(features.paths().get(row));
        }
        for (int d = 0; d < features.width(); d++) {
            cells.add(Float.toString(features.values()[row * features.width() + d]));
        }
        if (features.classes() != null) {
            cells.add(Objects.requireNonNullElse(features.className(row), ""));
        }
        return cells;
    }
}
