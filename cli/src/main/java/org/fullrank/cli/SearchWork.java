package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Threads;
import org.fullrank.search.Duplicates;
import org.fullrank.search.Hit;
import org.fullrank.search.Outlier;
import org.fullrank.search.QueryRows;
import org.fullrank.search.RowFilter;
import org.fullrank.search.VectorIndex;
import org.fullrank.trained.TrainedEncoder;

/// Searches the index of [SearchCommand], and prints what it finds.
record SearchWork(SearchCommand command) {
    /// The least similarity of an image to itself: 1, except for rounding.
    private static final double SAME = 1 - 1e-5;

    void run() {
        try (VectorIndex index = VectorIndex.open(command.folder)) {
            var output = new SearchOutput(index, command.out(), command.json);
            float above = command.above;
            if (command.duplicates) {
                Threads.use(Threads.resolve(0));
                Duplicates found = command.exact ? Duplicates.ofAllPairs(index, above) : Duplicates.of(index, above);
                output.duplicates(found, above, command.limit);
            } else if (command.outliers) {
                Threads.use(Threads.resolve(0));
                output.outliers(Outlier.of(index, command.k, command.limit, command.exact), command.k, command.exact);
            } else {
                search(index, output, String.valueOf(command.query));
            }
        }
    }

    private void search(VectorIndex index, SearchOutput output, String text) {
        RowFilter filter = command.label == null ? RowFilter.all() : RowFilter.label(command.label);
        int k = command.k;
        OptionalInt found = row(index, text);
        if (found.isPresent()) {
            int row = found.getAsInt();
            List<Hit> hits = command.exact ? index.neighborsExactly(row, k, filter) : index.neighbors(row, k, filter);
            output.neighbors(List.of(text), List.of(hits), k, command.exact);
            return;
        }
        Path file = Path.of(text);
        boolean matrix = text.toLowerCase(Locale.ROOT).endsWith(".npy");
        List<float[]> vectors = matrix ? QueryRows.read(file) : List.of(embed(index, file));
        List<List<Hit>> hits = vectors.stream()
                .map(vector -> command.exact ? index.searchExactly(vector, k, filter) : index.search(vector, k, filter))
                .toList();
        output.neighbors(SearchOutput.titles(text, vectors.size()), hits, k, command.exact);
        if (!matrix && isFirst(file, hits.getFirst())) {
            command.err().println("note: rank 1 is the query itself");
        }
    }

    /// The row that the query is; empty if it is a file. With `--run`, it is always a file. Without `--run`, what
    /// is neither a row nor a file is the only row of this name in a folder.
    ///
    /// @throws InputException when there is no such row
    private OptionalInt row(VectorIndex index, String text) {
        if (command.run != null) {
            return OptionalInt.empty();
        }
        if (!index.hasName(text) && !text.startsWith("#")) {
            if (Files.isRegularFile(Path.of(text))) {
                return OptionalInt.empty();
            }
            List<Integer> rows = index.rowsInFolders(text);
            if (rows.size() == 1) {
                command.err()
                        .println("note: searches for row %s, because no row and no file has the name %s"
                                .formatted(index.name(rows.getFirst()), text));
                return OptionalInt.of(rows.getFirst());
            }
        }
        return OptionalInt.of(index.row(text));
    }

    /// Whether the best row is the image of the query: the file has its name, and no other row has the same
    /// embedding. In a collapse, all rows have.
    private static boolean isFirst(Path image, List<Hit> hits) {
        return hits.size() > 1
                && hits.getFirst().similarity() >= SAME
                && hits.get(1).similarity() < SAME
                && Path.of(hits.getFirst().name()).endsWith(image.getFileName());
    }

    private float[] embed(VectorIndex index, Path image) {
        String own = index.card().source().run();
        Path run = command.run == null && own != null ? Path.of(own) : command.run;
        if (run == null) {
            throw new InputException(
                    "query %s: found a file, but the index was built from a file too, expected a row or a run that embeds"
                                    .formatted(image)
                            + " images; give the run with --run");
        }
        String built = command.run == null ? index.card().source().checkpoint() : null;
        try (TrainedEncoder encoder = built == null
                ? TrainedEncoder.open(run, false, command.err()::println)
                : TrainedEncoder.open(run, built, command.err()::println)) {
            if (built != null) {
                IndexOwner.noteCheckpoint(index.card().source(), encoder, command.err());
            }
            return encoder.embed(image);
        }
    }
}
