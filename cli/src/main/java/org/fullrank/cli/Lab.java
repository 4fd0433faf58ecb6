package org.fullrank.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "lab",
        sortOptions = false,
        description = "Papers as experiments: each runs, checks its claims and writes a page.",
        subcommands = {LabList.class, LabRun.class},
        footer = {
            "",
            "Without a command it lists the experiments.",
            "",
            "Examples:",
            "  fullrank lab",
            "  fullrank lab run oja",
            "  fullrank lab run all --quick"
        })
final class Lab extends Job {
    @Option(names = "--json", description = "Prints the list as one JSON object.")
    boolean json;

    @Override
    void work() {
        new LabListWork(this, json).run();
    }
}
