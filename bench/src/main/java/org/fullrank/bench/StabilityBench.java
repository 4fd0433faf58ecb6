package org.fullrank.bench;

import java.util.Locale;
import java.util.Random;
import org.fullrank.online.Alarm;
import org.fullrank.online.OnlineRule;
import org.fullrank.online.RuleName;

/// Runs ten million updates of each rule on a slowly changing stream, then one million updates on a constant
/// sample. The benchmark reports the largest weight, the samples at which the monitor raised an alarm, and
/// the alarm at the end. If a feature is not finite, the benchmark ends with an error.
///
/// ```
/// bench/run StabilityBench [UPDATES]
/// ```
public final class StabilityBench {
    private static final int UPDATES = 10_000_000;
    private static final int INPUTS = 8;
    private static final int UNITS = 4;
    private static final double MEMORY = 0.7;
    private static final double LEARNING_RATE = 0.002;
    private static final int LOOK_EVERY = 1000;

    private StabilityBench() {}

    public static void main(String[] arguments) {
        int updates = Timing.argument(arguments, 0, UPDATES);
        for (RuleName name : RuleName.values()) {
            OnlineRule rule =
                    name.builder(INPUTS, UNITS).learningRate(LEARNING_RATE).build();
            var random = new Random(1);
            float[] x = new float[INPUTS];
            long alarms = 0;
            double largest = 0;
            Alarm first = Alarm.NONE;
            for (int t = 0; t < updates; t++) {
                for (int j = 0; j < INPUTS; j++) {
                    x[j] = (float) (MEMORY * x[j] + Math.sqrt(1 - MEMORY * MEMORY) * (random.nextFloat() - 0.5) * 3.5);
                }
                rule.update(x);
                if (t % LOOK_EVERY == 0) {
                    largest = Math.max(largest, largest(rule));
                    alarms += rule.alarm() == Alarm.NONE ? 0 : 1;
                    first = first == Alarm.NONE ? rule.alarm() : first;
                }
            }
            for (int t = 0; t < updates / 10; t++) {
                rule.update(x);
                if (t % LOOK_EVERY == 0) {
                    largest = Math.max(largest, largest(rule));
                }
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-13s largest weight %6.2f, alarms in %,d updates: %d looks of %d %s, after a constant input: %s%n",
                    name.label(),
                    largest,
                    updates,
                    alarms,
                    updates / LOOK_EVERY,
                    first,
                    rule.alarm());
        }
    }

    private static double largest(OnlineRule rule) {
        double largest = 0;
        for (float w : rule.weights()) {
            largest = Math.max(largest, Math.abs(w));
        }
        return largest;
    }
}
