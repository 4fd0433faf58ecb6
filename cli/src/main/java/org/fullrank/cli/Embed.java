package org.fullrank.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "embed",
        sortOptions = false,
        description = "Writes the embeddings of a data set by the encoder of a run.",
        footer = {
            "",
            "A .npy file holds float32 [items, width], its labels go to FILE_labels.npy; a .csv file has one row per"
                    + " item and the class in its last column.",
            "",
            "Examples:",
            "  fullrank embed runs/mine --out embeddings.npy",
            "  fullrank embed runs/mine --data photos/ --split test --out test.csv"
        })
final class Embed extends Job {
    @Parameters(paramLabel = "RUN", description = "Run folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path run;

    @Option(names = "--data", paramLabel = "PATH", description = "What to embed. Default: the data of the run.")
    @Nullable
    String data;

    @Option(
            names = "--split",
            paramLabel = "SPLIT",
            defaultValue = "train",
            description = "train, validation, test or unlabeled. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    String split;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            required = true,
            description = "File to write, ending in .npy or .csv.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path out;

    @Option(
            names = "--best",
            description = "Takes the checkpoint with the best score while training instead of the latest one.")
    boolean best;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        new EmbedWork(this).run();
    }
}
