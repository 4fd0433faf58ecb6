package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.fullrank.stats.Interval;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;
import org.jspecify.annotations.Nullable;

/// Two diagnoses of the same items side by side.
public record DiagnosisComparison(Diagnosis first, Diagnosis second, Likeness likeness) {
    /// A measure of both.
    ///
    /// @param difference second minus first
    /// @param interval 95 % interval of the difference, computed as if the two were independent. For the same
    ///     items, it is wider than necessary. It is [Interval#NONE] if one of the two has no interval
    /// @param better 1 or 2 if only this one is in its healthy range, otherwise 0
    private record Difference(Reading first, Reading second, double difference, Interval interval, int better) {
        static Difference of(Reading a, Reading b) {
            Interval i = a.interval();
            Interval j = b.interval();
            double difference = b.value() - a.value();
            return new Difference(
                    a,
                    b,
                    difference,
                    new Interval(
                            difference - Math.hypot(b.value() - j.lower(), i.upper() - a.value()),
                            difference + Math.hypot(j.upper() - b.value(), a.value() - i.lower())),
                    a.isOutOfRange() == b.isOutOfRange() ? 0 : a.isOutOfRange() ? 2 : 1);
        }

        /// Which of the two is in the healthy range; empty if both are.
        String inRange() {
            return switch (better) {
                case 1 -> "first only";
                case 2 -> "second only";
                default -> first.isOutOfRange() ? "neither" : "";
            };
        }

        SequencedMap<String, Object> toMap() {
            var map = new LinkedHashMap<String, Object>();
            map.put("name", first.name());
            map.put("first", first.value());
            map.put("second", second.value());
            map.put("difference", difference);
            map.put("lower", interval.lower());
            map.put("upper", interval.upper());
            map.put("healthy", first.healthy());
            map.put("better", better);
            map.put("inRange", inRange());
            return map;
        }
    }

    private List<Difference> differences() {
        var found = new ArrayList<Difference>();
        for (Measure measure : DiagnosisText.MAIN) {
            add(found, first.reading(measure), second.reading(measure));
        }
        for (Section section : first.sections()) {
            for (Reading reading : section.readings()) {
                Reading other = second.reading(reading.measure());
                boolean changed = other != null && other.isOutOfRange() != reading.isOutOfRange();
                if (changed && !DiagnosisText.MAIN.contains(reading.measure())) {
                    add(found, reading, other);
                }
            }
        }
        return found;
    }

    private static void add(List<Difference> list, @Nullable Reading a, @Nullable Reading b) {
        if (a != null && b != null) {
            list.add(Difference.of(a, b));
        }
    }

    /// The comparison for a terminal: several lines, each with a line end.
    public String text() {
        var table = new Table();
        table.row("second minus first", "first", "second", "difference", "95 % interval", "healthy", "in range");
        for (Difference d : differences()) {
            boolean known = !Double.isNaN(d.interval.lower());
            table.row(
                    "  " + d.first.name(),
                    Numbers.number(d.first.value()),
                    Numbers.number(d.second.value()),
                    Numbers.number(d.difference),
                    known ? Numbers.number(d.interval.lower()) + " to " + Numbers.number(d.interval.upper()) : "",
                    d.first.healthy(),
                    d.inRange());
        }
        return "first:  %s: %s\nsecond: %s: %s\n\n%s\nlinear CKA %s on %d rows (1: equal up to rotation and scale)\n"
                        .formatted(
                                first.subject(),
                                first.verdict().kind().title(),
                                second.subject(),
                                second.verdict().kind().title(),
                                table,
                                Numbers.number(likeness.cka(), 3),
                                likeness.rows())
                + "angles between the %d strongest directions of each: median %.0f, largest %.0f degrees (0: shared)\n"
                        .formatted(
                                likeness.angles().length,
                                likeness.medianAngle(),
                                likeness.angles()[likeness.angles().length - 1])
                + conclusion()
                + "\n";
    }

    /// Says which one is better, by the verdicts alone.
    private String conclusion() {
        if (first.isCollapse() == second.isCollapse()) {
            return first.isCollapse() ? "Both have collapsed." : "Neither has collapsed.";
        }
        return first.isCollapse()
                ? "The second is better: only the first has collapsed."
                : "The first is better: only the second has collapsed.";
    }

    /// For JSON.
    public SequencedMap<String, Object> toMap() {
        var map = new LinkedHashMap<String, Object>();
        map.put("measures", differences().stream().map(Difference::toMap).toList());
        map.putAll(likeness.toMap());
        map.put("conclusion", conclusion());
        return map;
    }
}
