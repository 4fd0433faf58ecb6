package org.fullrank.lab;

import java.util.function.DoublePredicate;

/// An interval that contains the border of a property. The property holds at the upper end and not at the
/// lower end.
record Bisection(double low, double high) {
    /// Halves an interval repeatedly.
    static Bisection of(double low, double high, int halvings, DoublePredicate holds) {
        for (int i = 0; i < halvings; i++) {
            double middle = (low + high) / 2;
            if (holds.test(middle)) {
                high = middle;
            } else {
                low = middle;
            }
        }
        return new Bisection(low, high);
    }

    double middle() {
        return (low + high) / 2;
    }
}
