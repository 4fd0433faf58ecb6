package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.fullrank.engine.Scope;
import org.fullrank.lab.Series.Color;

/// The training of a network on [PermutedDigits].
///
/// @param label name of the network
/// @param steps when the accuracy was measured
/// @param accuracies on the validation digits
/// @param test accuracy on the test digits after the last step
record DigitRun(String label, double[] steps, double[] accuracies, double test) {
    static final int BATCH = 128;

    /// Measurements during a training.
    private static final int POINTS = 10;

    /// The length of a training.
    ///
    /// @param steps number of batches
    /// @param rate learning rate
    record Plan(int steps, double rate) {}

    static DigitRun of(String label, SequenceNet net, PermutedDigits.Parts digits, Plan plan, Setting setting) {
        List<Double> steps = new ArrayList<>();
        List<Double> accuracies = new ArrayList<>();
        int interval = Math.max(1, plan.steps / POINTS);
        for (int step = 1; step <= plan.steps; step++) {
            try (var scope = Scope.open()) {
                net.step(
                        digits.training().draw(BATCH, setting.random(PermutedMnist.NAME, step)),
                        plan.rate,
                        setting.random(PermutedMnist.NAME + " sketch", step));
            }
            if (step % interval == 0) {
                steps.add((double) step);
                accuracies.add(accuracy(net, digits.validation()));
            }
        }
        return new DigitRun(label, array(steps), array(accuracies), accuracy(net, digits.test()));
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }

    /// The share of the digits that the network recognizes.
    static double accuracy(SequenceNet net, PermutedDigits digits) {
        int right = 0;
        for (int from = 0; from < digits.size(); from += BATCH) {
            int[] items =
                    IntStream.range(from, Math.min(digits.size(), from + BATCH)).toArray();
            try (var scope = Scope.open()) {
                long[] answers = net.answers(digits.batch(items));
                for (int i = 0; i < items.length; i++) {
                    right += answers[i] == digits.digits()[items[i]] ? 1 : 0;
                }
            }
        }
        return (double) right / digits.size();
    }

    /// The validation accuracy after `share` of the steps.
    double after(double share) {
        return accuracies[(int) Math.ceil(share * accuracies.length) - 1];
    }

    Series.Line curve(Color color) {
        return Series.line(label, color, steps, accuracies);
    }
}
