package org.fullrank.run;

import java.util.List;

/// What is measured during training. These settings are the section `monitor` of a recipe. There are two
/// kinds of checks. Neither kind reads the test split.
///
/// A quick check measures the rank, spread and norms of a few plain items at several places of the network,
/// without labels. A quick check raises an alarm if one of these places has collapsed. The check at the end
/// of an epoch also measures the kNN accuracy if there are labels. The check uses the validation split, or
/// training items that are not in the bank.
///
/// @param everyEpochs epochs between two kNN checks. There is always one at the end. With 0, this is the only
///     one
/// @param everySteps steps between two quick checks; with 0, [#quickSteps] decides
/// @param rows items of a quick check
/// @param layers encoder blocks to measure in addition to representation and embedding
/// @param onCollapse the effect of an alarm
/// @param recordEverySteps steps between two snapshots of the flight recorder in memory; 0 turns the recorder
///     off
/// @param knnNeighbors neighbors that vote
/// @param knnSamples largest number of samples of each split, taken from the start of a fixed order; 0 means
///     all
public record MonitorSpec(
        int everyEpochs,
        int everySteps,
        int rows,
        List<String> layers,
        OnCollapse onCollapse,
        int recordEverySteps,
        int knnNeighbors,
        int knnSamples) {
    /// Every epoch, which is enough for the curve of a long run.
    public static final int DEFAULT_EVERY_EPOCHS = 1;
    /// A number of quick checks that fits the length of the run.
    public static final int DEFAULT_EVERY_STEPS = 0;
    /// Enough rows to detect a collapse, which leaves only a few directions. Decompositions of twice as many
    /// rows cost eight times as much and slow down small networks noticeably.
    public static final int DEFAULT_ROWS = 128;
    /// A replay repeats at most this many steps. The cost of copying the weights every 50 steps is
    /// negligible.
    public static final int DEFAULT_RECORD_EVERY_STEPS = 50;
    /// The usual values are 20 and 200; 20 also suits small data sets.
    public static final int DEFAULT_KNN_NEIGHBORS = 20;
    /// With this number, a check takes seconds on two cores. The final evaluation uses all samples.
    public static final int DEFAULT_KNN_SAMPLES = 5000;
    /// Number of quick checks of a run. So the onset of a collapse is known within a fortieth of the run. An
    /// alarm needs two checks, so it comes within a twentieth of the run.
    public static final int QUICK_CHECKS = 40;
    /// Smallest number of training samples for each item of a quick check. A forward pass of one view costs a
    /// sixth of a forward and backward pass of two views. So quick checks take at most about 1 % of the time.
    public static final int SAMPLES_PER_ROW = 20;

    /// The reaction to a collapse.
    public enum OnCollapse {
        /// Writes a line to the log and to `alarms.jsonl`. The training continues.
        WARN,
        /// Like WARN, but the run then ends with a checkpoint.
        STOP,
        /// Like WARN, but the run then ends with the weights of the best check before the collapse. The
        /// choice of this check uses no labels.
        ROLLBACK
    }

    public MonitorSpec {
        layers = List.copyOf(layers);
        TrainSpec.require(everyEpochs >= 0, "everyEpochs", everyEpochs, "0 (only at the end) or more");
        TrainSpec.require(everySteps >= 0, "everySteps", everySteps, "0 (about 40 checks a run) or more");
        TrainSpec.require(rows >= 16, "rows", rows, "at least 16, because a rank cannot be measured with fewer items");
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

    /// The defaults except for kNN.
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

    /// Number of steps between two quick checks of a run. It is `everySteps`, or a fortieth of the run if
    /// `everySteps` is 0. In the second case, there are at least twenty training samples for each checked
    /// item.
    public long quickSteps(long totalSteps, int batch) {
        return everySteps > 0
                ? everySteps
                : Math.max(
                        Math.ceilDiv(totalSteps, (long) QUICK_CHECKS),
                        Math.ceilDiv((long) SAMPLES_PER_ROW * rows, (long) batch));
    }
}
