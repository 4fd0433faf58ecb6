package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunSummary;
import org.fullrank.run.Runs;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Lists runs.
@Command(
        name = "runs",
        sortOptions = false,
        description = "Lists the runs of a folder with their status and latest measures.",
        footer = {"", "Examples:", "  fullrank runs", "  fullrank runs /data/experiments --json"})
final class RunsCommand extends Job {
    @Parameters(arity = "0..1", paramLabel = "DIR", description = "A folder of run folders. Default: runs.")
    @Nullable
    Path folder;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        Path parent = folder == null ? RunFolder.DEFAULT_PARENT : folder;
        boolean none = folder == null && !Files.exists(parent);
        List<RunSummary> runs = none ? List.of() : Runs.list(parent);
        if (json) {
            out().println(new Json()
                    .put("runs", runs.stream().map(RunSummary::toMap).toList()));
        } else if (runs.isEmpty()) {
            err().println("no runs in " + parent + " yet; make one with fullrank pretrain");
        } else {
            out().print(RunSummary.table(runs));
            out().flush();
            for (RunSummary run : runs) {
                String missing = Runs.missing(run.path());
                if (!missing.isEmpty()) {
                    err().println("note: %s: %s".formatted(run.path(), missing));
                }
            }
        }
    }
}
