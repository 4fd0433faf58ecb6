package org.fullrank.online;

/** Checks of arguments. An error message is one line: subject, found, expected, remedy. */
final class Check {
    private Check() {}

    /** @throws IllegalArgumentException with the formatted message unless the condition holds */
    static void that(boolean holds, String message, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(message.formatted(values));
        }
    }

    /** Fails unless the value is finite and not negative. */
    static void rate(String subject, double value) {
        that(
                value >= 0 && value <= Double.MAX_VALUE,
                "%s: found rate %s, expected a finite number not below 0; correct it",
                subject,
                value);
    }

    /** Fails unless the value is finite and above 0. */
    static void positive(String subject, double value) {
        that(
                value > 0 && value <= Double.MAX_VALUE,
                "%s: found %s, expected a finite number above 0; correct it",
                subject,
                value);
    }

    /** Fails unless a layer can have this number of inputs and units. */
    static void shape(int inputs, int units) {
        that(
                inputs >= 1 && units >= 1 && (long) inputs * units <= Integer.MAX_VALUE / 8,
                "rule: found %d inputs and %d units, expected at least 1 of each and at most 268435455 weights;"
                        + " correct the shape",
                inputs,
                units);
    }

    /**
     * Fails unless the sample has the right width and is finite. Sums of {@code 0 * x} are NaN exactly if a value is
     * NaN or infinite. Four sums are computed at the same time, which keeps the processor busy.
     */
    static void sample(float[] x, int inputs) {
        if (x.length != inputs) {
            throw new IllegalArgumentException(
                    "sample: found %d values, expected %d as in the rule; feed samples of one width"
                            .formatted(x.length, inputs));
        }
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int j = 0;
        for (; j + 3 < inputs; j += 4) {
            s0 += 0 * x[j];
            s1 += 0 * x[j + 1];
            s2 += 0 * x[j + 2];
            s3 += 0 * x[j + 3];
        }
        for (; j < inputs; j++) {
            s0 += 0 * x[j];
        }
        if (s0 + s1 + s2 + s3 != 0) {
            throw notFinite(x);
        }
    }

    private static IllegalArgumentException notFinite(float[] x) {
        int at = 0;
        while (Float.isFinite(x[at])) {
            at++;
        }
        return new IllegalArgumentException(
                "sample: found %s at position %d, expected finite numbers; fill in or leave out such samples"
                        .formatted(x[at], at + 1));
    }
}
