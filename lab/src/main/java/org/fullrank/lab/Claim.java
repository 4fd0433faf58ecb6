package org.fullrank.lab;

import org.jspecify.annotations.Nullable;

/// A statement that a figure can refute.
///
/// @param text the statement, one sentence
/// @param measured the figure that decides it; null when it could not be measured
/// @param expected the figures that agree with the statement
/// @param reason why this value and this tolerance, one line
public record Claim(String text, @Nullable Double measured, Expected expected, String reason) {
    public static Claim of(String text, double measured, Expected expected, String reason) {
        return new Claim(text, measured, expected, reason);
    }

    /// A claim whose figure could not be measured.
    public static Claim undecidable(String text, Expected expected, String reason) {
        return new Claim(text, null, expected, reason);
    }

    public ClaimVerdict verdict() {
        return measured == null
                ? ClaimVerdict.UNDECIDABLE
                : expected.admits(measured) ? ClaimVerdict.HOLDS : ClaimVerdict.FAILS;
    }

    /// The measured figure in words.
    public String figure() {
        return measured == null ? "-" : Numbers.text(measured);
    }
}
