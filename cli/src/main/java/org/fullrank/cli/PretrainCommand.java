package org.fullrank.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.TableSchema;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Natives;
import org.fullrank.page.RunPage;
import org.fullrank.preflight.Preflight;
import org.fullrank.preflight.PreflightReport;
import org.fullrank.run.Recipe;
import org.fullrank.run.Recipes;
import org.fullrank.run.RunFolder;
import org.fullrank.run.RunStatus;
import org.fullrank.train.BatchOrder;
import org.fullrank.train.Checkpoint;
import org.fullrank.train.Checkpoints;
import org.fullrank.train.InitialWeights;
import org.fullrank.train.Team;
import org.fullrank.train.Trainer;
import org.fullrank.train.TrainingListener;
import org.fullrank.trained.TrainedRun;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Trains an encoder as described by a recipe.
@Command(
        name = "pretrain",
        sortOptions = false,
        description = "Trains an encoder as a recipe describes, and then evaluates it.",
        footer = {
            "",
            "Ctrl-C writes a checkpoint and stops. --resume continues from there. The result is the"
                    + " same, bit by bit, as without the stop (on a processor).",
            "",
            "A preflight tries a recipe on its data without training. It checks the share of each loss term in the"
                    + " gradient, the batch size against the width, the wiring of self-distillation, the strength of"
                    + " the views, the learning rate, time and memory, and suggests changes with reasons. Before a"
                    + " training of more than ten minutes a short preflight runs for a few seconds and prints"
                    + " warnings.",
            "",
            "Exit code: 0 whatever the verdict at the end, 3 on a collapse with --fail-on collapse or",
            "monitor.onCollapse=stop, 1 the job failed, 2 the arguments or the input are wrong.",
            "",
            "Examples:",
            "  fullrank pretrain                                  recipe shapes-vicreg on built-in images",
            "  fullrank pretrain --recipe shapes-vicreg --data photos.tar.gz --out runs/photos",
            "  fullrank pretrain --set train.epochs=50 --set method.objective.type=nt-xent",
            "  fullrank pretrain --recipe photos-simclr --data photos.tar.gz --preflight",
            "  fullrank pretrain --resume runs/photos",
            "  fullrank pretrain --from runs/photos --data more-photos/ --out runs/more"
        })
final class PretrainCommand extends Job {
    /// Values of `--fail-on`.
    enum FailOn {
        COLLAPSE
    }

    @Option(
            names = "--recipe",
            paramLabel = "NAME|FILE",
            description = "The name of a recipe, or a YAML file. fullrank recipes lists the names. Default:"
                    + " shapes-vicreg for images, table-vicreg for a table, series-vicreg for time series.")
    @Nullable
    String recipe;

    @Option(
            names = "--data",
            paramLabel = "PATH",
            description =
                    "The training data, instead of the data in the recipe: a folder or archive of images, WebDataset"
                            + " shards, Parquet of images, IDX, CIFAR or STL files, .npy, .csv, .ts, or the built-in name"
                            + " shapes.")
    @Nullable
    String data;

    @Option(
            names = "--label-column",
            paramLabel = "COLUMN",
            description = "The column of a CSV or Parquet file that contains the class, as in fullrank data. It is the"
                    + " setting data.labelColumn. The classes are only used to evaluate.")
    @Nullable
    String labelColumn;

    @Option(
            names = "--unlabeled",
            description = "Reads no classes from the data. The label column of a table is left out. Then there is no"
                    + " accuracy to measure.")
    boolean unlabeled;

    @Option(names = "--out", paramLabel = "DIR", description = "New run folder. Default: runs/<recipe>-<date>-<time>.")
    @Nullable
    Path out;

    @Option(names = "--resume", paramLabel = "RUN", description = "Continues the run in this folder.")
    @Nullable
    Path resume;

    @Option(
            names = "--from",
            paramLabel = "RUN",
            description = "Starts a new run from the network and the recipe of this run, with a fresh optimizer, for"
                    + " example on more --data.")
    @Nullable
    Path from;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "Sets any value of the recipe, such as train.epochs=50. You can give this option several"
                    + " times.")
    List<String> settings = new ArrayList<>();

    @Option(
            names = "--preflight",
            description = "Only tries the recipe on its data for about a minute, and suggests changes. Makes no"
                    + " run folder.")
    boolean preflight;

    @Option(names = "--no-preflight", description = "Starts a long training without the short preflight.")
    boolean noPreflight;

    @Option(
            names = "--fail-on",
            paramLabel = "WHAT",
            description = "Exits with code 3 if there is a verdict of this kind at the end. The only kind is collapse.")
    @Nullable
    FailOn failOn;

    @Mixin
    private final WorkerOptions workers = new WorkerOptions();

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    boolean json;

    /// Number of classes that are shown as examples.
    private static final int CLASSES_SHOWN = 3;

    /// Checks the recipe and the data before the run folder is created. So a mistake leaves no folder behind.
    @Override
    void work() {
        requireTogether();
        Natives.loadEarly();
        if (workers.isFollower()) {
            follow();
        } else if (preflight) {
            preflight();
        } else if (resume != null) {
            resume(resume);
        } else {
            start();
        }
    }

    private void requireTogether() {
        if (resume != null && (recipe != null || data != null || out != null || from != null || changesRecipe())) {
            throw conflict("found --resume together with other settings, expected it alone, because a run keeps its"
                    + " recipe and data; --from %s starts a new run from its network, with other --data or --set"
                            .formatted(resume));
        }
        if (from != null && recipe != null) {
            throw conflict(
                    "found --from together with --recipe, expected one of them, because the recipe is that of the"
                            + " run; change it with --set");
        }
        if (unlabeled && labelColumn != null) {
            throw conflict("found --unlabeled together with --label-column, expected one of them; leave one out");
        }
        if (!workers.fault().isEmpty()) {
            throw conflict(workers.fault());
        }
        if (preflight && workers.size() > 1) {
            throw conflict("found --preflight together with several workers, expected one process, because a preflight"
                    + " tries the recipe without training; leave out the options of workers");
        }
        if (preflight && (noPreflight || resume != null)) {
            throw conflict(
                    "found --preflight together with %s, expected it alone, because it comes before a training starts"
                            .formatted(noPreflight ? "--no-preflight" : "--resume"));
        }
    }

    /// Trains as one of the workers that rank 0 leads. Only rank 0 has a run folder.
    private void follow() {
        boolean names = recipe != null || from != null;
        if (new WorkerJob(workers, err()).run(settings(), names ? this::recipe : null)) {
            collapsed();
        }
    }

    private boolean changesRecipe() {
        return unlabeled || labelColumn != null || !settings.isEmpty();
    }

    /// The recipe with an absolute data path, so that the run can be read from any folder.
    private Recipe recipe() {
        List<String> all = settings();
        if (from != null) {
            all.addFirst("weights=" + Recipe.NO_WEIGHTS); // the network of the run replaces them
        }
        String name =
                from == null ? recipeName(all) : RunFolder.open(from).config().toString();
        Recipe chosen = Recipes.load(name, all).withAbsolutePaths();
        if (from != null && chosen.hasWeights()) {
            throw conflict("found --from together with the setting weights, expected one of them; leave one out");
        }
        return chosen;
    }

    /// The settings of all options that change the recipe.
    private List<String> settings() {
        List<String> all = new ArrayList<>(settings);
        if (data != null) {
            all.add(DataSpec.pathSetting(data));
        }
        if (labelColumn != null) {
            all.add(DataSpec.labelSetting(labelColumn));
        }
        if (unlabeled) {
            all.add(DataSpec.UNLABELED_SETTING);
        }
        return all;
    }

    /// The recipe that was named, or the one for the data.
    private String recipeName(List<String> all) {
        if (recipe != null) {
            return recipe;
        }
        List<String> ofData =
                all.stream().filter(setting -> setting.matches("data[.=].*")).toList();
        if (ofData.isEmpty()) {
            return Recipes.DEFAULT;
        }
        try (Dataset opened = Dataset.open(
                Recipes.load(Recipes.DEFAULT, ofData).withAbsolutePaths().data())) {
            String suited = Recipes.suited(opened.pretraining());
            if (!suited.equals(Recipes.DEFAULT)) {
                err().println("recipe %s, as the data are not images; --recipe names another one".formatted(suited));
            }
            return suited;
        }
    }

    private void preflight() {
        Recipe chosen = recipe();
        chosen.requireTrained();
        try (Dataset opened = Dataset.open(chosen.data())) {
            PreflightReport report = Preflight.full(chosen, opened);
            if (json) {
                out().println(Json.of(report.toMap()));
            } else {
                out().print(report.text());
                out().flush();
            }
        }
    }

    /// Prints warnings before a long training. Before a short one, it prints nothing.
    private void briefPreflight(Recipe chosen, Dataset opened) {
        Preflight.brief(chosen, opened).ifPresent(report -> {
            report.findings().forEach(check -> err().println("warning: " + check.line()));
            err().println(report.outlook() + "; --preflight checks more, --no-preflight skips this");
        });
    }

    private void start() {
        Recipe chosen = recipe();
        chosen.requireTrained();
        InitialWeights.requireFit(chosen);
        Path path = out == null ? RunFolder.defaultPath(chosen.name(), LocalDateTime.now()) : out;
        RunFolder.requireFree(path);
        Path checkpoint =
                from == null ? null : Checkpoints.latest(RunFolder.open(from).checkpoints(), err()::println);
        try (Dataset opened = checkpoint == null
                ? Dataset.open(chosen.data())
                : Dataset.open(chosen.data(), Checkpoint.table(checkpoint))) {
            BatchOrder.of(chosen, opened); // refuses data that do not suffice, before a folder is made
            Team.requireRows(chosen, workers.size());
            describe(chosen, opened);
            if (!noPreflight) {
                briefPreflight(chosen, opened);
            }
            startIn(path, chosen, opened, checkpoint);
        }
    }

    /// @param checkpoint of another run, from whose network the training starts; null if there is none
    private void startIn(Path path, Recipe chosen, Dataset opened, @Nullable Path checkpoint) {
        var order = new WorkerOrder(chosen, checkpoint == null ? null : Checkpoint.table(checkpoint));
        try (var team = WorkerTeam.meet(workers, order, opened, err());
                RunFolder folder = RunFolder.create(path, chosen, checkpoint)) {
            try {
                train(folder, opened, team, watched -> Trainer.start(chosen, opened, folder, watched, team.team()));
            } catch (InputException e) {
                folder.discardUnused(); // such as an encoder for images on a table: only the trainer finds it
                throw e;
            }
        } finally {
            writeReport(path);
        }
    }

    private void resume(Path path) {
        try (RunFolder folder = RunFolder.resume(path)) {
            Recipe saved = folder.config(Recipe.class);
            saved.requireTrained();
            Team.requireRows(saved, workers.size());
            TableSchema table = Checkpoints.tableOfOrigin(folder, err()::println);
            try (Dataset opened = table == null ? Dataset.open(saved.data()) : Dataset.open(saved.data(), table)) {
                describe(saved, opened);
                try (var team = WorkerTeam.meet(workers, new WorkerOrder(saved, table), opened, err())) {
                    train(folder, opened, team, watched -> Trainer.resume(saved, opened, folder, watched, team.team()));
                }
            }
        }
        writeReport(path);
    }

    /// Writes the report. It is called at every end of a training, after the folder is no longer locked, so
    /// that the page shows the status.
    private void writeReport(Path path) {
        if (Files.exists(path)) {
            try {
                err().println("report: " + RunPage.write(path));
            } catch (InputException | JobException e) {
                err().println("no report: " + e.getMessage()); // the run itself is complete
            }
        }
    }

    private void describe(Recipe chosen, Dataset opened) {
        err().println("%s: %,d training items of %s (%s), epochs: %d, batch: %d"
                .formatted(
                        chosen.name(),
                        BatchOrder.items(chosen, opened).size(),
                        opened.name(),
                        opened.format(),
                        chosen.train().epochs(),
                        chosen.train().batch()));
        opened.warnings().forEach(line -> err().println("warning: " + line));
        if (opened.hasFolderClasses()) {
            err().println(("note: the names of folders are taken as classes, such as %s; only evaluations use them,"
                            + " and --unlabeled ignores them")
                    .formatted(opened.classNames().stream().limit(CLASSES_SHOWN).collect(Collectors.joining(", "))));
        }
        if (!opened.skipped().isEmpty()) {
            err().println("left out %d files that cannot be read; fullrank data %s lists them"
                    .formatted(opened.skipped().size(), chosen.data().path()));
        }
    }

    private void train(RunFolder folder, Dataset opened, WorkerTeam team, Function<TrainingListener, Trainer> opening) {
        Trainer.Ending ending;
        boolean interrupted;
        try (var watched = new WatchedTraining(err(), folder.config(Recipe.class));
                Trainer trainer = opening.apply(watched)) {
            watched.note("run folder " + folder.path());
            ending = trainer.run();
            team.ended();
            interrupted = watched.stopRequested();
        } catch (JobException e) {
            throw team.explained(e);
        }
        boolean ended = ending.status() != RunStatus.STOPPED && !interrupted;
        report(
                folder,
                ending,
                ended
                        ? TrainedRun.finish(folder, opened, ending.status(), err()::println)
                        : new TrainedRun.Outcome(List.of(), null));
    }

    private void report(RunFolder folder, Trainer.Ending ending, TrainedRun.Outcome outcome) {
        if (ending.status() == RunStatus.COLLAPSED
                || ending.status() == RunStatus.ROLLED_BACK
                || failOn == FailOn.COLLAPSE && outcome.diagnoses().stream().anyMatch(Diagnosis::isCollapse)) {
            collapsed();
        }
        var result = new TrainingResult(folder.path(), ending, outcome);
        out().print(json ? result.json() + System.lineSeparator() : result.text());
        out().flush();
    }
}
