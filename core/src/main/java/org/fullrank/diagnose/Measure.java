package org.fullrank.diagnose;

import java.util.LinkedHashMap;
import java.util.SequencedMap;

/// One figure of an embedding, in words that a reader needs to judge it.
///
/// @param name key, lower-case words joined by hyphens, as `rank-me`
/// @param value NaN where it is not defined
/// @param lower lower end of its 95 % interval; NaN where none is computed
/// @param upper upper end of it
/// @param healthy the healthy range in words, as `0.5 to 1`; empty where there is none
/// @param meaning what it says, one line
public record Measure(String name, double value, double lower, double upper, String healthy, String meaning) {
    /// A figure without an interval.
    public static Measure of(String name, double value, String healthy, String meaning) {
        return new Measure(name, value, Double.NaN, Double.NaN, healthy, meaning);
    }

    /// For JSON; what is not defined is NaN.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", name);
        map.put("value", value);
        map.put("lower", lower);
        map.put("upper", upper);
        map.put("healthy", healthy);
        map.put("meaning", meaning);
        return map;
    }
}
