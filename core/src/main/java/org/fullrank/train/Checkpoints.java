package org.fullrank.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.run.CheckpointSpec;

/// The checkpoints of one run: the latest ones as `step-00001200.safetensors`, the best one as
/// `best.safetensors`, and the last one before a collapse as `sound.safetensors`.
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

    /// The latest checkpoint in `folder` that is whole.
    ///
    /// @param notes gets a line for each later one that is damaged
    /// @throws InputException when there is none, or all are damaged
    public static Path latest(Path folder, Consumer<String> notes) {
        return latestIfAny(folder, notes)
                .orElseThrow(() -> new InputException(
                        "%s: found no checkpoint, expected at least one; the run ended before its first, resume it"
                                .formatted(folder)));
    }

    /// As [#latest], empty when there is none.
    static Optional<Path> latestIfAny(Path folder, Consumer<String> notes) {
        InputException damage = null;
        for (Path file : all(folder).reversed()) {
            try {
                Checkpoint.step(file);
                return Optional.of(file);
            } catch (InputException e) {
                damage = damage == null ? e : damage;
                notes.accept("warning: " + e.getMessage() + "; an older checkpoint is used");
            }
        }
        if (damage != null) {
            throw damage;
        }
        return Optional.empty();
    }

    /// All checkpoints in `folder`, the numbered ones first.
    ///
    /// @throws InputException when there is none
    public static List<Path> everyOne(Path folder) {
        latest(folder, note -> {});
        Path best = folder.resolve(BEST);
        return Files.exists(best)
                ? Stream.concat(all(folder).stream(), Stream.of(best)).toList()
                : all(folder);
    }

    /// The checkpoint with the best monitored score, or the latest where none was scored.
    public static Path best(Path folder, Consumer<String> notes) {
        Path best = folder.resolve(BEST);
        return Files.exists(best) ? best : latest(folder, notes);
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

    boolean hasSound() {
        return Files.exists(soundFile());
    }

    /// Removes the checkpoints of later steps, including the best one.
    void removeAfter(long step) {
        String last = file(step).getFileName().toString();
        remove(all(folder).stream()
                .filter(f -> f.getFileName().toString().compareTo(last) > 0)
                .toList());
        if (Files.exists(bestFile()) && Checkpoint.step(bestFile()) > step) {
            remove(List.of(bestFile()));
        }
    }

    /// Renames the damaged files behind `whole`, so that nothing reads them again and nothing is lost.
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

    /// Removes all but the latest few.
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
