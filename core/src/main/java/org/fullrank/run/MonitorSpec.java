package org.fullrank.run;

import java.util.List;

/// What is measured during training: the `monitor` section of a recipe. There are two kinds of checks, and
/// neither reads the test split.
///
/// A quick check measures rank, spread and norms of a few plain items at several places of the network,
/// without labels. It raises an alarm if one of them collapses. The check at the end of an epoch also
/// measures kNN accuracy if there are labels. It uses the validation split, or training items that are not in
/// the bank.
///
/// @param everyEpochs epochs between two kNN checks; there is always one at the end; 0: only the one at the
///     end
/// @param everySteps steps between two quick checks; 0: the value of [#quickSteps]
/// @param rows items of a quick check
/// @param layers encoder blocks to measure in addition to representation and embedding
/// @param onCollapse the effect of an alarm
/// @param recordEverySteps steps between two snapshots of the flight recorder, in memory; 0: no recorder
/// @param knnNeighbors neighbors that vote
/// @param knnSamples largest number of samples of each split, the first ones of a fixed order; 0: all
public record MonitorSpec(
        int everyEpochs,
        int everySteps,
        int rows,
        List<String> layers,
        OnCollapse onCollapse,
        int recordEverySteps,
        int knnNeighbors,
        int knnSamples) {
    /// Every epoch of a long run shows the curve.
    public static final int DEFAULT_EVERY_EPOCHS = 1;
    /// As many quick checks as a run of its length can pay for.
    public static final int DEFAULT_EVERY_STEPS = 0;
    /// Enough to tell a collapse, which leaves a few directions; decompositions of twice as many rows cost eight
    /// times as much, which slows down small networks noticeably.
    public static final int DEFAULT_ROWS = 128;
    /// A replay runs at most so many steps again, and a copy of the weights every 50 steps is not felt.
    public static final int DEFAULT_RECORD_EVERY_STEPS = 50;
    /// Of the usual 20 and 200 the one that also suits small data sets.
    public static final int DEFAULT_KNN_NEIGHBORS = 20;
    /// Keeps a check to seconds on two cores; the final evaluation uses all.
    public static final int DEFAULT_KNN_SAMPLES = 5000;
    /// Quick checks of a run: an onset is known within a fortieth of its length, and an alarm, which takes two of
    /// them, comes within a twentieth.
    public static final int QUICK_CHECKS = 40;
    /// Samples that are trained on for each item of a quick check, at least. Forward alone costs a sixth of
    /// forward and backward through two views, so quick checks take at most about 1 % of the time.
    public static final int SAMPLES_PER_ROW = 20;

    /// What happens when an embedding has collapsed.
    public enum OnCollapse {
        /// A line in the log and in `alarms.jsonl`; training continues.
        WARN,
        /// The same, and the run ends with a checkpoint.
        STOP,
        /// The same, and the run ends with the weights of the best check before the collapse, chosen without labels.
        ROLLBACK
    }

    public MonitorSpec {
        layers = List.copyOf(layers);
        TrainSpec.require(everyEpochs >= 0, "everyEpochs", everyEpochs, "0 (only at the end) or more");
        TrainSpec.require(everySteps >= 0, "everySteps", everySteps, "0 (about 40 checks a run) or more");
        TrainSpec.require(rows >= 16, "rows", rows, "at least 16, because a rank cannot be told from fewer items");
        TrainSpec.require(recordEverySteps >= 0, "recordEverySteps", recordEverySteps, "0 (no recorder) or more");
        TrainSpec.require(knnNeighbors >= 1, "knnNeighbors", knnNeighbors, "at least 1");
        TrainSpec.require(
                knnSamples == 0 || knnSamples >= knnNeighbors,
                "knnSamples",
                knnSamples,
                "0 (all) or at least the %d neighbors".formatted(knnNeighbors));
    }

    public static MonitorSpec defaults() {
        return new MonitorSpec(DEFAULT_EVERY_EPOCHS, DEFAULT_KNN_NEIGHBORS, DEFAULT_KNN_SAMPLES);
    }

    /// Defaults but for kNN.
    public MonitorSpec(int everyEpochs, int knnNeighbors, int knnSamples) {
        this(
                everyEpochs,
                DEFAULT_EVERY_STEPS,
                DEFAULT_ROWS,
                List.of(),
                OnCollapse.WARN,
                DEFAULT_RECORD_EVERY_STEPS,
                knnNeighbors,
                knnSamples);
    }

    /// Steps between two quick checks of a run: `everySteps`, or, where that is 0, a fortieth of the run, but no
    /// more often than once for twenty samples learned from to each item checked.
    public long quickSteps(long totalSteps, int batch) {
        return everySteps > 0
                ? everySteps
                : Math.max(
                        Math.ceilDiv(totalSteps, (long) QUICK_CHECKS),
                        Math.ceilDiv((long) SAMPLES_PER_ROW * rows, (long) batch));
    }
}
