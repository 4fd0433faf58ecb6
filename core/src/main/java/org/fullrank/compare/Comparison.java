package org.fullrank.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.engine.FullrankException;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.net.KernelMap;
import org.fullrank.page.RunPage;
import org.fullrank.probe.EvaluatedData;
import org.fullrank.probe.ProbeTable;
import org.fullrank.probe.Probes;
import org.fullrank.probe.Protocol;
import org.fullrank.run.MetricRecord;
import org.fullrank.run.Recipe;
import org.fullrank.run.RecipeChange;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.run.RunSummary;
import org.fullrank.run.Runs;
import org.fullrank.train.BatchOrder;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.SpectralFit;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;

/// Trains or fits every cell of a grid and measures it, one after another. After each cell, it updates the
/// report in the folder of the comparison. A cell that is finished is not repeated. A cell that was
/// interrupted resumes from its checkpoint. If a cell fails, the report says so, and the other cells
/// continue. All state is in files. So a second call on the same folder continues where the first call ended.
public final class Comparison {
    private final Grid grid;
    private final ComparisonListener listener;
    private final Protocol protocol;
    private final Baselines baselines;

    private Comparison(Grid grid, ComparisonListener listener, Protocol protocol, boolean withBaselines) {
        this.grid = grid;
        this.listener = listener;
        this.protocol = protocol;
        baselines = new Baselines(grid.folder(), protocol, withBaselines);
    }

    /// Checks everything that can be checked before the first training, and creates the folder.
    ///
    /// @param resume whether the folder may contain the runs of an earlier call
    /// @param withBaselines whether raw input and untrained encoders are measured too
    /// @throws InputException when numbers of different protocols would be in one table, when a recipe does
    ///     not fit its data, when the folder is not free, or when a run in it has another recipe
    public static Comparison prepare(Grid grid, ComparisonListener listener, boolean resume, boolean withBaselines) {
        requireFolder(grid.folder(), resume);
        Protocol protocol = protocol(grid);
        SavedProtocol.require(grid.folder(), protocol);
        for (Cell cell : grid.cells()) {
            requireSame(cell);
            Measures measures = Measures.read(cell.folder());
            if (measures != null) {
                protocol.requireLike(measures.hash(), measures.protocol());
            }
        }
        SavedProtocol.save(grid.folder(), protocol);
        return new Comparison(grid, listener, protocol, withBaselines);
    }

    private static void requireFolder(Path folder, boolean resume) {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new InputException(
                    "--out %s: found a file, expected a folder or nothing; name another folder".formatted(folder));
        }
        if (!resume && Files.exists(folder)) {
            try (Stream<Path> inside = Files.list(folder)) {
                if (inside.findAny().isPresent()) {
                    throw new InputException(
                            "--out %s: found a folder that is not empty, expected a new one; continue with --resume or name"
                                            .formatted(folder)
                                    + " another folder");
                }
            } catch (IOException e) {
                throw new InputException("--out %s: cannot look into it: %s".formatted(folder, e), e);
            }
        }
    }

    private static Protocol protocol(Grid grid) {
        @Nullable Protocol common = null;
        for (Candidate candidate : grid.candidates()) {
            DataSpec spec = candidate.recipe().data();
            try (Dataset data = Dataset.open(spec)) {
                if (candidate.recipe().method().isTrained()) {
                    BatchOrder.of(candidate.recipe(), data); // refuses data that do not suffice
                }
                Protocol protocol = Protocol.of(EvaluatedData.of(data));
                if (common != null) {
                    common.requireLike(protocol);
                }
                common = protocol;
            }
        }
        return java.util.Objects.requireNonNull(common);
    }

    private static void requireSame(Cell cell) {
        if (Files.exists(cell.folder())) {
            Recipe found = RunFolder.open(cell.folder()).config(Recipe.class);
            if (!found.equals(cell.recipe())) {
                RecipeChange change = RecipeChange.between(found, cell.recipe()).getFirst();
                String same =
                        change.before().isMissingNode() ? "" : "set %s=%s, ".formatted(change.key(), change.before());
                throw new InputException(
                        "run %s: found a recipe with %s %s, expected %s, because a run keeps its recipe; "
                                        .formatted(cell.folder(), change.key(), change.before(), change.after())
                                + same + "give this one another label or name another folder with --out");
            }
        }
    }

    /// Trains and measures all cells that are not yet finished.
    ///
    /// @return the state of all cells; it is also written to the folder as `compare.json`, `compare.md` and
    ///     `compare.html`
    public ComparisonReport run() {
        List<Cell> cells = grid.cells();
        List<TrainingOutcome> outcomes = new ArrayList<>();
        for (Cell cell : cells) {
            boolean go = !listener.stopRequested();
            outcomes.add(go ? outcome(cell, outcomes.size() + 1, cells.size()) : pending(cell, "stopped before it"));
            if (go) {
                report(outcomes);
            }
        }
        if (!listener.stopRequested()) {
            baselines.measureRaw(grid.candidates().getFirst().recipe().data(), listener);
        }
        return report(outcomes);
    }

    private ComparisonReport report(List<TrainingOutcome> outcomes) {
        var report = new ComparisonReport(grid, protocol, outcomes, baselines.scores(grid));
        report.save();
        return report;
    }

    private TrainingOutcome outcome(Cell cell, int number, int all) {
        String name = "[%d/%d] %s, seed %d: ".formatted(number, all, cell.label(), cell.seed());
        try {
            @Nullable TrainingOutcome unfinished = train(cell, name);
            return unfinished != null ? unfinished : measured(cell, name);
        } catch (JobException | InputException e) {
            listener.note(name + "failed: " + e.getMessage());
            return new TrainingOutcome.Failed(cell, records(cell), String.valueOf(e.getMessage()));
        }
    }

    /// Trains a cell to its end. The result is null if the cell has been trained.
    private @Nullable TrainingOutcome train(Cell cell, String name) {
        if (!Files.exists(cell.folder())) {
            listener.note(name + (isTrained(cell) ? "training in " : "fitting in ") + cell.folder());
            return unlessFinished(cell, isTrained(cell) ? fresh(cell) : fitted(cell));
        }
        RunSummary summary = Runs.summary(cell.folder());
        return switch (summary.status()) {
            case FINISHED -> null;
            case RUNNING -> pending(cell, "another process trains it");
            case FAILED, COLLAPSED, ROLLED_BACK -> new TrainingOutcome.Failed(cell, records(cell), summary.message());
            case STOPPED, INTERRUPTED -> {
                listener.note(name + "going on in " + cell.folder());
                yield unlessFinished(cell, isTrained(cell) ? resumed(cell) : fitted(cell));
            }
        };
    }

    private static @Nullable TrainingOutcome unlessFinished(Cell cell, Trainer.Ending ending) {
        return switch (ending.status()) {
            case FINISHED -> null;
            case COLLAPSED, ROLLED_BACK ->
                new TrainingOutcome.Failed(
                        cell, records(cell), Runs.summary(cell.folder()).message());
            case STOPPED, RUNNING, FAILED, INTERRUPTED -> pending(cell, "stopped at step " + ending.step());
        };
    }

    private Trainer.Ending fresh(Cell cell) {
        try (Dataset data = Dataset.open(cell.recipe().data());
                RunFolder folder = RunFolder.create(cell.folder(), cell.recipe())) {
            try {
                return attend(cell, watcher -> Trainer.start(cell.recipe(), data, folder, watcher));
            } catch (InputException e) {
                folder.discardUnused();
                throw e;
            }
        }
    }

    private static boolean isTrained(Cell cell) {
        return cell.recipe().method().isTrained();
    }

    /// Fits a closed form. A fit that was interrupted has left nothing to continue from, and is repeated.
    private static Trainer.Ending fitted(Cell cell) {
        try (Dataset data = Dataset.open(cell.recipe().data())) {
            SpectralFit fit = SpectralFit.of(cell.recipe(), data);
            if (cell.recipe().encoder() instanceof KernelMap kernel) {
                fit = fit.withLandmarks(kernel.landmarks());
            }
            List<RecipeChange> changes = RecipeChange.between(cell.recipe(), fit.recipe());
            if (!changes.isEmpty()) {
                throw new InputException(
                        "recipe %s: found %s %s, expected %s, because the optimum uses no more; set it so"
                                .formatted(
                                        cell.label(),
                                        changes.getFirst().key(),
                                        changes.getFirst().before(),
                                        changes.getFirst().after()));
            }
            try (RunFolder folder = Files.exists(cell.folder())
                    ? RunFolder.resume(cell.folder())
                    : RunFolder.create(cell.folder(), cell.recipe())) {
                fit.write(folder);
            }
            return new Trainer.Ending(0, RunStatus.FINISHED);
        }
    }

    private Trainer.Ending resumed(Cell cell) {
        try (Dataset data = Dataset.open(cell.recipe().data());
                RunFolder folder = RunFolder.resume(cell.folder())) {
            return attend(cell, watcher -> Trainer.resume(cell.recipe(), data, folder, watcher));
        }
    }

    private Trainer.Ending attend(Cell cell, Function<TrainingListener, Trainer> opening) {
        return listener.train(cell, watcher -> {
            try (Trainer trainer = opening.apply(watcher)) {
                return trainer.run();
            }
        });
    }

    private TrainingOutcome measured(Cell cell, String name) {
        @Nullable Measures measures = Measures.read(cell.folder());
        if (measures == null) {
            listener.note(name + "evaluating");
            measures = measure(cell);
            measures.save(cell.folder());
            RunPage.write(cell.folder());
        }
        protocol.requireLike(measures.hash(), measures.protocol());
        List<MetricRecord> records = records(cell);
        double seconds =
                records.isEmpty() ? Double.NaN : records.getLast().timing().getOrDefault("seconds", Double.NaN);
        return new TrainingOutcome.Measured(
                cell,
                records,
                measures.score(),
                measures.places(),
                isTrained(cell) ? seconds / cell.recipe().train().epochs() : seconds);
    }

    private Measures measure(Cell cell) {
        try (RunFolder folder = RunFolder.resume(cell.folder());
                Dataset data = Dataset.open(cell.recipe().data());
                Trained trained = Trained.open(folder, data, Checkpoints.latest(folder.checkpoints(), note -> {}))) {
            boolean untrained = isTrained(cell) && baselines.lacksUntrained(cell.recipe());
            Set<ProbeTable.Baseline> baseline = untrained ? Set.of(ProbeTable.Baseline.UNTRAINED) : Set.of();
            trained.draw(cell.folder());
            ProbeTable table = Probes.defaults().withBaselines(baseline).run(trained);
            if (untrained) {
                baselines.saveUntrained(cell.recipe(), Score.of(table.result(ProbeTable.UNTRAINED)));
            }
            return Measures.of(
                    table.protocol().hash(),
                    table.protocol().fields(),
                    trained.step(),
                    Score.of(table.result(ProbeTable.ENCODER)),
                    trained.health());
        }
    }

    private static TrainingOutcome pending(Cell cell, String message) {
        return new TrainingOutcome.Pending(cell, records(cell), message);
    }

    private static List<MetricRecord> records(Cell cell) {
        try {
            return Files.exists(cell.folder()) ? RunFolder.open(cell.folder()).records() : List.of();
        } catch (FullrankException e) {
            return List.of(); // what is wrong with the folder is said elsewhere
        }
    }
}
