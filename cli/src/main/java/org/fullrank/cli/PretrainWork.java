package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import org.fullrank.data.Dataset;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.page.RunPage;
import org.fullrank.probe.ProbeTable;
import org.fullrank.probe.Probes;
import org.fullrank.run.EvaluationFile;
import org.fullrank.run.Progress;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.run.RunSummary;
import org.fullrank.run.Runs;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.fullrank.trained.Trained;
import org.jspecify.annotations.Nullable;

/// The work of `pretrain`. Recipe and data are checked before the run folder is made, so that a mistake leaves
/// nothing behind.
final class PretrainWork {
    private final Pretrain command;

    PretrainWork(Pretrain command) {
        this.command = command;
    }

    void run() {
        if (command.preflight) {
            new PreflightWork(command).only(recipe());
        } else if (command.resume != null) {
            resume(command.resume);
        } else {
            start();
        }
    }

    private void start() {
        Recipe recipe = recipe();
        Path path = command.out != null ? command.out : RunFolder.defaultPath(recipe.name(), LocalDateTime.now());
        RunFolder.requireFree(path);
        try (Dataset data = Dataset.open(recipe.data())) {
            Trainer.requireBatch(recipe, data.pretraining().size());
            describe(recipe, data);
            if (!command.noPreflight) {
                new PreflightWork(command).brief(recipe, data);
            }
            try (RunFolder folder = RunFolder.create(path, recipe)) {
                startIn(folder, recipe, data);
            } finally {
                writeReport(path);
            }
        }
    }

    /// However the training ended, and once the folder is free, so that the page says how.
    private void writeReport(Path path) {
        if (Files.exists(path)) {
            try {
                command.err().println("report: " + RunPage.write(path));
            } catch (InputException | JobException e) {
                command.err().println("no report: " + e.getMessage()); // the run itself is what it is
            }
        }
    }

    /// What only the trainer can find wrong, such as an encoder for images on a table, leaves no folder behind
    /// either.
    private void startIn(RunFolder folder, Recipe recipe, Dataset data) {
        try {
            train(recipe, folder, data, Trainer::start);
        } catch (InputException e) {
            folder.discardUnused();
            throw e;
        }
    }

    private void resume(Path path) {
        try (RunFolder folder = RunFolder.resume(path)) {
            Recipe recipe = folder.config(Recipe.class);
            try (Dataset data = Dataset.open(recipe.data())) {
                describe(recipe, data);
                train(recipe, folder, data, Trainer::resume);
            }
        }
        writeReport(path);
    }

    /// The data path is made absolute, so that the run can be read from any folder.
    private Recipe recipe() {
        String name = command.recipe != null ? command.recipe : Recipes.DEFAULT;
        List<String> settings = new ArrayList<>(command.settings);
        if (command.data != null) {
            settings.add(Located.setting(command.data));
        }
        return Located.absolute(Recipes.load(name, settings));
    }

    private void describe(Recipe recipe, Dataset data) {
        command.err()
                .println("%s: %,d training items of %s (%s), epochs: %d, batch: %d"
                        .formatted(
                                recipe.name(),
                                data.pretraining().size(),
                                data.name(),
                                data.format(),
                                recipe.train().epochs(),
                                recipe.train().batch()));
        if (!data.skipped().isEmpty()) {
            command.err()
                    .println("left out %d files that cannot be read; fullrank data %s lists them"
                            .formatted(data.skipped().size(), recipe.data().path()));
        }
    }

    /// [Trainer#start] or [Trainer#resume].
    private interface Opening {
        Trainer open(Recipe recipe, Dataset data, RunFolder folder, TrainingListener watcher);
    }

    private void train(Recipe recipe, RunFolder folder, Dataset data, Opening opening) {
        var interruption = Interruption.arm();
        var progress =
                Progress.to(command.err(), Terminal.columns(), recipe.train().epochs());
        Trainer.Ending ending;
        try (Trainer trainer = opening.open(recipe, data, folder, new ProgressWatcher(progress, interruption))) {
            progress.note("run folder " + folder.path());
            ending = trainer.run();
        } finally {
            progress.close();
            interruption.disarm();
        }
        boolean ended = ending.status() != RunStatus.STOPPED && !interruption.requested();
        report(folder, ending, ended ? examine(folder, data, ending.status()) : null);
    }

    /// What is made of the finished network: diagnoses, the pictures of the report, accuracies.
    private @Nullable ProbeTable examine(RunFolder folder, Dataset data, RunStatus status) {
        try (Trained trained = Trained.open(folder, data, Checkpoints.latest(folder.checkpoints()))) {
            diagnose(trained, folder);
            draw(trained, folder);
            return status == RunStatus.COLLAPSED ? null : evaluate(trained, data, folder);
        }
    }

    private void diagnose(Trained trained, RunFolder folder) {
        try {
            trained.diagnose(folder);
        } catch (InputException e) {
            command.err().println("not diagnosed: " + e.getMessage()); // the training itself is done and saved
        }
    }

    private void draw(Trained trained, RunFolder folder) {
        try {
            trained.draw(folder.path());
        } catch (InputException | JobException e) {
            command.err().println("no pictures: " + e.getMessage()); // the training itself is done and saved
        }
    }

    private @Nullable ProbeTable evaluate(Trained trained, Dataset data, RunFolder folder) {
        if (!data.splits().contains(Split.TRAIN) || data.items(Split.TRAIN).labels() == null) {
            command.err().println("the data have no labels: no accuracy to measure");
            return null;
        }
        command.err().println("evaluating ...");
        try {
            ProbeTable evaluation = Probes.defaults().run(trained);
            var subject = new EvaluationFile.Subject(trained.checkpoint(), trained.step());
            EvaluationFile.put(folder.path(), EvaluationFile.PROBES, subject, evaluation.toMap());
            return evaluation;
        } catch (InputException e) {
            command.err().println("not evaluated: " + e.getMessage()); // the training itself is done and saved
            return null;
        }
    }

    private void report(RunFolder folder, Trainer.Ending ending, @Nullable ProbeTable evaluation) {
        String status = RunsWork.name(ending.status());
        if (ending.status() == RunStatus.COLLAPSED || ending.status() == RunStatus.ROLLED_BACK) {
            command.collapsed();
        }
        RunSummary summary = Runs.summary(folder.path());
        if (command.json) {
            command.out()
                    .println(new Json()
                            .put("run", folder.path().toString())
                            .put("status", status)
                            .put("step", ending.step())
                            .put("message", ending.message())
                            .put("metrics", summary.values())
                            .put("evaluation", evaluation == null ? null : evaluation.toMap()));
            return;
        }
        if (evaluation != null) {
            command.out().println(evaluation.text().stripTrailing());
        }
        String why = ending.message().isEmpty() ? "" : " (" + ending.message() + ")";
        command.out().println(status + " after step " + ending.step() + why + ": " + folder.path());
    }
}
