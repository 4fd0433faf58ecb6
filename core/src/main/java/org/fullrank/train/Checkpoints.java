package org.fullrank.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.fullrank.data.TableSchema;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.run.CheckpointSpec;
import org.fullrank.run.RunFolder;
import org.jspecify.annotations.Nullable;

/// The checkpoints of one run. The latest ones are `step-00001200.safetensors` and so on, the best one is
/// `best.safetensors`, and the last one before a collapse is `sound.safetensors`.
public final class Checkpoints {
    private static final String BEST = "best.safetensors";
    private static final String SOUND = "sound.safetensors";
    private static final String NAME = "step-\\d{8,}\\.safetensors";

    private final Path folder;
    private final CheckpointSpec spec;

    Checkpoints(Path folder, CheckpointSpec spec) {
        this.folder = folder;
        this.spec = spec;
    }

    /// The latest undamaged checkpoint in `folder`.
    ///
    /// @param notes gets a line for each later checkpoint that is damaged
    /// @throws InputException when there are no checkpoints, or when all are damaged
    public static Path latest(Path folder, Consumer<String> notes) {
        return latestIfAny(folder, notes)
                .orElseThrow(() -> new InputException(
                        "%s: found no checkpoint, expected at least one; the run ended before its first, resume it"
                                .formatted(folder)));
    }

    /// How the run from whose network this run started read the columns of its table; null if there is none. The
    /// columns of the data of this run may differ, but the network has learned from those.
    ///
    /// @param notes as in [#latest]
    public static @Nullable TableSchema tableOfOrigin(RunFolder run, Consumer<String> notes) {
        return run.origin()
                .map(origin -> latestIfAny(run.checkpoints(), notes).orElse(origin))
                .filter(Files::exists) // otherwise the trainer says that it is gone
                .map(Checkpoint::table)
                .orElse(null);
    }

    /// The same as [#latest], but empty if there is no checkpoint.
    public static Optional<Path> latestIfAny(Path folder, Consumer<String> notes) {
        InputException damage = null;
        for (Path file : all(folder).reversed()) {
            Optional<InputException> found = damage(file);
            if (found.isEmpty()) {
                return Optional.of(file);
            }
            damage = damage == null ? found.get() : damage;
            notes.accept("warning: " + found.get().getMessage() + "; an older checkpoint is used");
        }
        if (damage != null) {
            throw damage;
        }
        return Optional.empty();
    }

    /// Says in words which checkpoint of `folder` is the last good one.
    static String lastGood(Path folder, Consumer<String> notes) {
        try {
            return latestIfAny(folder, notes)
                    .map(file -> "the last good checkpoint is " + file)
                    .orElse("there is no checkpoint yet");
        } catch (InputException e) {
            return "all checkpoints are damaged"; // the notes name them; the failed step is what matters here
        }
    }

    /// The reason why a checkpoint cannot be read; empty if it is undamaged.
    private static Optional<InputException> damage(Path file) {
        try {
            Checkpoint.step(file);
            return Optional.empty();
        } catch (InputException e) {
            return Optional.of(e);
        }
    }

    /// All undamaged checkpoints in `folder`, with the numbered ones first.
    ///
    /// @param notes gets a line for each damaged checkpoint
    /// @throws InputException when there are no checkpoints, or when all are damaged
    public static List<Path> everyOne(Path folder, Consumer<String> notes) {
        latest(folder, note -> {});
        List<Path> whole = new ArrayList<>();
        Stream.concat(all(folder).stream(), Stream.of(folder.resolve(BEST)).filter(Files::exists))
                .forEach(file -> damage(file)
                        .ifPresentOrElse(
                                e -> notes.accept("warning: " + e.getMessage() + "; it is left out"),
                                () -> whole.add(file)));
        return List.copyOf(whole);
    }

    /// The checkpoint with the best monitored score. If none has a score, or if the best one is damaged, it
    /// is the latest checkpoint.
    ///
    /// @param notes gets a line for each damaged checkpoint
    public static Path best(Path folder, Consumer<String> notes) {
        Path best = folder.resolve(BEST);
        if (!Files.exists(best)) {
            return latest(folder, notes);
        }
        Optional<InputException> damage = damage(best);
        damage.ifPresent(e -> notes.accept("warning: " + e.getMessage() + "; the latest checkpoint is used"));
        return damage.isPresent() ? latest(folder, notes) : best;
    }

    Path file(long step) {
        return folder.resolve(String.format(Locale.ROOT, "step-%08d.safetensors", step));
    }

    Path bestFile() {
        return folder.resolve(BEST);
    }

    Path soundFile() {
        return folder.resolve(SOUND);
    }

    /// The last state before a collapse, to which a run can return from a later step. It is empty if there is
    /// none. It is also empty if the state is damaged or not older, and then `notes` gets a line.
    ///
    /// @param step the step from which the run returns
    Optional<Path> sound(long step, Consumer<String> notes) {
        Path file = soundFile();
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Optional<InputException> damage = damage(file);
        if (damage.isPresent()) {
            notes.accept("warning: " + damage.get().getMessage() + "; the run cannot return to it");
            return Optional.empty();
        }
        long saved = Checkpoint.step(file);
        if (saved > step) {
            notes.accept("warning: checkpoint %s: found step %d, expected at most %d; the run cannot return to it"
                    .formatted(file, saved, step));
            return Optional.empty();
        }
        return Optional.of(file);
    }

    /// Removes the checkpoints of later steps, including the best one. A damaged best checkpoint is removed
    /// too, because its step is not known.
    void removeAfter(long step) {
        String last = file(step).getFileName().toString();
        remove(all(folder).stream()
                .filter(f -> f.getFileName().toString().compareTo(last) > 0)
                .toList());
        if (Files.exists(bestFile()) && (damage(bestFile()).isPresent() || Checkpoint.step(bestFile()) > step)) {
            remove(List.of(bestFile()));
        }
    }

    /// Renames damaged files that are later than `whole`, so that nothing reads them again and nothing is
    /// lost.
    static void setAside(Path folder, Path whole) {
        for (Path file : all(folder)) {
            if (file.compareTo(whole) > 0) {
                try {
                    Files.move(
                            file,
                            file.resolveSibling(file.getFileName() + ".damaged"),
                            StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                    throw new JobException(
                            "cannot rename the damaged checkpoint %s (%s); make the folder writable"
                                    .formatted(file, e.getMessage()),
                            e);
                }
            }
        }
    }

    /// Removes all checkpoints except the latest few.
    void prune() {
        List<Path> all = all(folder);
        remove(all.subList(0, Math.max(0, all.size() - spec.keepLast())));
    }

    private static void remove(List<Path> files) {
        for (Path old : files) {
            try {
                Files.deleteIfExists(old);
            } catch (IOException e) {
                throw new JobException(
                        "cannot remove the old checkpoint %s (%s); make the folder writable"
                                .formatted(old, e.getMessage()),
                        e);
            }
        }
    }

    /// Oldest first.
    private static List<Path> all(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches(NAME))
                    .sorted(Comparator.comparing(f -> f.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new InputException(
                    "cannot list checkpoints in %s (%s); make the folder readable".formatted(folder, e.getMessage()),
                    e);
        }
    }
}
