package org.fullrank.optim;

import org.fullrank.engine.InputException;

/// The learning rate over time: linear warm-up from 0, then a cosine down to `finalShare` of the base rate
/// (official VICReg code).
///
/// @param warmupEpochs length of the warm-up in epochs; fractions are fine
/// @param finalShare the rate at the end as a share of the base rate
/// @param scaleWithBatch whether the base rate is meant for a batch of 256 and scales with the batch
public record ScheduleSpec(double warmupEpochs, double finalShare, boolean scaleWithBatch) {
    /// A tenth of 100 epochs, which is a usual share.
    public static final double DEFAULT_WARMUP_EPOCHS = 10;
    /// As in the official VICReg code.
    public static final double DEFAULT_FINAL_SHARE = 0.001;
    /// The batch size to which published base rates refer.
    public static final int REFERENCE_BATCH = 256;

    public ScheduleSpec {
        if (!(warmupEpochs >= 0 && warmupEpochs < 1e6)) {
            throw new InputException("warmupEpochs: found %s, expected 0 or more epochs".formatted(warmupEpochs));
        }
        if (!(finalShare >= 0 && finalShare <= 1)) {
            throw new InputException("finalShare: found %s, expected a number from 0 to 1".formatted(finalShare));
        }
    }

    public static ScheduleSpec defaults() {
        return new ScheduleSpec(DEFAULT_WARMUP_EPOCHS, DEFAULT_FINAL_SHARE, true);
    }

    /// The rate of step `step` (0-based) of `totalSteps`.
    public double rate(double learningRate, int batch, long step, long stepsPerEpoch, long totalSteps) {
        double base = scaleWithBatch ? learningRate * batch / REFERENCE_BATCH : learningRate;
        double warmup = Math.min(warmupEpochs * stepsPerEpoch, totalSteps);
        if (step < warmup) {
            // In the official code the first step has rate 0 and no effect. Here it gets the first share of the
            // warm-up.
            return base * (step + 1) / (warmup + 1);
        }
        double progress = (step - warmup) / Math.max(1, totalSteps - warmup);
        double q = 0.5 * (1 + Math.cos(Math.PI * progress));
        return base * (q + finalShare * (1 - q));
    }
}
