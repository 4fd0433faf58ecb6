package org.fullrank.cli;

import java.nio.file.Path;
import org.fullrank.data.Dataset;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.trained.Replay;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Replays the last steps of a run that ended in NaN or infinity.
@Command(
        name = "replay",
        sortOptions = false,
        description = "Replays the last steps of a run that ended in NaN or infinity. Names the first operation whose"
                + " result was not finite.",
        footer = {
            "",
            "The run has a flight record in its folder, unless monitor.recordEverySteps is 0. On the same machine",
            "the steps are the same bit by bit; the output reports whether they were.",
            "",
            "Examples:",
            "  fullrank replay runs/mine",
            "  fullrank replay runs/mine --json"
        })
final class ReplayCommand extends Job {
    @Parameters(paramLabel = "RUN", description = "Run folder.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    Path run;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        try (RunFolder folder = RunFolder.open(run);
                Dataset data = Dataset.open(folder.config(Recipe.class).data())) {
            Replay.Report report = Replay.of(folder, data, err()::println);
            if (json) {
                out().println(new Json().put("run", run.toString()).putAll(report.toMap()));
            } else {
                out().print(report.text(run));
                out().flush();
            }
        }
    }
}
