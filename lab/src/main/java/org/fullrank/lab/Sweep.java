package org.fullrank.lab;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import org.fullrank.text.Table;

/// The outcomes of an experiment for several seeds.
///
/// @param settings settings that differ only in the seed
/// @param outcomes one for each setting
public record Sweep(Experiment experiment, List<Setting> settings, List<Outcome> outcomes) {
    public Sweep {
        settings = List.copyOf(settings);
        outcomes = List.copyOf(outcomes);
    }

    /// Runs every experiment with every setting in parallel. The result does not depend on the order.
    ///
    /// @param finished receives the page of each run when the run is done, one at a time
    public static List<Sweep> run(
            List<Experiment> experiments, List<Setting> settings, Consumer<ExperimentPage> finished) {
        record Task(Experiment experiment, Setting setting) {}
        List<Task> tasks = new ArrayList<>();
        for (Experiment experiment : experiments) {
            settings.forEach(setting -> tasks.add(new Task(experiment, setting)));
        }
        List<Outcome> outcomes = tasks.parallelStream()
                .map(task -> {
                    Outcome outcome = task.experiment().run(task.setting());
                    synchronized (tasks) {
                        finished.accept(new ExperimentPage(task.experiment(), task.setting(), outcome));
                    }
                    return outcome;
                })
                .toList();
        List<Sweep> sweeps = new ArrayList<>();
        for (int i = 0; i < experiments.size(); i++) {
            sweeps.add(new Sweep(
                    experiments.get(i), settings, outcomes.subList(i * settings.size(), (i + 1) * settings.size())));
        }
        return sweeps;
    }

    /// Number of claims with this verdict, over all seeds.
    public int count(ClaimVerdict verdict) {
        return outcomes.stream().mapToInt(outcome -> outcome.count(verdict)).sum();
    }

    /// Every claim of every sweep with its verdict, as a table for people.
    public static String table(List<Sweep> sweeps) {
        var table = new Table().row("experiment", "seed", "verdict", "measured", "expected", "claim");
        for (Sweep sweep : sweeps) {
            for (int i = 0; i < sweep.outcomes.size(); i++) {
                for (Claim claim : sweep.outcomes.get(i).claims()) {
                    table.row(
                            sweep.experiment.name(),
                            sweep.settings.get(i).seed(),
                            claim.verdict().label(),
                            claim.figure(),
                            claim.expected().text(),
                            claim.text());
                }
            }
        }
        return table.toString();
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        List<Object> runs = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            var run = new LinkedHashMap<String, Object>();
            run.put("seed", settings.get(i).seed());
            run.put(
                    "claims",
                    outcomes.get(i).claims().stream().map(Claim::toMap).toList());
            runs.add(run);
        }
        var map = new LinkedHashMap<String, Object>();
        map.put("name", experiment.name());
        map.put("runs", runs);
        return map;
    }
}
