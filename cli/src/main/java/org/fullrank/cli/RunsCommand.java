package org.fullrank.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "runs",
        sortOptions = false,
        description = "Lists the runs of a folder with their status and latest measures.",
        footer = {"", "Examples:", "  fullrank runs", "  fullrank runs /data/experiments --json"})
final class RunsCommand extends Job {
    @Parameters(arity = "0..1", paramLabel = "DIR", description = "Folder of run folders. Default: runs.")
    @Nullable
    Path folder;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    @Override
    void work() {
        new RunsWork(this).run();
    }
}
