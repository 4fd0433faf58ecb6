package org.fullrank.run;

import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Precision;

/// The length of a training, and how the training uses the machine. These settings are the section `train` of
/// a recipe.
///
/// @param epochs passes over the data, at least 1
/// @param batch samples of one step, at least 2; the last, smaller batch of an epoch is dropped
/// @param chunks number of pieces of the batch that are computed one after another, to save memory. The loss
///     and its gradient are those of the whole batch
/// @param device `auto`, `cpu` or `cuda`
/// @param precision `auto`, `fp32` or `bf16`
/// @param threads number of threads of libtorch; 0 means one for each core
/// @param logEverySteps steps between two records in `metrics.jsonl`
public record TrainSpec(
        int epochs,
        int batch,
        int chunks,
        Device.Choice device,
        Precision.Choice precision,
        int threads,
        int logEverySteps) {
    /// The length of small published comparisons on CIFAR. Recipes for a first look have fewer epochs.
    public static final int DEFAULT_EPOCHS = 100;
    /// The batch size to which published learning rates refer.
    public static final int DEFAULT_BATCH = 256;
    /// Frequent enough to see a collapse within one epoch of a small data set, and rare enough for negligible
    /// cost.
    public static final int DEFAULT_LOG_EVERY_STEPS = 20;
    /// More threads than any machine has. A larger number is a mistake.
    public static final int MAX_THREADS = 4096;

    public TrainSpec {
        require(epochs >= 1, "epochs", epochs, "at least 1");
        require(batch >= 2, "batch", batch, "at least 2, because objectives compare the rows of a batch");
        require(chunks >= 1 && chunks <= batch, "chunks", chunks, "1 to the batch of " + batch);
        require(threads >= 0 && threads <= MAX_THREADS, "threads", threads, "0 (all cores) to " + MAX_THREADS);
        require(logEverySteps >= 1, "logEverySteps", logEverySteps, "at least 1");
    }

    public static TrainSpec defaults() {
        return new TrainSpec(
                DEFAULT_EPOCHS,
                DEFAULT_BATCH,
                1,
                Device.Choice.AUTO,
                Precision.Choice.AUTO,
                0,
                DEFAULT_LOG_EVERY_STEPS);
    }

    /// Number of steps of a training on this number of samples.
    public long steps(long samples) {
        return samples / batch * epochs;
    }

    static void require(boolean holds, String key, Object found, String expected) {
        InputException.unless(holds, "%s: found %s, expected %s", key, found, expected);
    }
}
