package org.fullrank.cli;

import java.nio.file.Path;
import java.util.List;
import org.fullrank.decompose.DecompositionSettings.Descent;
import org.fullrank.decompose.DecompositionSettings.Stopping;
import org.fullrank.decompose.RankSearch;
import org.fullrank.net.DeepDecoder;
import org.fullrank.net.SkipNetwork;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Decomposes a noisy tensor into low-rank factors.
@Command(
        name = "decompose",
        sortOptions = false,
        description = "Decomposes a noisy matrix or 3-way tensor into low-rank factors and compares them with"
                + " SVD and NMF. Untrained networks generate the factors.",
        footer = {
            "",
            "Held-out entries decide when the fit stops, and they choose the rank. Ctrl-C ends the"
                    + " fit and keeps the best factors so far. The same command with --resume continues it.",
            "",
            "The folder of --out gets factor1.npy [n1, R], factor2.npy, ..., decomposition.json, reconstruction.npy,"
                    + " page.html and the states of the fits.",
            "",
            "Examples:",
            "  fullrank decompose noisy.npy --out decomposed/",
            "  fullrank decompose noisy.npy --rank 8 --truth clean.npy --compare svd,nmf",
            "  fullrank decompose counts.npy --loss poisson --nonnegative",
            "  fullrank decompose cube.npy --mask observed.npy --scales 4 --json",
            "  fullrank decompose rays.npy --operator matrix.npy --shape 64,64"
        })
final class DecomposeCommand extends Job {
    /// The value of `--rank` with which several ranks are compared.
    static final String AUTO = "auto";

    /// Values of `--loss`.
    enum Loss {
        L2,
        L1,
        HUBER,
        POISSON
    }

    /// Values of `--network`.
    enum Network {
        SKIP,
        DECODER
    }

    /// Values of `--activation`.
    enum Activation {
        SOFTPLUS,
        ABS,
        RELU
    }

    /// Values of `--three-way`.
    enum Sides {
        PICTURE,
        CP
    }

    @Parameters(
            index = "0",
            paramLabel = "FILE",
            description = "The tensor as .npy or .npy.gz: a matrix [M, N] or a 3-way tensor [H, W, B]. Or a PNG or TIFF"
                    + " image, or a folder of gray images of one size.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path tensor;

    @Option(
            names = "--rank",
            paramLabel = "R|auto",
            defaultValue = AUTO,
            description = "Number of columns of each factor. auto tries 1, 2, 4, ... and chooses the smallest"
                    + " rank whose held-out loss is not clearly worse than the best. Default: ${DEFAULT-VALUE}.")
    String rank = AUTO;

    @Option(
            names = "--loss",
            paramLabel = "NAME",
            defaultValue = "l2",
            description = "Loss: l2 (Gaussian noise), l1 or huber (outliers), poisson (counts; needs --nonnegative)."
                    + " Default: ${DEFAULT-VALUE}.")
    Loss loss = Loss.L2;

    @Option(names = "--nonnegative", description = "No factor has negative numbers, as in NMF.")
    boolean nonnegative;

    @Option(names = "--semi", description = "Only the last factor may have negative numbers, as in semi-NMF.")
    boolean semi;

    @Option(
            names = "--activation",
            paramLabel = "NAME",
            defaultValue = "softplus",
            description = "The function that makes factors nonnegative: softplus, abs or relu. Default:"
                    + " ${DEFAULT-VALUE}.")
    Activation activation = Activation.SOFTPLUS;

    @Option(
            names = "--tv",
            paramLabel = "W",
            defaultValue = "0",
            description =
                    "Weight of the total variation of the rows and columns in the loss, for flat areas with sharp edges."
                            + " Try 0.01. Default: ${DEFAULT-VALUE}.")
    double variation;

    @Option(
            names = "--compare",
            paramLabel = "LIST",
            split = ",",
            defaultValue = "svd",
            description = "Other factorizations to compare with: svd (of the same rank and of the best rank),"
                    + " nmf, and for 3-way tensors cp and tucker. Default: ${DEFAULT-VALUE}.")
    List<String> compare = List.of();

    @Option(
            names = "--mask",
            paramLabel = "FILE",
            description = "A file of the same shape that is 0 where an entry is missing. Missing entries are"
                    + " never used.")
    @Nullable
    Path mask;

    @Option(
            names = "--nan-missing",
            description = "NaN means that an entry is missing. Without this option, NaN is an error.")
    boolean nanMissing;

    @Option(
            names = "--truth",
            paramLabel = "FILE",
            description = "The tensor without noise, as a file of the same shape. It adds PSNR to the table."
                    + " The fit does not use it.")
    @Nullable
    Path truth;

    @Option(
            names = "--operator",
            paramLabel = "FILE",
            description = "With this option, the input holds m linear measurements of a tensor, such as the rays of a"
                    + " tomograph. FILE is a .npy matrix [m, n]; n is the number of entries of the tensor. Needs"
                    + " --shape.")
    @Nullable
    Path operator;

    @Option(
            names = "--shape",
            paramLabel = "H,W[,B]",
            split = ",",
            description = "With --operator: the sizes of the tensor.")
    List<Integer> shape = List.of();

    @Option(
            names = "--three-way",
            paramLabel = "NAME",
            defaultValue = "picture",
            description = "Factors of [H, W, B]: picture (R pictures and R lines) or cp (R lines for each side)."
                    + " Default: ${DEFAULT-VALUE}.")
    Sides threeWay = Sides.PICTURE;

    @Option(
            names = "--network",
            paramLabel = "NAME",
            defaultValue = "skip",
            description = "Network of each factor: skip (deep image prior) or decoder (deep decoder). Default:"
                    + " ${DEFAULT-VALUE}.")
    Network network = Network.SKIP;

    @Option(
            names = "--width",
            paramLabel = "N",
            description = "Number of channels of the networks. Default: " + SkipNetwork.DEFAULT_WIDTH + " for skip, "
                    + DeepDecoder.DEFAULT_WIDTH + " for decoder.")
    @Nullable
    Integer width;

    @Option(
            names = "--scales",
            paramLabel = "N",
            description = "Number of halvings from the finest to the coarsest scale. A side needs more than 2^N"
                    + " entries for N scales; a shorter side gets fewer. Default: " + SkipNetwork.DEFAULT_SCALES
                    + " for skip, " + DeepDecoder.DEFAULT_SCALES + " for decoder.")
    @Nullable
    Integer scales;

    @Option(
            names = "--noise",
            paramLabel = "KIND",
            description = "What is known about the noise: gaussian:SIGMA, poisson (counts), or poisson:READOUT (counts"
                    + " plus N(0, READOUT^2)). Then the fit ends when its residual is not above the noise. Without"
                    + " this option, the held-out entries end it.")
    @Nullable
    String noise;

    @Option(
            names = "--holdout",
            paramLabel = "SHARE",
            description = "Share of the observed entries that are not fitted. Their loss decides when the fit"
                    + " stops. Default: " + Stopping.DEFAULT_HOLDOUT + ".")
    @Nullable
    Double holdout;

    @Option(
            names = "--splits",
            paramLabel = "N",
            description = "Number of random choices of the held-out entries. The mean of their losses decides."
                    + " Then all entries are fitted. Default: "
                    + RankSearch.DEFAULT_SPLITS + " for --rank auto, otherwise " + Stopping.DEFAULT_SPLITS + ".")
    @Nullable
    Integer splits;

    @Option(
            names = "--patience",
            paramLabel = "N",
            description = "The fit ends after N iterations without a smaller held-out loss. Default: "
                    + Stopping.DEFAULT_PATIENCE + ".")
    @Nullable
    Integer patience;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            description = "Largest number of iterations of a fit. Default: " + Stopping.DEFAULT_ITERATIONS + ".")
    @Nullable
    Integer iterations;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            description = "Learning rate of Adam. Default: " + Descent.DEFAULT_LEARNING_RATE + ".")
    @Nullable
    Double learningRate;

    @Option(
            names = "--input-noise",
            paramLabel = "X",
            description = "Standard deviation of the noise that each iteration adds to the inputs of the networks."
                    + " Default: " + Descent.DEFAULT_INPUT_NOISE + ".")
    @Nullable
    Double inputNoise;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "0",
            description = "Seed of the initial values, held-out entries and noise. Default: ${DEFAULT-VALUE}.")
    long seed;

    @Option(names = "--out", paramLabel = "DIR", description = "Writes the results there.")
    @Nullable
    Path out;

    @Option(names = "--resume", description = "Continues the fits whose states are in the folder of --out.")
    boolean resume;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        if (nonnegative && semi) {
            throw conflict("found --nonnegative together with --semi, expected one of them");
        }
        if (resume && out == null) {
            throw conflict("found --resume without --out, expected the folder with the states");
        }
        if (isGiven("--activation") && !nonnegative && !semi) {
            throw conflict("found --activation without --nonnegative or --semi, expected one of them");
        }
        if ((operator == null) != shape.isEmpty()) {
            throw conflict("found only one of --operator and --shape, expected both");
        }
        if (operator != null && isGiven("--compare")) {
            throw conflict("found --compare with --operator, expected no rivals, because they need the entries");
        }
        new DecomposeWork(this).run();
    }
}
