package org.fullrank.optim;

import java.util.List;
import org.fullrank.engine.InputException;

/// The learning rate over time.
public sealed interface ScheduleSpec {
    /// The batch size to which published base rates refer.
    int REFERENCE_BATCH = 256;

    /// Usual share of a warm-up in a run.
    double USUAL_WARMUP = 0.1;

    /// Whether the base rate is meant for a batch of 256 and is scaled with the batch size.
    boolean scaleWithBatch();

    /// The rate of step `step` (0-based) of `totalSteps`.
    ///
    /// @param base the full rate
    double rate(double base, long step, long stepsPerEpoch, long totalSteps);

    /// The same schedule, but with a constant rate after the warm-up.
    ScheduleSpec withoutDecay();

    /// The same without warm-up.
    ScheduleSpec withoutWarmup();

    /// Length of the warm-up in steps.
    double warmup(long stepsPerEpoch);

    /// The setting of the warm-up with a value that is a tenth of the run, such as `warmupEpochs=0.5`.
    String shorterWarmup(long stepsPerEpoch, long totalSteps);

    /// Refuses a training that is too short for the schedule.
    ///
    /// @throws InputException that names the epochs of the training and of the schedule
    default void requireEpochs(int epochs) {}

    /// The same for the base rate of a recipe, which may be meant for another batch.
    default double rate(double learningRate, int batch, long step, long stepsPerEpoch, long totalSteps) {
        double base = scaleWithBatch() ? learningRate * batch / REFERENCE_BATCH : learningRate;
        return rate(base, step, stepsPerEpoch, totalSteps);
    }

    static Cosine defaults() {
        return Cosine.defaults();
    }

    /// Linear warm-up from 0, then a cosine down to `finalShare` of the base rate (official VICReg code).
    ///
    /// @param warmupEpochs length of the warm-up in epochs, which may be fractional
    /// @param finalShare the rate at the end as a share of the base rate; 1 keeps the rate constant
    record Cosine(double warmupEpochs, double finalShare, boolean scaleWithBatch) implements ScheduleSpec {
        /// A tenth of 100 epochs, which is a usual share.
        public static final double DEFAULT_WARMUP_EPOCHS = 10;
        /// As in the official VICReg code.
        public static final double DEFAULT_FINAL_SHARE = 0.001;

        public Cosine {
            InputException.unless(
                    warmupEpochs >= 0 && warmupEpochs < 1e6,
                    "warmupEpochs: found %s, expected 0 or more epochs",
                    warmupEpochs);
            InputException.unless(
                    finalShare >= 0 && finalShare <= 1,
                    "finalShare: found %s, expected a number from 0 to 1",
                    finalShare);
        }

        public static Cosine defaults() {
            return new Cosine(DEFAULT_WARMUP_EPOCHS, DEFAULT_FINAL_SHARE, true);
        }

        @Override
        public double rate(double base, long step, long stepsPerEpoch, long totalSteps) {
            double warmup = Math.min(warmup(stepsPerEpoch), totalSteps);
            if (step < warmup) {
                // In the official code the first step has rate 0 and no effect. Here it gets the first share of
                // the warm-up.
                return base * (step + 1) / (warmup + 1);
            }
            double progress = (step - warmup) / Math.max(1, totalSteps - warmup);
            double q = 0.5 * (1 + Math.cos(Math.PI * progress));
            return base * (q + finalShare * (1 - q));
        }

        @Override
        public double warmup(long stepsPerEpoch) {
            return warmupEpochs * stepsPerEpoch;
        }

        @Override
        public String shorterWarmup(long stepsPerEpoch, long totalSteps) {
            return "warmupEpochs=%.2g".formatted(USUAL_WARMUP * totalSteps / stepsPerEpoch);
        }

        @Override
        public Cosine withoutDecay() {
            return new Cosine(warmupEpochs, 1, scaleWithBatch);
        }

        @Override
        public Cosine withoutWarmup() {
            return new Cosine(0, finalShare, scaleWithBatch);
        }
    }

    /// Linear warm-up, then the full rate. A fixed number of epochs before the end, the rate is multiplied by
    /// `factor` (official W-MSE code).
    ///
    /// @param warmupSteps length of the warm-up; in step i, the share of the rate is `(i + 1) / warmupSteps`;
    ///     0 means no warm-up
    /// @param drops how many epochs before the end the rate drops, in descending order; empty if it never
    ///     drops
    /// @param factor by which each drop multiplies the rate
    record Step(int warmupSteps, List<Integer> drops, double factor, boolean scaleWithBatch) implements ScheduleSpec {
        /// The official W-MSE code.
        public static final int DEFAULT_WARMUP_STEPS = 500;
        /// The official W-MSE code.
        public static final List<Integer> DEFAULT_DROPS = List.of(50, 25);
        /// The official W-MSE code.
        public static final double DEFAULT_FACTOR = 0.2;

        public Step {
            drops = List.copyOf(drops);
            InputException.when(warmupSteps < 0, "warmupSteps: found %d, expected 0 or more steps", warmupSteps);
            for (int i = 0; i < drops.size(); i++) {
                InputException.when(
                        drops.get(i) < 1 || i > 0 && drops.get(i) >= drops.get(i - 1),
                        "drops: found %s, expected falling numbers of epochs before the end, such as [50, 25]",
                        drops);
            }
            InputException.unless(
                    factor > 0 && factor <= 1, "factor: found %s, expected a number above 0, at most 1", factor);
        }

        /// The base rate is that of the batch in use, as in the official W-MSE code.
        public static Step defaults() {
            return new Step(DEFAULT_WARMUP_STEPS, DEFAULT_DROPS, DEFAULT_FACTOR, false);
        }

        @Override
        public double rate(double base, long step, long stepsPerEpoch, long totalSteps) {
            double warm = step < warmupSteps ? (step + 1.0) / warmupSteps : 1;
            long fallen = drops.stream()
                    .filter(epochs -> step >= totalSteps - epochs * stepsPerEpoch)
                    .count();
            return base * warm * Math.pow(factor, fallen);
        }

        @Override
        public double warmup(long stepsPerEpoch) {
            return warmupSteps;
        }

        @Override
        public String shorterWarmup(long stepsPerEpoch, long totalSteps) {
            return "warmupSteps=%d".formatted(Math.max(1, Math.round(USUAL_WARMUP * totalSteps)));
        }

        @Override
        public Step withoutDecay() {
            return new Step(warmupSteps, List.of(), factor, scaleWithBatch);
        }

        @Override
        public Step withoutWarmup() {
            return new Step(0, drops, factor, scaleWithBatch);
        }

        @Override
        public void requireEpochs(int epochs) {
            int first = drops.isEmpty() ? 0 : drops.getFirst();
            InputException.when(
                    first >= epochs,
                    "schedule.drops: found a drop of the rate %d epochs before the end of a training of %d, expected one"
                            + " after its start; set schedule.drops or raise train.epochs",
                    first,
                    epochs);
        }
    }
}
