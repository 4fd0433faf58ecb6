package org.fullrank.run;

/// What is watched while training: the `monitor` section of a recipe. A check measures rank and spread of frozen
/// representations and, where there are labels, kNN accuracy: on the validation split, or on training items that are
/// kept out of the bank. The test split is never looked at.
///
/// @param everyEpochs epochs between two checks, and one at the end; 0: none but the one at the end
/// @param knnNeighbours neighbours that vote
/// @param knnSamples at most this many samples of each split take part, the first ones of a fixed order; 0: all
public record MonitorSpec(int everyEpochs, int knnNeighbours, int knnSamples) {
    /// Every epoch of a long run shows the curve.
    public static final int DEFAULT_EVERY_EPOCHS = 1;
    /// Of the usual 20 and 200 the one that also suits small data sets.
    public static final int DEFAULT_KNN_NEIGHBOURS = 20;
    /// Keeps a check to seconds on two cores; the final evaluation uses all.
    public static final int DEFAULT_KNN_SAMPLES = 5000;

    public MonitorSpec {
        TrainSpec.require(everyEpochs >= 0, "everyEpochs", everyEpochs, "0 (only at the end) or more");
        TrainSpec.require(knnNeighbours >= 1, "knnNeighbours", knnNeighbours, "at least 1");
        TrainSpec.require(
                knnSamples == 0 || knnSamples >= knnNeighbours,
                "knnSamples",
                knnSamples,
                "0 (all) or at least the %d neighbours".formatted(knnNeighbours));
    }

    public static MonitorSpec defaults() {
        return new MonitorSpec(DEFAULT_EVERY_EPOCHS, DEFAULT_KNN_NEIGHBOURS, DEFAULT_KNN_SAMPLES);
    }
}
