package org.fullrank.spectral;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.file.CsvTable;
import org.fullrank.spectral.Graph.Edge;

/// A CSV file with a line `i,j` or `i,j,weight` for each edge. Samples count from 0. A header is allowed.
public final class EdgeFile {
    /// Indices of more nodes than fit in memory with their embeddings are numbers of another kind, such as
    /// identifiers of users.
    public static final int MOST_NODES = 10_000_000;

    private static final double WEIGHT = 1;

    private EdgeFile() {}

    /// Reads the graph of `size` samples.
    ///
    /// @param size number of samples; 0 for the largest index plus one, which may be up to [#MOST_NODES]
    /// @throws InputException when the file is missing or not CSV, when a cell is not a number, or when
    ///     [Graph#of] refuses the edges
    public static Graph read(Path file, int size) {
        List<Edge> edges = new ArrayList<>();
        try (CsvTable table = CsvTable.open(file, CsvTable.NO_LABEL, "give lines i,j or i,j,weight")) {
            InputException.unless(
                    table.columns() == 2 || table.columns() == 3,
                    "edges %s: found %d columns, expected i,j or i,j,weight; leave the others out",
                    file,
                    table.columns());
            for (var row = table.next(); row != null; row = table.next()) {
                edges.add(edge(file, row));
            }
        } catch (IOException e) {
            throw new InputException("edges %s: cannot be read: %s; check the path".formatted(file, e.getMessage()), e);
        }
        int largest =
                edges.stream().mapToInt(e -> Math.max(e.from(), e.to())).max().orElse(-1);
        InputException.when(
                size == 0 && largest >= MOST_NODES,
                "edges %s: found index %d, expected at most %d; number the samples from 0 without gaps",
                file,
                largest,
                MOST_NODES - 1);
        return Graph.of(size == 0 ? largest + 1 : size, edges);
    }

    private static Edge edge(Path file, CsvTable.Row row) {
        try {
            double weight = row.cells().size() > 2 ? CsvTable.number(row.cells().get(2)) : WEIGHT;
            return new Edge(index(row, 0), index(row, 1), weight);
        } catch (InputException e) {
            throw new InputException("edges %s, line %d: %s".formatted(file, row.line(), e.getMessage()), e);
        }
    }

    private static int index(CsvTable.Row row, int column) {
        String cell = row.cells().get(column).strip();
        try {
            return Integer.parseInt(cell);
        } catch (NumberFormatException e) {
            throw new InputException("found \"%s\", expected a whole number from 0; correct it".formatted(cell), e);
        }
    }
}
