package org.fullrank.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "evaluate",
        sortOptions = false,
        description = "Measures the encoder of a run: kNN and linear accuracy beside raw input, PCA of the same width"
                + " and the untrained encoder, or what other protocols measure.",
        footer = {
            "",
            "Every number carries a hash of its protocol; compare numbers of equal hashes only. What was measured on"
                    + " the run's own data is kept in evaluation.json of its folder.",
            "",
            "Examples:",
            "  fullrank evaluate runs/mine",
            "  fullrank evaluate runs/mine --data other-photos/ --json",
            "  fullrank evaluate runs/mine --protocol retrieval,layers",
            "  fullrank evaluate runs/strong --protocol classes --against runs/weak",
            "  fullrank evaluate runs/mine --protocol finetune --fractions 0.01,0.1 --steps 200"
        })
final class Evaluate extends Job {
    @Parameters(paramLabel = "RUN", description = "Run folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path run;

    @Option(
            names = "--protocol",
            paramLabel = "NAME",
            split = ",",
            description = "One or more of knn, linear, finetune, retrieval, layers, classes, label-free, or all."
                    + " Default: knn,linear.")
    List<String> protocols = new ArrayList<>();

    @Option(
            names = "--fractions",
            paramLabel = "SHARE",
            split = ",",
            description = "Shares of the labels of finetune, above 0 and at most 1. Default: 0.01,0.1,1.")
    List<Double> fractions = new ArrayList<>();

    @Option(
            names = "--draws",
            paramLabel = "N",
            defaultValue = "3",
            description = "Draws of labeled items of finetune for each share. Default: ${DEFAULT-VALUE}.")
    int draws;

    @Option(
            names = "--steps",
            paramLabel = "N",
            defaultValue = "500",
            description = "Steps of each fit of finetune; fewer take less time. Default: ${DEFAULT-VALUE}.")
    int steps;

    @Option(
            names = "--layers",
            paramLabel = "NAME",
            split = ",",
            description = "Layers of the curve of layers, as in block.stage2.0,embedding. Default: all.")
    List<String> layers = new ArrayList<>();

    @Option(
            names = "--against",
            paramLabel = "RUN2",
            description = "Run that classes is put against: which classes lost although the mean rose.")
    @Nullable
    Path against;

    /// The classifiers of `classes`, as they are typed.
    enum Probe {
        knn,
        linear
    }

    @Option(
            names = "--probe",
            paramLabel = "NAME",
            defaultValue = "linear",
            description = "Whose answers classes counts: knn or linear. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Probe probe;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Labeled data to measure on. Default: the data of the run.")
    @Nullable
    String data;

    @Option(
            names = "--best",
            description = "Takes the checkpoint with the best score while training instead of the latest one.")
    boolean best;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        new EvaluateWork(this).run();
    }
}
