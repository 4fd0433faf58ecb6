package org.fullrank.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "list",
        description = "Lists the experiments with what they show and where they come from.",
        footer = {"", "Examples:", "  fullrank lab list"})
final class LabList extends Job {
    @Option(names = "--json", description = "Prints the list as one JSON object.")
    boolean json;

    @Override
    void work() {
        new LabListWork(this, json).run();
    }
}
