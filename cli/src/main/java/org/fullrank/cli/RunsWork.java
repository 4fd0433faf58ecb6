package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import org.fullrank.diagnose.Measure;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.run.RunSummary;
import org.fullrank.run.Runs;

/// The work of `runs`.
record RunsWork(RunsCommand command) {
    void run() {
        Path folder = command.folder == null ? RunFolder.DEFAULT_PARENT : command.folder;
        boolean none = command.folder == null && !Files.exists(folder);
        List<RunSummary> runs = none ? List.of() : Runs.list(folder);
        if (command.json) {
            command.out()
                    .println(new Json()
                            .put("runs", runs.stream().map(RunsWork::json).toList()));
            return;
        }
        if (runs.isEmpty()) {
            command.err().println("no runs in " + folder + " yet; make one with fullrank pretrain");
            return;
        }
        var table =
                new Table().row("run", "recipe", "status", "epoch", "step", "loss", "RankMe", "online kNN", "message");
        for (RunSummary run : runs) {
            table.row(
                    run.path(),
                    run.recipe(),
                    status(run),
                    run.step() == 0 ? "-" : run.epoch() + 1,
                    run.step(),
                    value(run.values(), "loss", "%.4g", 1),
                    value(run.values(), Measure.RANKME.at("embedding"), "%.1f", 1),
                    value(run.values(), "knn", "%.1f %%", 100),
                    run.message());
        }
        command.out().print(table);
        command.out().flush();
        for (RunSummary run : runs) {
            String missing = Runs.missing(run.path());
            if (!missing.isEmpty()) {
                command.err().println("note: %s: %s".formatted(run.path(), missing));
            }
        }
    }

    private static String status(RunSummary run) {
        return name(run.status());
    }

    /// A status as it is written everywhere.
    static String name(RunStatus status) {
        return status.label();
    }

    private static String value(SequencedMap<String, Double> values, String name, String format, double factor) {
        Double value = values.get(name);
        return value == null ? "-" : String.format(Locale.ROOT, format, value * factor);
    }

    private static Object json(RunSummary run) {
        return new Json()
                .put("run", run.path().toString())
                .put("recipe", run.recipe())
                .put("status", status(run))
                .put("step", run.step())
                .put("epoch", run.epoch())
                .put("message", run.message())
                .put("metrics", run.values())
                .values();
    }
}
