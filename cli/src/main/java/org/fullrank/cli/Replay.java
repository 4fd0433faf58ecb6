package org.fullrank.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "replay",
        sortOptions = false,
        description =
                "Goes the last steps of a run again that ended because a number was not finite, and names the first"
                        + " operation whose result was not.",
        footer = {
            "",
            "Such a run leaves a flight record in its folder, unless monitor.recordEverySteps is 0. The steps are the same",
            "bit by bit on the same machine; the answer says whether they were.",
            "",
            "Examples:",
            "  fullrank replay runs/mine",
            "  fullrank replay runs/mine --json"
        })
final class Replay extends Job {
    @Parameters(paramLabel = "RUN", description = "Run folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path run;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        new ReplayWork(this).run();
    }
}
