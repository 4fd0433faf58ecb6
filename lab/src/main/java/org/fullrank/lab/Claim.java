package org.fullrank.lab;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.fullrank.text.Numbers;
import org.jspecify.annotations.Nullable;

/// A statement that a measured value can confirm or refute.
///
/// @param text the statement in one sentence
/// @param measured the value; null if it could not be measured
/// @param expected the values that agree with the statement
/// @param reason why this value and this tolerance were chosen, in one line
/// @param decided whether the measured value decides; false if too little was measured for that
public record Claim(String text, @Nullable Double measured, Expected expected, String reason, boolean decided) {
    public static Claim of(String text, double measured, Expected expected, String reason) {
        return new Claim(text, measured, expected, reason, true);
    }

    /// A claim whose value could not be measured.
    public static Claim undecidable(String text, Expected expected, String reason) {
        return new Claim(text, null, expected, reason, false);
    }

    /// The same value, which does not decide the claim.
    ///
    /// @param why in one line
    Claim undecided(String why) {
        return decided ? new Claim(text, measured, expected, reason + "; " + why, false) : this;
    }

    public ClaimVerdict verdict() {
        return measured == null || !decided
                ? ClaimVerdict.UNDECIDABLE
                : expected.admits(measured) ? ClaimVerdict.HOLDS : ClaimVerdict.FAILS;
    }

    /// The measured value in words.
    public String figure() {
        return measured == null ? "-" : Numbers.compact(measured);
    }

    /// For JSON.
    SequencedMap<String, @Nullable Object> toMap() {
        var map = new LinkedHashMap<String, @Nullable Object>();
        map.put("claim", text);
        map.put("verdict", verdict().label());
        map.put("measured", measured);
        map.put("expected", expected.text());
        map.put("reason", reason);
        return map;
    }
}
