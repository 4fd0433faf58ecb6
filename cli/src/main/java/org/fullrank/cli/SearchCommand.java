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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Searches an index of embeddings.
@Command(
        name = "search",
        sortOptions = false,
        description = "Finds the nearest neighbors of a query in an index, near-duplicates, or outliers.",
        footer = {
            "",
            "QUERY is the first of these that exists: the name of a row; the number of a row, as '#17', from 0; a"
                    + " .npy file of queries [M, D]; an image. The encoder of the run that the index was built from"
                    + " embeds the image. With --run, QUERY is always a file.",
            "A query that is a row does not find itself. Similarities are cosines.",
            "A search may miss a neighbor: fullrank index prints how often. With --exact, it misses none.",
            "",
            "Examples:",
            "  fullrank search idx photos/cat.jpg -k 5",
            "  fullrank search idx '#17' --class dogs",
            "  fullrank search idx new.jpg",
            "  fullrank search idx --duplicates --above 0.95",
            "  fullrank search idx --outliers"
        })
final class SearchCommand extends Job {
    private static final int NEIGHBORS = 10;

    private static final int LISTED = 20;

    @Parameters(index = "0", paramLabel = "INDEX", description = "The folder of an index.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path folder;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "QUERY",
            description = "A row, an image or a .npy file. Not with --duplicates or --outliers.")
    @Nullable
    String query;

    @Option(
            names = "-k",
            paramLabel = "N",
            defaultValue = "" + NEIGHBORS,
            description = "Number of neighbors. Default: ${DEFAULT-VALUE}.")
    int k;

    @Option(names = "--exact", description = "Compares all rows, which takes longer and misses no neighbor.")
    boolean exact;

    @Option(names = "--class", paramLabel = "NAME", description = "Finds only rows of this class.")
    @Nullable
    String label;

    @Option(
            names = "--run",
            paramLabel = "RUN",
            description = "The run folder whose encoder embeds an image. Default: the run of the index.")
    @Nullable
    Path run;

    @Option(names = "--duplicates", description = "Finds groups of rows that are near-duplicates, largest group first.")
    boolean duplicates;

    @Option(
            names = "--above",
            paramLabel = "COSINE",
            defaultValue = "" + Duplicates.ABOVE,
            description = "With --duplicates: the least similarity of two near-duplicates. Default: ${DEFAULT-VALUE}.")
    float above;

    @Option(names = "--outliers", description = "Finds the rows that are farthest from their k nearest neighbors.")
    boolean outliers;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "" + LISTED,
            description = "With --duplicates or --outliers: how many groups or rows are printed. Default:"
                    + " ${DEFAULT-VALUE}.")
    int limit;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        SearchOutput.quiet();
        requireOptions();
        try (VectorIndex index = VectorIndex.open(folder)) {
            var output = new SearchOutput(index, out(), json);
            if (duplicates) {
                Threads.use(Threads.resolve(0));
                output.duplicates(exact ? Duplicates.ofAllPairs(index, above) : Duplicates.of(index, above), above, limit);
            } else if (outliers) {
                Threads.use(Threads.resolve(0));
                output.outliers(Outlier.of(index, k, limit, exact), k, exact);
            } else {
                search(index, output, String.valueOf(query));
            }
        }
    }

    private void requireOptions() {
        boolean whole = duplicates || outliers;
        if (duplicates && outliers) {
            throw conflict("found --duplicates together with --outliers, expected one of them; leave one out");
        }
        if (whole == (query != null)) {
            throw conflict(whole
                    ? "QUERY: found %s together with --duplicates or --outliers, expected one of them; leave one out"
                            .formatted(query)
                    : "QUERY: found none, expected a row, an image or a .npy file; add one, or --duplicates or"
                            + " --outliers");
        }
        requireNot(whole, "--class", "--run");
        requireNot(!duplicates, "--above");
        requireNot(!whole, "--limit");
        requireNot(duplicates, "-k");
        InputException.when(limit < 1, "--limit: found %d, expected at least 1; correct it", limit);
    }

    private void requireNot(boolean wrong, String... options) {
        for (String option : options) {
            if (wrong && isGiven(option)) {
                throw conflict("%s: found it where it has no effect, expected %s; leave it out"
                        .formatted(
                                option,
                                duplicates ? "no such option with --duplicates"
                                        : outliers ? "no such option with --outliers"
                                                : "--duplicates or --outliers"));
            }
        }
    }

    private void search(VectorIndex index, SearchOutput output, String text) {
        RowFilter filter = label == null ? RowFilter.all() : RowFilter.label(label);
        boolean named = run == null && index.hasName(text);
        Path file = Path.of(text);
        boolean row = named || run == null && text.startsWith("#") || !Files.isRegularFile(file);
        if (row && run == null) {
            int number = index.row(text);
            List<Hit> hits =
                    exact ? index.neighborsExactly(number, k, filter) : index.neighbors(number, k, filter);
            output.neighbors(List.of(text), List.of(hits), k, exact);
            return;
        }
        List<float[]> vectors =
                text.toLowerCase(Locale.ROOT).endsWith(".npy") ? QueryRows.read(file) : List.of(embed(index, file));
        List<List<Hit>> hits = vectors.stream()
                .map(vector -> exact ? index.searchExactly(vector, k, filter) : index.search(vector, k, filter))
                .toList();
        output.neighbors(SearchOutput.titles(text, vectors.size()), hits, k, exact);
    }

    private float[] embed(VectorIndex index, Path image) {
        String own = index.card().source().run();
        if (run == null && own == null) {
            throw new InputException(
                    "query %s: found a file, but the index was built from a file too, expected a row or a run that embeds"
                                    .formatted(image)
                            + " images; give the run with --run");
        }
        try (TrainedEncoder encoder =
                TrainedEncoder.open(run == null ? Path.of(String.valueOf(own)) : run, false, err()::println)) {
            warnOfAnother(index, String.valueOf(encoder.checkpoint().getFileName()));
            return encoder.embed(image);
        }
    }

    private void warnOfAnother(VectorIndex index, String checkpoint) {
        String built = index.card().source().checkpoint();
        if (run == null && !checkpoint.equals(built)) {
            err().println("warning: the index was built with checkpoint %s, and the image is embedded with %s; build the"
                            .formatted(built, checkpoint)
                    + " index again");
        }
    }
}
