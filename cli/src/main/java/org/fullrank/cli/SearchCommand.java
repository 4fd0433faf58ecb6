package org.fullrank.cli;

import java.nio.file.Path;
import org.fullrank.engine.InputException;
import org.fullrank.search.Duplicates;
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
                    + " embeds the image. With --run, QUERY is always a file. If none of these exists, 7.jpg is the"
                    + " row shoes/7.jpg, if no other row ends in /7.jpg.",
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
            description = "Number of neighbors; with --outliers those of the mean similarity. Default:"
                    + " ${DEFAULT-VALUE}.")
    int k;

    @Option(names = "--exact", description = "Compares all rows, which takes longer and misses no neighbor.")
    boolean exact;

    @Option(names = "--class", paramLabel = "NAME", description = "Finds only rows of this class.")
    @Nullable
    String label;

    @Option(
            names = "--run",
            paramLabel = "RUN",
            description =
                    "The run folder whose encoder embeds an image, such as the new folder of a run that was moved."
                            + " Default: the run of the index.")
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
        new SearchWork(this).run();
    }

    private void requireOptions() {
        boolean whole = duplicates || outliers;
        if (duplicates && outliers) {
            throw conflict("found --duplicates together with --outliers, expected one of them; leave one out");
        }
        if (whole == (query != null)) {
            throw conflict(
                    whole
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
                                duplicates
                                        ? "no such option with --duplicates"
                                        : outliers ? "no such option with --outliers" : "--duplicates or --outliers"));
            }
        }
    }
}
