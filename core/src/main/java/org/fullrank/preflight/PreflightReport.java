package org.fullrank.preflight;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.fullrank.preflight.PreflightCheck.Finding;
import org.fullrank.text.Numbers;

/// The results of a [Preflight].
///
/// @param recipe its name
/// @param data their name
/// @param seconds that the preflight took
/// @param forecastSeconds of the whole training with its checks. The evaluation after the training is not
///     included
/// @param checks in the order they were made
/// @param notes lines about the preflight itself, such as why it used fewer threads than there are processors
public record PreflightReport(
        String recipe,
        String data,
        double seconds,
        double forecastSeconds,
        List<PreflightCheck> checks,
        List<String> notes) {
    public PreflightReport {
        checks = List.copyOf(checks);
        notes = List.copyOf(notes);
    }

    /// The most serious finding.
    public Finding finding() {
        return checks.stream().map(PreflightCheck::finding).reduce(Finding.FINE, Finding::or);
    }

    /// The check of that name.
    public PreflightCheck check(String name) {
        return checks.stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no check " + name));
    }

    /// The checks with a finding.
    public List<PreflightCheck> findings() {
        return checks.stream()
                .filter(c -> c.finding().compareTo(Finding.INCOMPLETE) > 0)
                .toList();
    }

    /// The checks that were not made.
    public List<PreflightCheck> incomplete() {
        return checks.stream().filter(c -> c.finding() == Finding.INCOMPLETE).toList();
    }

    /// Significant digits of a figure. A check of a few seconds gives no more exact estimates.
    private static final int DIGITS = 3;

    private static final String INDENT = " ".repeat(11);

    /// One line: what was found and how long the training will take.
    public String outlook() {
        int made = checks.size() - incomplete().size();
        String found = findings().isEmpty()
                ? "nothing to change in %d checks".formatted(made)
                : "%d of %d checks found something".formatted(findings().size(), made);
        if (!incomplete().isEmpty()) {
            found += ", not checked: "
                    + incomplete().stream().map(PreflightCheck::name).collect(Collectors.joining(", "));
        }
        String time = Double.isNaN(forecastSeconds)
                ? ""
                : ", training and evaluation take about " + Numbers.duration(forecastSeconds);
        return "preflight of %.0f s: %s%s".formatted(seconds, found, time);
    }

    /// For people.
    public String text() {
        var text = new StringBuilder();
        text.append(
                "preflight of %s on %s: %s\n".formatted(recipe, data, finding().label()));
        for (PreflightCheck check : checks) {
            text.append("\n%-11s%s\n".formatted(check.finding().label(), check.name()));
            text.append(INDENT).append(check.why()).append('\n');
            if (!check.figures().isEmpty()) {
                text.append(INDENT).append(figures(check)).append('\n');
            }
            check.changes()
                    .forEach(c -> text.append(INDENT + "would change: --set ")
                            .append(c.contains(" ") ? '"' + c + '"' : c)
                            .append('\n'));
        }
        text.append("\n%.0f s in all; nothing was written\n".formatted(seconds));
        notes.forEach(note -> text.append(note).append('\n'));
        return text.toString();
    }

    private static String figures(PreflightCheck check) {
        var line = new StringJoiner(", ");
        check.figures().forEach((name, value) -> line.add(name + " " + number(value)));
        return line.toString();
    }

    /// A figure of a check.
    static String number(double value) {
        return Numbers.number(value, DIGITS);
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("recipe", recipe);
        map.put("data", data);
        map.put("finding", finding().label());
        map.put("seconds", seconds);
        map.put("forecastSeconds", forecastSeconds);
        map.put("notes", notes);
        map.put("checks", checks.stream().map(PreflightCheck::toMap).toList());
        return map;
    }
}
