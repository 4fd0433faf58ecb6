package org.fullrank.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "evaluate",
        sortOptions = false,
        description = "Measures the encoder of a run: kNN and linear accuracy beside raw input, PCA of the same width"
                + " and the untrained encoder.",
        footer = {
            "",
            "Every number carries a hash of its protocol; compare numbers of equal hashes only.",
            "",
            "Examples:",
            "  fullrank evaluate runs/mine",
            "  fullrank evaluate runs/mine --data other-photos/ --json"
        })
final class Evaluate extends Job {
    @Parameters(paramLabel = "RUN", description = "Run folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path run;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description = "Labelled data to measure on. Default: the data of the run.")
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
