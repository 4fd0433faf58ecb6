package org.fullrank.diagnose;

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
}
