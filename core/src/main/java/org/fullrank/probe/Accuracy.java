package org.fullrank.probe;

import java.util.Locale;
import org.fullrank.engine.InputException;

/// Correct answers out of all, with the interval that the sample size allows.
///
/// @param correct number of correct answers
/// @param total number of items asked, at least 1
public record Accuracy(int correct, int total) {
    /// The normal quantile of a two-sided 95 % interval.
    public static final double QUANTILE = 1.959963984540054;

    public Accuracy {
        if (total < 1 || correct < 0 || correct > total) {
            throw new InputException(
                    "accuracy: found %d correct of %d, expected between 0 and all of at least 1; evaluate"
                                    .formatted(correct, total)
                            + " on a split that is not empty");
        }
    }

    /// Counts the places where `predicted` equals `expected`.
    ///
    /// @throws InputException when the lengths differ or are zero
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
        return Math.max(0, center() - halfWidth());
    }

    /// The upper end of the 95 % interval, in [0, 1].
    public double upper() {
        return Math.min(1, center() + halfWidth());
    }

    /// For people: `84.6 % [83.9, 85.3]`.
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.1f %% [%.1f, %.1f]", 100 * share(), 100 * lower(), 100 * upper());
    }

    // Wilson's score interval (Wilson 1927): unlike the normal one it stays inside [0, 1] and holds near both ends.
    private double center() {
        double z2 = QUANTILE * QUANTILE;
        return (correct + z2 / 2) / (total + z2);
    }

    private double halfWidth() {
        double z2 = QUANTILE * QUANTILE;
        return QUANTILE / (total + z2) * Math.sqrt(share() * (total - correct) + z2 / 4);
    }
}
