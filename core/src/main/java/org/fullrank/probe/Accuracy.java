package org.fullrank.probe;

import java.util.Locale;
import org.fullrank.engine.InputException;
import org.fullrank.stats.Interval;
import org.fullrank.stats.MeanAndSpread;

/// The share of correct answers, with a confidence interval that depends on the number of answers.
///
/// @param correct number of correct answers
/// @param total number of answers, at least 1
public record Accuracy(int correct, int total) {
    public Accuracy {
        if (total < 1 || correct < 0 || correct > total) {
            throw new InputException(
                    "accuracy: found %d correct of %d, expected between 0 and all of at least 1; evaluate"
                                    .formatted(correct, total)
                            + " on a split that is not empty");
        }
    }

    /// Counts the positions at which `predicted` equals `expected`.
    ///
    /// @throws InputException when the lengths differ, or when they are zero
    public static Accuracy of(int[] predicted, int[] expected) {
        if (predicted.length != expected.length) {
            throw new InputException("accuracy: found %d predictions for %d labels, expected one for each; predict the"
                            .formatted(predicted.length, expected.length)
                    + " split that the labels belong to");
        }
        int correct = 0;
        for (int i = 0; i < predicted.length; i++) {
            if (predicted[i] == expected[i]) {
                correct++;
            }
        }
        return new Accuracy(correct, predicted.length);
    }

    /// The share of correct answers, in [0, 1].
    public double share() {
        return (double) correct / total;
    }

    /// The lower end of the 95 % interval, in [0, 1].
    public double lower() {
        return Interval.wilson(correct, total).lower();
    }

    /// The upper end of the 95 % interval, in [0, 1].
    public double upper() {
        return Interval.wilson(correct, total).upper();
    }

    /// The text for people: `84.6 % [83.9, 85.3]`.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f %% [%.1f, %.1f]", 100 * share(), 100 * lower(), 100 * upper());
    }

    /// The text of shares over several trainings: `84.6 % +- 0.7`.
    static String text(MeanAndSpread shares) {
        return String.format(Locale.ROOT, "%.1f %% +- %.1f", 100 * shares.mean(), 100 * shares.std());
    }
}
