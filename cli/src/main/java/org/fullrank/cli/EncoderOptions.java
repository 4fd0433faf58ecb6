package org.fullrank.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The run folder and the options of all commands that read the encoder of a run.
final class EncoderOptions {
    @Parameters(paramLabel = "RUN", description = "Run folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path run;

    @Option(
            names = "--best",
            description = "Uses the checkpoint with the best score during training instead of the latest checkpoint.")
    boolean best;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;
}
