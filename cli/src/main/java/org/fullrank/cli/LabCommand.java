package org.fullrank.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command `lab`. Without a subcommand, it lists the experiments.
@Command(
        name = "lab",
        sortOptions = false,
        description = "Runs experiments from papers. Each experiment checks claims of its paper and writes a page.",
        subcommands = {LabListCommand.class, LabRunCommand.class},
        footer = {
            "",
            "Without a command, it lists the experiments. The course in docs/lab/README.md leads through them and"
                    + " begins with collapse.",
            "",
            "Examples:",
            "  fullrank lab",
            "  fullrank lab run collapse --quick",
            "  fullrank lab run all --quick"
        })
final class LabCommand extends Job {
    @Option(names = "--json", description = "Prints the list as one JSON object.")
    boolean json;

    @Override
    void work() {
        LabListCommand.list(this, json);
    }
}
