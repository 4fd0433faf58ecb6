package org.fullrank.lab;

import org.fullrank.text.Numbers;

/// The values that agree with a claim. NaN never agrees.
public sealed interface Expected {
    /// A value and a tolerance.
    record Near(double value, double tolerance) implements Expected {
        @Override
        public boolean admits(double measured) {
            return Math.abs(measured - value) <= tolerance;
        }

        @Override
        public String text() {
            return Numbers.compact(value) + " ± " + Numbers.compact(tolerance);
        }
    }

    /// An upper limit.
    record AtMost(double limit) implements Expected {
        @Override
        public boolean admits(double measured) {
            return measured <= limit;
        }

        @Override
        public String text() {
            return "at most " + Numbers.compact(limit);
        }
    }

    /// A lower limit.
    record AtLeast(double limit) implements Expected {
        @Override
        public boolean admits(double measured) {
            return measured >= limit;
        }

        @Override
        public String text() {
            return "at least " + Numbers.compact(limit);
        }
    }

    static Expected near(double value, double tolerance) {
        return new Near(value, tolerance);
    }

    static Expected atMost(double limit) {
        return new AtMost(limit);
    }

    static Expected atLeast(double limit) {
        return new AtLeast(limit);
    }

    /// Whether a measured figure agrees.
    boolean admits(double measured);

    /// The expected values in words.
    String text();
}
