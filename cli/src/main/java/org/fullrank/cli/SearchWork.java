package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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
        if (isRow(index, text)) {
            int row = index.row(text);
            List<Hit> hits = command.exact ? index.neighborsExactly(row, k, filter) : index.neighbors(row, k, filter);
            output.neighbors(List.of(text), List.of(hits), k, command.exact);
            return;
        }
        Path file = Path.of(text);
        List<float[]> vectors =
                text.toLowerCase(Locale.ROOT).endsWith(".npy") ? QueryRows.read(file) : List.of(embed(index, file));
        List<List<Hit>> hits = vectors.stream()
                .map(vector -> command.exact ? index.searchExactly(vector, k, filter) : index.search(vector, k, filter))
                .toList();
        output.neighbors(SearchOutput.titles(text, vectors.size()), hits, k, command.exact);
    }

    /// Whether the query is a row and not a file. Without `--run`, what is neither is meant as a row.
    private boolean isRow(VectorIndex index, String text) {
        return command.run == null
                && (index.hasName(text) || text.startsWith("#") || !Files.isRegularFile(Path.of(text)));
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
