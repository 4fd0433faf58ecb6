package org.fullrank.cli;

import org.fullrank.data.Dataset;
import org.fullrank.net.NonFiniteTrace;
import org.fullrank.run.Recipe;
import org.fullrank.run.RunFolder;
import org.fullrank.trained.Replay.Report;

/// The work of `replay`.
record ReplayWork(Replay command) {
    void run() {
        try (RunFolder folder = RunFolder.open(command.run);
                Dataset data = Dataset.open(folder.config(Recipe.class).data())) {
            Report report = org.fullrank.trained.Replay.of(
                    folder, data, line -> command.err().println(line));
            if (command.json) {
                command.out().println(json(folder, report));
            } else {
                command.out().print(text(folder, report));
            }
            command.out().flush();
        }
    }

    private static Json json(RunFolder folder, Report report) {
        NonFiniteTrace.Finding found = report.operation();
        return new Json()
                .put("run", folder.path().toString())
                .put("found", report.found())
                .put("snapshot", report.snapshot())
                .put("steps", report.steps())
                .put("reproduced", report.reproduced())
                .put("exact", report.isExact())
                .put("step", report.step())
                .put("operation", found == null ? null : found.operation())
                .put("input", found == null ? null : found.input())
                .put("output", found == null ? null : found.output())
                .put("weights", report.weights());
    }

    private static String text(RunFolder folder, Report report) {
        var text = new StringBuilder();
        text.append("run %s ended %s%n".formatted(folder.path(), report.found()));
        text.append("%d of %d steps from step %d on gave the loss and gradient of the run bit by bit%s%n"
                .formatted(
                        report.reproduced(),
                        report.steps(),
                        report.snapshot() + 1,
                        report.isExact() ? "" : ": not the same machine, data or recipe, or a fault of the hardware"));
        NonFiniteTrace.Finding found = report.operation();
        if (found == null) {
            return text.append("every operation gave finite numbers%n".formatted())
                    .toString();
        }
        text.append("first operation that is not finite, in step %d: %s%n".formatted(report.step(), found.operation()));
        text.append("  given    %s%n".formatted(found.input()));
        if (!report.weights().isEmpty()) {
            text.append("  weights  %s%n".formatted(report.weights()));
        }
        return text.append("  result   %s%n".formatted(found.output())).toString();
    }
}
