package org.fullrank.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.fullrank.compare.Candidate;
import org.fullrank.compare.Cell;
import org.fullrank.compare.Comparison;
import org.fullrank.compare.ComparisonReport;
import org.fullrank.compare.Grid;
import org.fullrank.compare.Sheet;
import org.fullrank.engine.InputException;
import org.fullrank.run.Progress;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;

/// The work of `compare`.
final class CompareWork implements Comparison.Attendant {
    private final Compare command;
    private boolean stopRequested;

    CompareWork(Compare command) {
        this.command = command;
    }

    void run() {
        Grid grid = grid();
        if (grid.seeds().size() < ComparisonReport.FEW_SEEDS) {
            note("warning: found %d seeds, expected at least %d: fewer tell little of spread and show no difference"
                    .formatted(grid.seeds().size(), ComparisonReport.FEW_SEEDS));
        }
        ComparisonReport report = Comparison.prepare(grid, this, command.resume, !command.noBaselines)
                .run();
        if (stopRequested) {
            note("stopped; the same command with --resume goes on");
        }
        print(report);
    }

    private Grid grid() {
        List<String> settings = new ArrayList<>(command.settings);
        if (command.data != null) {
            settings.add(Located.setting(command.data));
        }
        List<Candidate> candidates = new ArrayList<>();
        for (String text : command.candidates) {
            Candidate candidate = Candidate.parse(text, settings);
            candidates.add(new Candidate(candidate.label(), Located.absolute(candidate.recipe())));
        }
        String reference = command.reference != null
                ? command.reference
                : candidates.getFirst().label();
        return new Grid(candidates, seeds(), reference, command.out);
    }

    private List<Long> seeds() {
        List<Long> seeds = new ArrayList<>();
        for (String seed : command.seeds.split(",", -1)) {
            try {
                seeds.add(Long.parseLong(seed.strip()));
            } catch (NumberFormatException e) {
                throw new InputException(
                        "--seeds %s: found \"%s\", expected whole numbers with commas between, such as 1,2,3"
                                .formatted(command.seeds, seed),
                        e);
            }
        }
        return seeds;
    }

    @Override
    public Trainer.Ending attend(Cell cell, Function<TrainingListener, Trainer.Ending> training) {
        var interruption = Interruption.arm();
        var progress = Progress.to(
                command.err(), Terminal.columns(), cell.recipe().train().epochs());
        try {
            return training.apply(new ProgressWatcher(progress, interruption));
        } finally {
            progress.close();
            interruption.disarm();
            stopRequested = interruption.requested();
        }
    }

    @Override
    public void note(String line) {
        command.err().println(line);
    }

    @Override
    public boolean stopRequested() {
        return stopRequested;
    }

    private void print(ComparisonReport report) {
        if (command.json) {
            Json json = new Json();
            report.toMap().forEach(json::put);
            command.out().println(json.put("folder", command.out.toString()));
            return;
        }
        Sheet sheet = report.sheet();
        var table = new Table().row(sheet.head().toArray());
        sheet.rows().forEach(row -> table.row(row.toArray()));
        command.out().print(table);
        command.out().println();
        Sheet.LEGEND.forEach(command.out()::println);
        command.out().println("protocol " + report.protocol().hash());
        for (Map.Entry<String, String> field : report.protocol().fields().entrySet()) {
            command.out().println("  %s: %s".formatted(field.getKey(), field.getValue()));
        }
        report.remarks().forEach(command.out()::println);
        command.out().println("page: " + command.out.resolve("compare.html"));
    }
}
