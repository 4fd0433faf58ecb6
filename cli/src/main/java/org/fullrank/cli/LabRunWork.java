package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.lab.Claim;
import org.fullrank.lab.ClaimVerdict;
import org.fullrank.lab.Experiment;
import org.fullrank.lab.Experiments;
import org.fullrank.lab.Overview;
import org.fullrank.lab.Setting;
import org.fullrank.lab.Sweep;

/// The work of `lab run`: pages first, so that they are there when a claim fails.
record LabRunWork(LabRun command) {
    private static final String ALL = "all";

    void run() {
        boolean all = command.name.equals(ALL);
        List<Experiment> experiments = all ? Experiments.all() : List.of(Experiments.named(command.name));
        List<Sweep> sweeps = Sweep.run(
                experiments,
                settings(),
                (experiment, setting) ->
                        command.err().println("%s, seed %d: done".formatted(experiment.name(), setting.seed())));
        for (Sweep sweep : sweeps) {
            sweep.page().write(command.out);
        }
        if (all) {
            new Overview(sweeps).write(command.out);
        }
        if (command.json) {
            command.out()
                    .println(new Json()
                            .put("out", command.out.toString())
                            .put("quick", command.quick)
                            .put(
                                    "experiments",
                                    sweeps.stream().map(LabRunWork::json).toList()));
        } else {
            print(sweeps);
        }
        demandNoFailure(sweeps);
    }

    /// @throws JobException when a claim fails, so that the exit code tells
    void demandNoFailure(List<Sweep> sweeps) {
        int fails = sweeps.stream()
                .mapToInt(sweep -> sweep.count(ClaimVerdict.FAILS))
                .sum();
        if (fails > 0) {
            throw new JobException("lab run %s: found %d claims that fail, expected none; the pages in %s say which"
                    .formatted(command.name, fails, command.out));
        }
    }

    private List<Setting> settings() {
        if (command.data != null && !Files.exists(Path.of(command.data))) {
            throw new InputException(
                    "--data %s: found nothing there, expected MNIST; check the path".formatted(command.data));
        }
        if (Files.exists(command.out) && !Files.isDirectory(command.out)) {
            throw new InputException(
                    "--out %s: found a file, expected a folder; name another one".formatted(command.out));
        }
        List<Long> seeds = command.seeds.isEmpty() ? List.of(Setting.SEED) : command.seeds;
        return seeds.stream()
                .distinct()
                .map(seed -> new Setting(seed, command.quick, command.data))
                .toList();
    }

    private void print(List<Sweep> sweeps) {
        var table = new Table().row("experiment", "seed", "verdict", "measured", "expected", "claim");
        for (Sweep sweep : sweeps) {
            for (int i = 0; i < sweep.outcomes().size(); i++) {
                for (Claim claim : sweep.outcomes().get(i).claims()) {
                    table.row(
                            sweep.experiment().name(),
                            sweep.settings().get(i).seed(),
                            claim.verdict().label(),
                            claim.figure(),
                            claim.expected().text(),
                            claim.text());
                }
            }
        }
        command.out().print(table);
        command.out().println("pages: " + command.out);
    }

    private static Object json(Sweep sweep) {
        List<Object> runs = new ArrayList<>();
        for (int i = 0; i < sweep.outcomes().size(); i++) {
            runs.add(new Json()
                    .put("seed", sweep.settings().get(i).seed())
                    .put(
                            "claims",
                            sweep.outcomes().get(i).claims().stream()
                                    .map(LabRunWork::json)
                                    .toList())
                    .values());
        }
        return new Json()
                .put("name", sweep.experiment().name())
                .put("runs", runs)
                .values();
    }

    private static Object json(Claim claim) {
        return new Json()
                .put("claim", claim.text())
                .put("verdict", claim.verdict().label())
                .put("measured", claim.measured())
                .put("expected", claim.expected().text())
                .put("reason", claim.reason())
                .values();
    }
}
