package org.fullrank.cli;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Threads;
import org.fullrank.independence.Bandwidth;
import org.fullrank.independence.ColumnKernel;
import org.fullrank.independence.Columns;
import org.fullrank.independence.Estimator;
import org.fullrank.independence.FeatureKernel;
import org.fullrank.independence.GaussianKernel;
import org.fullrank.independence.Hsic;
import org.fullrank.independence.PermutationTest;
import org.fullrank.independence.ScalarFeatures;
import org.fullrank.rows.RowStream;
import org.fullrank.rows.RowStreams;
import org.fullrank.rows.Selection;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Tests whether the dimensions of embeddings are independent.
@Command(
        name = "independence",
        sortOptions = false,
        description = "Tests whether the dimensions of embeddings are independent, and not only uncorrelated."
                + " Prints HSIC of each pair, its mean over all pairs (the criterion), and dHSIC of all"
                + " dimensions together.",
        footer = {
            "",
            "A file contains a matrix [N, D] with a row for each item: .npy, .npz, .csv, .safetensors, .parquet or .fbin.",
            "p is the share of shuffles that are at least as dependent. In a shuffle, each"
                    + " dimension has its own random order.",
            "docs/reference/independence.md has the formulas.",
            "",
            "Examples:",
            "  fullrank independence z.npy",
            "  fullrank independence z.npy --dhsic --permutations 1000 --json",
            "  fullrank independence large.npy --features fourier:64"
        })
final class IndependenceCommand extends Job {
    private static final String MEDIAN = "median";

    /// Largest width for which all pairs are printed. The pairs of more dimensions do not fit on a screen.
    private static final int PRINTED_WIDTH = 8;

    private static final int PRINTED_PAIRS = 10;

    /// If the remaining time is below this, no message is printed.
    private static final double QUIET_SECONDS = 10;

    @Parameters(paramLabel = "FILE", description = "File of embeddings.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path file;

    @Option(
            names = "--bandwidth",
            paramLabel = "median|X",
            defaultValue = MEDIAN,
            description = "Bandwidth of the Gaussian kernel: the median distance of each dimension, or one number"
                    + " for all dimensions. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String bandwidth;

    @Option(
            names = "--unbiased",
            description = "Uses the unbiased estimator. For independent dimensions, it is 0 on average.")
    boolean unbiased;

    @Option(
            names = "--features",
            paramLabel = "fourier:M|relu:M",
            description = "Uses M random features instead of the kernel of all pairs of rows. Then time and"
                    + " memory are linear in the number of rows.")
    @Nullable
    String features;

    @Option(names = "--dhsic", description = "Also tests whether all dimensions together are independent.")
    boolean dHsic;

    @Option(
            names = "--permutations",
            paramLabel = "N",
            defaultValue = "" + PermutationTest.PERMUTATIONS,
            description = "Number of shuffles; 0 for no p-values. Default: ${DEFAULT-VALUE}.")
    int permutations;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the shuffles and the random features. Default: ${DEFAULT-VALUE}.")
    long seed;

    @Option(
            names = {"--array", "--key"},
            paramLabel = "NAME",
            description = "The array of an .npz or .safetensors. Default: embeddings, z, x, or the only matrix.")
    @Nullable
    String key;

    @Option(
            names = "--label-column",
            paramLabel = "COLUMN",
            description = "The label column of the .csv, which is left out. Default: the column named label, class,"
                    + " target or y, or the only column with text.")
    @Nullable
    String labelColumn;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        if (dHsic && features != null) {
            throw conflict("--dhsic: found --features, expected exact kernels; leave one of both out");
        }
        Threads.use(Threads.resolve(0));
        Columns columns = read();
        double[] bandwidths = bandwidths(columns);
        ColumnKernel kernel = features == null
                ? new GaussianKernel(bandwidths)
                : FeatureKernel.of(ScalarFeatures.named(features, seed), columns, bandwidths);
        var hsic = new Hsic(kernel, unbiased ? Estimator.UNBIASED : Estimator.BIASED);
        PermutationTest test = PermutationTest.of(
                columns, hsic, new PermutationTest.Shuffles(permutations, seed, new Estimate(this)::finished));
        if (json) {
            out().println(json(test, bandwidths));
        } else {
            out().print(text(test, columns.rows()));
            out().flush();
        }
    }

    private Columns read() {
        try (RowStream rows = RowStreams.open(file, new Selection(key, labelColumn))) {
            Columns columns = Columns.read(rows);
            rows.warnings().forEach(line -> err().println("warning: " + line));
            String left = rows.labelColumn();
            if (left != null && labelColumn == null) {
                err().println("warning: column %s was left out as the label; if it is none, give --label-column none"
                        .formatted(left));
            }
            return columns;
        }
    }

    private double[] bandwidths(Columns columns) {
        if (bandwidth.equals(MEDIAN)) {
            return Bandwidth.medians(columns);
        }
        try {
            return GaussianKernel.of(Double.parseDouble(bandwidth), columns.width())
                    .bandwidths();
        } catch (NumberFormatException e) {
            throw new InputException(
                    "--bandwidth %s: found no number, expected median or a number above 0".formatted(bandwidth), e);
        }
    }

    /// After the first shuffle, says how long the other shuffles will take, if it is long.
    private static final class Estimate {
        private final IndependenceCommand command;
        private long begin;

        Estimate(IndependenceCommand command) {
            this.command = command;
        }

        void finished(int shuffles) {
            long now = System.nanoTime();
            if (shuffles == 0) {
                begin = now;
            }
            double seconds = (now - begin) * 1e-9 * command.permutations;
            if (shuffles == 1 && seconds > QUIET_SECONDS) {
                command.err()
                        .println("%d shuffles take about %s%s"
                                .formatted(
                                        command.permutations,
                                        Numbers.duration(seconds),
                                        command.features == null ? "; --features fourier:64 may be faster" : ""));
            }
        }
    }

    private Json json(PermutationTest test, double[] bandwidths) {
        Json p = new Json().put("pairwise", test.pairwise()).put("criterion", test.criterion());
        return new Json()
                .put("pairwise", test.found().pairwise())
                .put("criterion", test.found().criterion())
                .put("dhsic", dHsic ? test.found().dHsic() : null)
                .put("bandwidths", bandwidths)
                .put("p", p.put("dhsic", dHsic ? test.dHsic() : null))
                .put("null", test.nullMean());
    }

    private String text(PermutationTest test, int rows) {
        int width = test.pairwise().length;
        var head = new Table();
        head.row("%d rows, %d dimensions".formatted(rows, width), "value", "shuffled", "p");
        head.row(
                "criterion",
                Numbers.number(test.found().criterion()),
                Numbers.number(test.nullMean()),
                p(test.criterion()));
        if (dHsic) {
            head.row("dHSIC", Numbers.number(test.found().dHsic()), "", p(test.dHsic()));
        }
        Table pairs = width <= PRINTED_WIDTH ? matrix(test) : largest(test);
        return head + "\n" + pairs;
    }

    /// HSIC of all pairs, each with its p-value.
    private static Table matrix(PermutationTest test) {
        double[][] hsic = test.found().pairwise();
        var table = new Table();
        table.row(Stream.concat(
                        Stream.of("HSIC (p)"), IntStream.range(0, hsic.length).boxed())
                .toList());
        for (int i = 0; i < hsic.length; i++) {
            int row = i;
            Stream<String> cells = IntStream.range(0, hsic.length)
                    .mapToObj(j -> row == j
                            ? Numbers.number(hsic[row][j])
                            : "%s (%s)".formatted(Numbers.number(hsic[row][j]), p(test.pairwise()[row][j])));
            table.row(Stream.concat(Stream.of(String.valueOf(i)), cells).toList());
        }
        return table;
    }

    /// The most dependent pairs.
    private static Table largest(PermutationTest test) {
        double[][] hsic = test.found().pairwise();
        record Pair(int i, int j) {}
        List<Pair> pairs = IntStream.range(0, hsic.length)
                .boxed()
                .flatMap(i -> IntStream.range(i + 1, hsic.length).mapToObj(j -> new Pair(i, j)))
                .sorted(Comparator.comparingDouble(pair -> -hsic[pair.i][pair.j]))
                .limit(PRINTED_PAIRS)
                .toList();
        var table = new Table();
        table.row("most dependent pairs", "HSIC", "p");
        for (Pair pair : pairs) {
            table.row(
                    "%d and %d".formatted(pair.i, pair.j),
                    Numbers.number(hsic[pair.i][pair.j]),
                    p(test.pairwise()[pair.i][pair.j]));
        }
        return table;
    }

    private static String p(double value) {
        return Double.isNaN(value) ? "-" : Numbers.pValue(value);
    }
}
