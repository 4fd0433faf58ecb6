package org.fullrank.view;

import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Checks of settings. The message of a check contains the name of the setting, the value found and the
/// values allowed.
final class Check {
    /// Largest number of views, more than any recipe has. A larger number is treated as a mistake.
    private static final int MAX_VIEWS = 64;

    private Check() {}

    static void probability(String name, double value) {
        between(name, value, 0, 1);
    }

    static void between(String name, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            throw new InputException("%s is %s, expected a number from %s to %s; change it in the view settings"
                    .formatted(name, value, min, max));
        }
    }

    static void positive(String name, double value) {
        if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new InputException(
                    "%s is %s, expected a number above 0; change it in the view settings".formatted(name, value));
        }
    }

    static void ordered(String minName, double min, String maxName, double max) {
        if (min > max) {
            throw new InputException("%s is %s and %s is %s, expected the first to be at most the second; swap them"
                    .formatted(minName, min, maxName, max));
        }
    }

    static void views(int views) {
        if (views < 1 || views > MAX_VIEWS) {
            throw new InputException(
                    "views is %d, expected 1 to %d; most methods need at least two".formatted(views, MAX_VIEWS));
        }
    }

    /// Checks that a value is present. A value from a file may be null even if its type does not allow null.
    static void present(String name, @Nullable Object value) {
        if (value == null) {
            throw new InputException("%s is missing in the view settings; add it or name a preset".formatted(name));
        }
    }
}
