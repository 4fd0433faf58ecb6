package org.fullrank.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.file.AtomicFile;
import org.fullrank.file.JsonLines;
import org.fullrank.settings.Yaml;
import org.jspecify.annotations.Nullable;

/// The folder of a run. The folder contains `config.yaml` (the recipe with all its values), `metrics.jsonl`
/// (the measurements), a TensorBoard event file, and `checkpoints/`. A run has no state outside its folder.
///
/// Only one process at a time may train in a run folder. So [#create] and [#resume] lock the folder until
/// [#close]. [#open] only reads.
public final class RunFolder implements AutoCloseable {
    /// The folder of runs if the user names no folder.
    public static final Path DEFAULT_PARENT = Path.of("runs");

    /// The folder of the runs inside the folder of a comparison.
    public static final String COMPARED = "runs";

    /// All measurements, and the end of the run.
    public static final String METRICS = "metrics.jsonl";

    /// Spectra of each check: lines with `step`, `place` and `values`.
    public static final String SPECTRA = "spectra.jsonl";

    /// Alarms during training: lines with `step`, `onset`, `place`, `kind`, `evidence`, `next`, `action`.
    public static final String ALARMS = "alarms.jsonl";

    /// The verdicts of each check: lines with `step`, and with `subject`, `rows`, `width` and `verdicts` as in
    /// [#DIAGNOSIS].
    public static final String VERDICTS = "verdicts.jsonl";

    /// The diagnosis of the embeddings at the end.
    public static final String DIAGNOSIS = "diagnosis.json";

    /// What a closed form found: loss, lengths, rank, gap and what else its fit says.
    public static final String CLOSED_FORM = "closed-form.json";

    /// The measurements as a TensorBoard event file.
    public static final String EVENTS = EventFile.NAME;

    /// The recipe of the run.
    public static final String CONFIG = "config.yaml";

    /// The checkpoint of another run whose network this run started from, if there is one.
    public static final String ORIGIN = "from.txt";

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private final Path path;
    private final @Nullable FolderLock lock;

    private RunFolder(Path path, @Nullable FolderLock lock) {
        this.path = path;
        this.lock = lock;
    }

    /// `runs/<recipe>-<yyyyMMdd-HHmmss>`, with a number appended if that folder exists.
    public static Path defaultPath(String recipe, LocalDateTime now) {
        String name = recipe.replaceAll("[^A-Za-z0-9._-]", "-") + "-" + STAMP.format(now);
        Path path = DEFAULT_PARENT.resolve(name);
        for (int i = 2; Files.exists(path); i++) {
            path = DEFAULT_PARENT.resolve(name + "-" + i);
        }
        return path;
    }

    /// @throws InputException when something exists there already, unless it is an empty folder
    public static void requireFree(Path path) {
        requireFree(path, "continue that run with --resume %s or name another folder with --out".formatted(path));
    }

    /// The same with what to do otherwise, for a run that `--resume` cannot continue.
    public static void requireFree(Path path, String remedy) {
        if (Files.exists(path) && !isEmptyFolder(path)) {
            String found = Files.isDirectory(path) ? "a folder that is not empty" : "a file";
            throw new InputException(
                    "run folder %s: found %s, expected nothing there; %s".formatted(path, found, remedy));
        }
    }

    /// Creates the folder, takes its lock and writes `config.yaml`.
    ///
    /// @throws InputException when something exists there already, unless it is an empty folder
    /// @throws JobException when the folder cannot be written
    public static RunFolder create(Path path, Record recipe) {
        return create(path, recipe, null);
    }

    /// The same for a run that starts from the network of another run.
    ///
    /// @param origin checkpoint of the other run; null if there is none
    public static RunFolder create(Path path, Record recipe, @Nullable Path origin) {
        requireFree(path);
        try {
            Files.createDirectories(path.resolve("checkpoints"));
        } catch (IOException e) {
            throw new JobException(
                    "cannot make the run folder %s: %s; name another one with --out".formatted(path, e), e);
        }
        RunFolder folder = new RunFolder(path, FolderLock.take(path));
        try {
            if (origin != null) { // before the recipe: a folder with a recipe can be resumed
                AtomicFile.write(path.resolve(ORIGIN), origin.toAbsolutePath() + "\n");
            }
            AtomicFile.write(folder.config(), Yaml.write(recipe));
            return folder;
        } catch (JobException e) {
            folder.close();
            throw e;
        }
    }

    /// Opens the folder of a run for reading.
    ///
    /// @throws InputException when the folder is missing or is not a run folder
    public static RunFolder open(Path path) {
        requireRun(path);
        return new RunFolder(path, null);
    }

    /// Opens the folder of a run to continue training, and takes its lock.
    ///
    /// @throws InputException when the folder is missing, is not a run folder, or another process trains in
    ///     it
    public static RunFolder resume(Path path) {
        requireRun(path);
        return new RunFolder(path, FolderLock.take(path));
    }

    public Path path() {
        return path;
    }

    public Path config() {
        return path.resolve(CONFIG);
    }

    public Path checkpoints() {
        return path.resolve("checkpoints");
    }

    /// The recipe of the run, with all values from the start of the run.
    ///
    /// @throws InputException when `config.yaml` was changed and is not valid
    public <T extends Record> T config(Class<T> type) {
        try {
            return Yaml.read("run " + config(), Files.readString(config()), type, List.of());
        } catch (IOException e) {
            throw new InputException("run %s: cannot read its config.yaml: %s".formatted(path, e), e);
        }
    }

    /// The checkpoint of another run from whose network the run started.
    public Optional<Path> origin() {
        Path file = path.resolve(ORIGIN);
        try {
            return Files.exists(file)
                    ? Optional.of(Path.of(Files.readString(file).strip()))
                    : Optional.empty();
        } catch (IOException e) {
            throw new InputException("run %s: cannot read its %s: %s".formatted(path, ORIGIN, e), e);
        }
    }

    /// The metric writer after `step` steps, 0 for a new run; the caller closes it.
    public Metrics metrics(long step) {
        return Metrics.open(path, step);
    }

    /// The writer of another JSON Lines file of the run, after `step` steps; the caller closes it.
    ///
    /// @param name such as [#SPECTRA]
    public JsonLines lines(String name, long step) {
        return JsonLines.open(path.resolve(name), step);
    }

    /// All records so far.
    public List<MetricRecord> records() {
        return Metrics.read(path);
    }

    public RunStatus status() {
        if (FolderLock.isTaken(path)) {
            return RunStatus.RUNNING;
        }
        return Metrics.last(path.resolve(Metrics.FILE)) instanceof MetricLine.Ended ended
                ? ended.status()
                : RunStatus.INTERRUPTED;
    }

    /// The reason why the run ended; empty if it has not ended or if there is no message.
    public String message() {
        return Metrics.last(path.resolve(Metrics.FILE)) instanceof MetricLine.Ended ended ? ended.message() : "";
    }

    /// Removes the folder if it has no measurements yet. If it contains other files, these files and the
    /// folder are kept.
    public void discardUnused() {
        if (Files.exists(path.resolve(Metrics.FILE))) {
            return;
        }
        try {
            Files.deleteIfExists(checkpoints());
            Files.deleteIfExists(config());
            Files.deleteIfExists(path.resolve(ORIGIN));
            Files.deleteIfExists(path.resolve(FolderLock.FILE));
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new JobException("cannot remove the unused run folder %s: %s".formatted(path, e), e);
        }
    }

    @Override
    public void close() {
        if (lock != null) {
            lock.close();
        }
    }

    /// One line for people that says how to see a run, or a folder of runs, in TensorBoard.
    public static String tensorBoard(Path folder) {
        return "TensorBoard reads the same folder: tensorboard --logdir \"%s\"".formatted(folder);
    }

    /// Whether a run has begun there.
    public static boolean isRun(Path path) {
        return Files.isRegularFile(path.resolve(CONFIG));
    }

    private static void requireRun(Path path) {
        if (!Files.exists(path)) {
            throw new InputException(
                    "run %s: found nothing there, expected a run folder; list them with fullrank runs".formatted(path));
        }
        if (!isRun(path)) {
            throw new InputException(
                    "run %s: found no config.yaml in it, expected a run folder; list them with fullrank runs"
                            .formatted(path));
        }
    }

    private static boolean isEmptyFolder(Path path) {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> inside = Files.list(path)) {
            return inside.findAny().isEmpty();
        } catch (IOException e) {
            throw new InputException("run folder %s: cannot look into it: %s".formatted(path, e), e);
        }
    }
}
