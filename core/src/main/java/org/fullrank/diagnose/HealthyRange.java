package org.fullrank.diagnose;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A healthy range as numbers.
///
/// @param low negative infinity if there is no lower end
/// @param high infinity if there is no upper end
public record HealthyRange(double low, double high) {
    private static final String NUMBER = "(-?[\\d.]+(?:e-?\\d+)?)";
    private static final Pattern BETWEEN = Pattern.compile(NUMBER + " to " + NUMBER);
    private static final Pattern ABOVE = Pattern.compile("above " + NUMBER);
    private static final Pattern BELOW = Pattern.compile("below " + NUMBER);
    private static final Pattern ONE = Pattern.compile(NUMBER);

    /// The words of a range that contains every value.
    static final String ANY = "any";

    /// The range in words of a [Reading], such as `0.4 to 1`, `above 1`, `0` or `any`; null if it has no numbers.
    static @Nullable HealthyRange of(String words) {
        Matcher between = BETWEEN.matcher(words);
        Matcher above = ABOVE.matcher(words);
        Matcher below = BELOW.matcher(words);
        if (between.matches()) {
            return new HealthyRange(Double.parseDouble(between.group(1)), Double.parseDouble(between.group(2)));
        }
        if (above.matches()) {
            return new HealthyRange(Double.parseDouble(above.group(1)), Double.POSITIVE_INFINITY);
        }
        if (below.matches()) {
            return new HealthyRange(Double.NEGATIVE_INFINITY, Double.parseDouble(below.group(1)));
        }
        if (words.equals(ANY)) {
            return new HealthyRange(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
        }
        return ONE.matcher(words).matches()
                ? new HealthyRange(Double.parseDouble(words), Double.parseDouble(words))
                : null;
    }

    /// Whether a value is in the range, which includes its ends.
    boolean contains(double value) {
        return value >= low && value <= high;
    }
}
