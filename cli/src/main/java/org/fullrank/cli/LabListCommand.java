package org.fullrank.cli;

import org.fullrank.lab.Experiment;
import org.fullrank.lab.Experiments;
import org.fullrank.text.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// Lists the experiments of the lab.
@Command(
        name = "list",
        description = "Lists the experiments. Each has a summary and its source.",
        footer = {"", "Examples:", "  fullrank lab list"})
final class LabListCommand extends Job {
    @Option(names = "--json", description = "Prints the list as one JSON object.")
    boolean json;

    @Override
    void work() {
        list(this, json);
    }

    /// Prints the list. `lab` without a command also prints it.
    static void list(Job job, boolean json) {
        if (json) {
            var experiments = Experiments.all().stream().map(Experiment::toMap).toList();
            job.out().println(new Json().put("experiments", experiments));
            return;
        }
        var table = new Table();
        Experiments.all()
                .forEach(experiment ->
                        table.row(experiment.name(), experiment.description().title()));
        job.out().print(table);
        job.out().flush();
        job.err()
                .println(
                        "The course in docs/lab/README.md leads through the experiments. It begins with: fullrank lab run"
                                + " collapse --quick");
    }
}
