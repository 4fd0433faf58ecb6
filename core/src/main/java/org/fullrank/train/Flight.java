package org.fullrank.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Precision;
import org.fullrank.file.JsonFile;
import org.fullrank.run.RunFolder;
import org.jspecify.annotations.Nullable;

/// The record of a run in which a number was not finite. The record is written to `flight/flight.json`. The
/// file `flight/snapshot.safetensors` holds the state a few steps earlier.
///
/// @param step number of steps done when the value was found
/// @param snapshot number of steps done at the snapshot
/// @param found what was not finite
/// @param device device of the run
/// @param precision precision of the run
/// @param threads number of threads of libtorch
/// @param losses losses of the steps since the snapshot; the first of these steps has the number `snapshot`,
///     counted from 0
/// @param gradients lengths of the gradients of the same steps
/// @param batches the items of the last of these steps
public record Flight(
        long step,
        long snapshot,
        String found,
        Device device,
        Precision precision,
        int threads,
        List<Double> losses,
        List<Double> gradients,
        List<Batch> batches) {
    /// Number of steps whose items are listed.
    static final int BATCHES = 4;

    static final String FOLDER = "flight";
    private static final String SNAPSHOT = "snapshot.safetensors";
    private static final String FILE = "flight.json";

    /// The items of a batch.
    ///
    /// @param step from 0
    /// @param items indices of items in the training split
    record Batch(long step, int epoch, List<Integer> items) {}

    public Flight {
        losses = List.copyOf(losses);
        gradients = List.copyOf(gradients);
        batches = List.copyOf(batches);
    }

    /// Writes both files. The state of `learner` must be the snapshot.
    void save(RunFolder folder, Learner learner) {
        Path flight = folder.path().resolve(FOLDER);
        try {
            Files.createDirectories(flight);
            Checkpoint.save(
                    flight.resolve(SNAPSHOT),
                    learner.method(),
                    learner.optimizer(),
                    snapshot,
                    learner.origin(),
                    threads);
            JsonFile.write(flight.resolve(FILE), this);
        } catch (IOException e) {
            throw new JobException("cannot make %s (%s); make the run folder writable".formatted(flight, e), e);
        }
    }

    /// The record in a run folder.
    ///
    /// @throws InputException when there is none
    public static Flight read(RunFolder folder) {
        @Nullable Flight saved = JsonFile.read(folder.path().resolve(FOLDER).resolve(FILE), Flight.class);
        if (saved == null) {
            throw new InputException(
                    "run %s: found no flight record, expected flight/flight.json, which a run writes when a number is not"
                                    .formatted(folder.path())
                            + " finite; replay a run that failed so, with monitor.recordEverySteps above 0");
        }
        return saved;
    }

    public static Path snapshot(RunFolder folder) {
        return folder.path().resolve(FOLDER).resolve(SNAPSHOT);
    }

    /// Removes the files of an earlier failure, because the run continues.
    static void clear(RunFolder folder) {
        try {
            Files.deleteIfExists(snapshot(folder));
            Files.deleteIfExists(folder.path().resolve(FOLDER).resolve(FILE));
            Files.deleteIfExists(folder.path().resolve(FOLDER));
        } catch (IOException e) {
            throw new JobException(
                    "cannot remove %s (%s); make it writable"
                            .formatted(folder.path().resolve(FOLDER), e),
                    e);
        }
    }
}
