package org.fullrank.spark;

import java.io.Serializable;
import java.nio.file.Path;
import org.apache.spark.util.LongAccumulator;
import org.fullrank.run.RunFolder;
import org.fullrank.train.Checkpoints;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/// The encoder of a job, and what happens to bad input.
///
/// @param run path of the run folder, which every machine of the cluster must be able to read: a path on a shared
///     disk, a path of a Hadoop file system, or the name of a folder that was shipped with `--archives`
/// @param checkpoint name of a file in its `checkpoints`
/// @param skipped counts images and rows that cannot be embedded, which are then left out; null if the first of
///     them ends the job. As Spark may run a task twice, the number can be too large when an executor was lost
public record EmbedSettings(
        String run, String checkpoint, @Nullable LongAccumulator skipped) implements Serializable {
    /// The latest checkpoint of a run. Bad input ends the job.
    ///
    /// @throws org.fullrank.engine.InputException when there is no run or no checkpoint
    public static EmbedSettings latest(String run) {
        return new EmbedSettings(run, name(run, false), null);
    }

    /// The checkpoint with the best score during training. Bad input ends the job.
    ///
    /// @throws org.fullrank.engine.InputException when there is no run or no checkpoint
    public static EmbedSettings best(String run) {
        return new EmbedSettings(run, name(run, true), null);
    }

    /// The same, but bad input is left out and counted.
    public EmbedSettings skipping(LongAccumulator counter) {
        return new EmbedSettings(run, checkpoint, counter);
    }

    /// The driver chooses the checkpoint, so that all executors use the same one while a training goes on.
    private static String name(String run, boolean best) {
        var log = LoggerFactory.getLogger(EmbedSettings.class);
        RunFolder folder = RunFolder.open(RunCopy.local(run)); // opened for reading, it holds nothing to close
        Path found = best
                ? Checkpoints.best(folder.checkpoints(), log::warn)
                : Checkpoints.latest(folder.checkpoints(), log::warn);
        return found.getFileName().toString();
    }
}
