package org.fullrank.run;

/// When checkpoints are written, and which checkpoints are kept. These settings are the section `checkpoints`
/// of a recipe. A checkpoint is always written at the end of a training and on Ctrl-C.
///
/// @param everyMinutes minutes between two checkpoints; 0 turns checkpoints by time off
/// @param everyEpochs epochs between two checkpoints; 0 turns checkpoints by epochs off
/// @param keepLast number of the latest checkpoints that are kept
/// @param keepBest whether the checkpoint with the best monitored kNN accuracy is kept too
public record CheckpointSpec(double everyMinutes, int everyEpochs, int keepLast, boolean keepBest) {
    /// With this value, a crash loses at most this many minutes of work.
    public static final double DEFAULT_EVERY_MINUTES = 5;
    /// One checkpoint at the end of each epoch, so that epochs can be compared.
    public static final int DEFAULT_EVERY_EPOCHS = 1;
    /// The latest checkpoint, and one more in case the latest is not readable.
    public static final int DEFAULT_KEEP_LAST = 2;

    public CheckpointSpec {
        TrainSpec.require(
                everyMinutes >= 0 && everyMinutes < 1e6,
                "everyMinutes",
                everyMinutes,
                "0 (not by the clock) or a number of minutes");
        TrainSpec.require(everyEpochs >= 0, "everyEpochs", everyEpochs, "0 (not by epochs) or more");
        TrainSpec.require(keepLast >= 1, "keepLast", keepLast, "at least 1");
    }

    public static CheckpointSpec defaults() {
        return new CheckpointSpec(DEFAULT_EVERY_MINUTES, DEFAULT_EVERY_EPOCHS, DEFAULT_KEEP_LAST, true);
    }
}
