package org.fullrank.preflight;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;

/// The result of one check of the [Preflight].
///
/// @param name such as `gradient-share`
/// @param finding how serious it is
/// @param figures what was measured, by name; NaN if a figure could not be measured
/// @param why what the figures mean, one line
/// @param changes suggested settings, each as `key=value` for `--set`; empty if nothing needs to change or if
///     the reader must choose
public record PreflightCheck(
        String name, Finding finding, SequencedMap<String, Double> figures, String why, List<String> changes) {
    /// Severity of a finding.
    public enum Finding {
        /// Nothing to do.
        FINE,
        /// The check was not made, or its figures say too little.
        INCOMPLETE,
        /// Training may work; check the setting.
        CONSIDER,
        /// Training is not expected to work.
        WRONG;

        /// In lower case.
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }

        /// The more serious of the two.
        Finding or(Finding other) {
            return compareTo(other) >= 0 ? this : other;
        }
    }

    public PreflightCheck {
        figures = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(figures));
        changes = List.copyOf(changes);
    }

    /// A check without suggested changes.
    static PreflightCheck of(String name, Finding finding, SequencedMap<String, Double> figures, String why) {
        return new PreflightCheck(name, finding, figures, why, List.of());
    }

    /// A check that was not made.
    ///
    /// @param reason why not
    static PreflightCheck leftOut(String name, String reason) {
        return of(name, Finding.INCOMPLETE, new LinkedHashMap<>(), "not checked: " + reason);
    }

    /// One line: finding, reason, and suggested settings.
    public String line() {
        StringBuilder line = new StringBuilder(name + ": " + why);
        changes.forEach(change -> line.append(" [--set ").append(change).append(']'));
        return line.toString();
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("name", name);
        map.put("finding", finding.label());
        map.put("figures", figures);
        map.put("why", why);
        map.put("set", changes);
        return map;
    }
}
