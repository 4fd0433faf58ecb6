package org.fullrank.cli;

import org.fullrank.lab.Experiment;
import org.fullrank.lab.Experiments;

/// The work of `lab list`.
record LabListWork(Job command, boolean json) {
    void run() {
        if (json) {
            command.out()
                    .println(new Json()
                            .put(
                                    "experiments",
                                    Experiments.all().stream()
                                            .map(LabListWork::json)
                                            .toList()));
            return;
        }
        var table = new Table();
        for (Experiment experiment : Experiments.all()) {
            table.row(experiment.name(), experiment.title());
        }
        command.out().print(table);
        command.out().flush();
    }

    private static Object json(Experiment experiment) {
        return new Json()
                .put("name", experiment.name())
                .put("title", experiment.title())
                .put("paper", experiment.source().paper())
                .put("part", experiment.source().part())
                .put("needsData", experiment.needsData())
                .values();
    }
}
