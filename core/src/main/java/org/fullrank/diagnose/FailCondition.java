package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.fullrank.settings.Nearest;
import org.jspecify.annotations.Nullable;

/// A condition under which embeddings fail a check: a verdict that is a collapse, or a figure below or above a
/// bound.
///
/// @param text as the user wrote it, such as `collapse` or `rankme.share<0.2`
/// @param measure the figure; null for a collapse
/// @param below whether values below the bound fail; else those above it
/// @param bound the bound
public record FailCondition(String text, @Nullable Measure measure, boolean below, double bound) {
    /// Fails if any verdict is a collapse.
    public static final FailCondition COLLAPSE = new FailCondition("collapse", null, false, Double.NaN);

    private static final Pattern BOUND = Pattern.compile("\\s*([a-z0-9.@-]+)\\s*([<>])\\s*(\\S+)\\s*");

    /// Reads `collapse`, `FIGURE<VALUE` or `FIGURE>VALUE`.
    ///
    /// @throws InputException when the text is something else, or if there is no such figure
    public static FailCondition parse(String text) {
        if (text.strip().toLowerCase(Locale.ROOT).equals(COLLAPSE.text)) {
            return COLLAPSE;
        }
        Matcher matcher = BOUND.matcher(text);
        InputException.when(
                !matcher.matches(),
                "--fail-on: found %s, expected collapse, FIGURE<VALUE or FIGURE>VALUE; correct it",
                text);
        return new FailCondition(
                text.strip(),
                measure(text, matcher.group(1)),
                matcher.group(2).equals("<"),
                value(text, matcher.group(3)));
    }

    private static Measure measure(String text, String key) {
        for (Measure measure : Measure.values()) {
            if (measure.key().equals(key)) {
                return measure;
            }
        }
        String near = Nearest.hint(
                key, Arrays.stream(Measure.values()).map(Measure::key).toList());
        throw new InputException("--fail-on %s: found no figure %s, expected one of diagnose --full%s"
                .formatted(text, key, near.isEmpty() ? "; correct it" : near));
    }

    private static double value(String text, String number) {
        try {
            double value = Double.parseDouble(number);
            if (Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // refused below
        }
        throw new InputException(
                "--fail-on %s: found the value %s, expected a finite number; correct it".formatted(text, number));
    }

    /// Why a diagnosis fails, one line; empty if it passes. An undefined figure fails.
    ///
    /// @throws InputException when the figure was not measured, for example because it needs labels
    public Optional<String> failure(Diagnosis diagnosis) {
        if (measure == null) {
            return diagnosis.isCollapse()
                    ? Optional.of(diagnosis.verdicts().stream()
                            .map(verdict -> verdict.kind().title() + ": " + verdict.evidence())
                            .collect(Collectors.joining("; ")))
                    : Optional.empty();
        }
        Reading reading = diagnosis.reading(measure);
        if (reading == null) {
            throw new InputException(
                    "--fail-on %s: found no %s among the figures of %s, expected one; some need --labels or --second"
                            .formatted(text, measure.key(), diagnosis.subject()));
        }
        double value = reading.value();
        boolean passes = below ? value >= bound : value <= bound; // false for NaN
        return passes ? Optional.empty() : Optional.of(String.format(Locale.ROOT, "%s is %.6g", measure.key(), value));
    }
}
