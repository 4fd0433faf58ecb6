package org.fullrank.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Finds the embeddings that minimize an objective. It computes them from eigenvectors.
@Command(
        name = "spectral",
        sortOptions = false,
        description = "Finds the best embeddings for an objective without training. Computes them from eigenvectors.",
        footer = {
            "",
            "Samples are the rows of --x, the items of --data, or the nodes of --edges. One option says which of them"
                    + " belong together. With --views, each view of an item is a sample.",
            "Without --kernel, the result is only the embeddings of these samples. With a kernel,"
                    + " the result is a map that also embeds new samples. Kernels: linear, rbf:WIDTH,"
                    + " laplacian:WIDTH, polynomial:OFFSET,DEGREE, arc-cosine:ORDER, ntk. Without a width,"
                    + " rbf and laplacian use the median distance.",
            "docs/reference/spectral.md has the formulas.",
            "",
            "Examples:",
            "  fullrank spectral --edges friends.csv --dim 8 --out z.npy",
            "  fullrank spectral --x x.npy --neighbors 10 --kernel rbf --gamma 0.2 --out z.npy",
            "  fullrank spectral --data mnist/ --views gray --kernel rbf --landmarks 1000 --dim 64 --out runs/m"
        })
final class SpectralCommand extends Job {
    static final String VICREG = "vicreg";
    static final String BARLOW = "barlow-twins";
    private static final String LINEAR = "linear";

    @Option(names = "--data", paramLabel = "PATH", description = "Data whose items are the samples: the train split.")
    @Nullable
    String data;

    @Option(names = "--x", paramLabel = "FILE", description = "Inputs of the samples, a .npy matrix [N, D].")
    @Nullable
    Path x;

    @Option(
            names = "--edges",
            paramLabel = "FILE",
            description = "Related samples: a CSV with lines i,j or i,j,weight.")
    @Nullable
    Path edges;

    @Option(
            names = "--views",
            paramLabel = "PRESET",
            description = "Relates the views of each item of --data to each other. A preset such as gray or"
                    + " vector draws the views. Together with another relation, this option only says how"
                    + " images are read.")
    @Nullable
    String views;

    @Option(names = "--neighbors", paramLabel = "K", description = "Relates each sample to its K nearest samples.")
    @Nullable
    Integer neighbors;

    @Option(names = "--labels", description = "Relates the items of --data that have the same label.")
    boolean labels;

    @Option(
            names = "--objective",
            paramLabel = "NAME",
            defaultValue = VICREG,
            description = "vicreg, contrastive, spectral-contrastive or barlow-twins. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String objective;

    @Option(
            names = "--gamma",
            paramLabel = "G",
            description = "Weight of the invariance term of vicreg. Embeddings then have variance 1. Default: 0.2.")
    @Nullable
    Double gamma;

    @Option(
            names = "--beta",
            paramLabel = "B",
            description = "The same weight for embeddings whose dimensions have a sum of squares of 1. It is"
                    + " twice gamma.")
    @Nullable
    Double beta;

    @Option(names = "--whitened", description = "Fixes the covariance of barlow-twins to the identity.")
    boolean whitened;

    @Option(names = "--kernel", paramLabel = "NAME:ARGS", description = "Kernel of the map, such as rbf:0.5.")
    @Nullable
    String kernel;

    @Option(
            names = "--center",
            arity = "1",
            paramLabel = "true|false",
            description = "Whether to subtract the mean from the features of the kernel. Default: true for vicreg"
                    + " and barlow-twins.")
    @Nullable
    Boolean center;

    @Option(
            names = "--dim",
            paramLabel = "K",
            description = "Number of dimensions. Default: 16, or fewer for few samples.")
    @Nullable
    Integer dim;

    @Option(
            names = "--landmarks",
            paramLabel = "M",
            description = "Approximates the kernel with M of the samples. Default: all samples if there are at"
                    + " most 2048, otherwise 1024.")
    @Nullable
    Integer landmarks;

    @Option(
            names = "--landmark-choice",
            paramLabel = "NAME",
            description = "How they are chosen: leverage, kmeans-plus-plus or uniform. Default: leverage.")
    @Nullable
    String landmarkChoice;

    @Option(
            names = "--rank-cut",
            paramLabel = "SHARE",
            description = "Leaves out directions of the kernel whose eigenvalue is below this share of the"
                    + " largest, from 1e-10 to 1. Default: 1e-10.")
    @Nullable
    Double rankCut;

    @Option(
            names = "--seed",
            paramLabel = "SEED",
            defaultValue = "1",
            description = "Key of all random draws. Default: 1.")
    long seed;

    @Option(
            names = "--out",
            paramLabel = "FILE.npy|DIR",
            description = "Writes the embeddings of the samples to a file that ends in .npy. With --views and a"
                    + " kernel, writes the embeddings of the items in their plain view. Any other name is a new run"
                    + " folder whose encoder is the map. It needs --data and --kernel.")
    @Nullable
    Path out;

    @Option(
            names = "--gram",
            paramLabel = "FILE",
            description = "Writes the inner products [N, N] of the embeddings as .npy.")
    @Nullable
    Path gram;

    @Option(names = "--test", paramLabel = "FILE", description = "New samples, a .npy matrix [T, D].")
    @Nullable
    Path test;

    @Option(
            names = "--induced",
            paramLabel = "FILE",
            description = "Writes the inner products [T, T] of the embeddings of the new samples.")
    @Nullable
    Path induced;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        requireOptions();
        SpectralComputation.run(this);
    }

    /// The file for embeddings; null if there is none.
    @Nullable
    Path embeddings() {
        return out != null && out.toString().toLowerCase(Locale.ROOT).endsWith(".npy") ? out : null;
    }

    /// The run folder; null if there is none.
    @Nullable
    Path runFolder() {
        return embeddings() == null ? out : null;
    }

    private void requireOptions() {
        long relations = Stream.of(edges != null, neighbors != null, labels)
                .filter(r -> r)
                .count();
        if (relations > 1 || relations == 0 && views == null) {
            throw conflict(
                    "found %d relations, expected one of --edges, --views, --neighbors, --labels".formatted(relations));
        }
        if (data != null && x != null) {
            throw conflict("found --data together with --x, expected one of them");
        }
        if (data == null && (views != null || labels)) {
            throw conflict("found --views or --labels without --data, expected data with items");
        }
        if (data == null && x == null && (neighbors != null || kernel != null)) {
            throw conflict("found no inputs, expected --x or --data, which --neighbors and --kernel need");
        }
        if (!objective.equals(VICREG) && (beta != null || gamma != null) || beta != null && gamma != null) {
            throw conflict("found --beta or --gamma, expected one of them, with objective vicreg only");
        }
        if (whitened && !objective.equals(BARLOW)) {
            throw conflict("found --whitened with objective " + objective + ", expected " + BARLOW);
        }
        if ((induced == null) != (test == null) || induced != null && kernel == null) {
            throw conflict("found --induced or --test alone, expected both, with --kernel");
        }
        boolean chosen = landmarks != null || landmarkChoice != null;
        if (kernel == null && (chosen || center != null || rankCut != null)) {
            throw conflict("found --landmarks, --landmark-choice, --center or --rank-cut without --kernel, expected a"
                    + " kernel");
        }
        if (kernel != null && kernel.strip().equals(LINEAR) && chosen) {
            throw conflict(
                    "found --landmarks or --landmark-choice with --kernel linear, expected another kernel, because"
                            + " a linear map needs no landmarks");
        }
        if (runFolder() != null && x != null) {
            throw conflict(("found --out %s with --x %s, expected --data for a run folder, because a run reads its data"
                            + " again; give the matrix as --data %s, which also standardizes its columns, or name a"
                            + " file that ends in .npy for embeddings")
                    .formatted(out, x, x));
        }
        if (runFolder() != null && (kernel == null || data == null)) {
            throw conflict(("found --out %s without --kernel and --data, expected both for a run folder, because its"
                            + " encoder is a map of data; name a file that ends in .npy for embeddings")
                    .formatted(out));
        }
        Stream.of(embeddings(), gram, induced).forEach(file -> {
            if (file != null) {
                requireFolder("output", file);
            }
        });
    }
}
