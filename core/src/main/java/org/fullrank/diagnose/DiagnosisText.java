package org.fullrank.diagnose;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.fullrank.stats.Interval;
import org.fullrank.text.Numbers;

/// A diagnosis as text for a terminal. The verdicts come first, then the measurements in columns.
public final class DiagnosisText {
    private static final int PERCENT = 100;
    private static final int COLUMNS = 5;

    /// Characters of a line.
    private static final int WIDTH = 120;

    /// Smallest width of the last column.
    private static final int LEAST_LAST = 44;

    private DiagnosisText() {}

    /// The figures that say most about an embedding, in the order in which they are shown.
    static final List<Measure> MAIN = List.of(
            Measure.EFFECTIVE_RANK,
            Measure.EFFECTIVE_RANK_MARGIN,
            Measure.KNEE,
            Measure.RANKME_CENTERED_SHARE,
            Measure.STD,
            Measure.OFFSET,
            Measure.SQUARED_CORRELATION_EXCESS);

    /// Largest number of other figures out of their range. More of them would not fit on a screen.
    private static final int MOST_OUT = 5;

    /// A diagnosis that fits on a screen: the verdicts, seven figures, and some others out of their healthy
    /// range, which are marked.
    public static String brief(Diagnosis diagnosis) {
        var shown = new ArrayList<Reading>();
        MAIN.stream().map(diagnosis::reading).filter(Objects::nonNull).forEach(shown::add);
        List<Reading> out = diagnosis.sections().stream()
                .flatMap(section -> section.readings().stream())
                .filter(reading -> reading.isOutOfRange() && !MAIN.contains(reading.measure()))
                .toList();
        shown.addAll(out.subList(0, Math.min(MOST_OUT, out.size())));
        var lines = new ArrayList<List<String>>();
        lines.add(List.of("figures", "value", "95 % interval", "healthy", "meaning"));
        for (Reading reading : shown) {
            List<String> cells = new ArrayList<>(cells(reading));
            cells.set(0, (reading.isOutOfRange() ? "! " : "  ") + reading.name());
            cells.set(COLUMNS - 1, reading.measure().meaning());
            lines.add(cells);
        }
        int more = out.size() - MOST_OUT;
        return heading(diagnosis)
                + "\n"
                + aligned(lines)
                + (out.isEmpty() && shown.stream().noneMatch(Reading::isOutOfRange)
                        ? ""
                        : "! outside of the healthy range" + (more > 0 ? ", as %d more figures".formatted(more) : "")
                                + "\n")
                + ofNetwork(diagnosis);
    }

    /// The whole diagnosis: several lines, each with a line end.
    public static String of(Diagnosis diagnosis) {
        var text = new StringBuilder(heading(diagnosis));
        for (Section section : diagnosis.sections()) {
            var lines = new ArrayList<List<String>>();
            lines.add(List.of(section.name(), "value", "95 % interval", "healthy", "meaning"));
            section.readings().forEach(reading -> lines.add(cells(reading)));
            text.append('\n').append(aligned(lines));
        }
        return text.append(ofNetwork(diagnosis)).toString();
    }

    /// The sections that were asked for about the network behind the rows.
    private static String ofNetwork(Diagnosis diagnosis) {
        return (diagnosis.optimum() == null ? "" : "\n" + diagnosis.optimum().text())
                + (diagnosis.noise() == null ? "" : "\n" + diagnosis.noise().text());
    }

    /// The subject, the warnings, the notes and the verdicts.
    private static String heading(Diagnosis diagnosis) {
        var text = new StringBuilder();
        text.append("%s: %d %s of %d %s\n"
                .formatted(
                        diagnosis.subject(),
                        diagnosis.rows(),
                        diagnosis.rows() == 1 ? "row" : "rows",
                        diagnosis.width(),
                        diagnosis.width() == 1 ? "dimension" : "dimensions"));
        diagnosis
                .warnings()
                .forEach(warning -> text.append("warning: ").append(warning).append('\n'));
        diagnosis.notes().forEach(note -> text.append("note: ").append(note).append('\n'));
        diagnosis.verdicts().forEach(verdict -> text.append('\n').append(of(verdict, "")));
        return text.toString();
    }

    /// The verdicts of several places for the end of a training: a healthy place takes one line.
    public static String verdicts(List<Diagnosis> diagnoses) {
        var text = new StringBuilder();
        for (Diagnosis diagnosis : diagnoses) {
            for (Verdict verdict : diagnosis.verdicts()) {
                String whole = of(verdict, diagnosis.subject() + ": ");
                text.append(
                        verdict.kind() == Verdict.Kind.HEALTHY ? whole.substring(0, whole.indexOf('\n') + 1) : whole);
            }
        }
        return text.toString();
    }

    private static String of(Verdict verdict, String before) {
        return "%s%s, confidence %d %%\n"
                        .formatted(
                                before,
                                verdict.kind().title().toUpperCase(Locale.ROOT),
                                Math.round(PERCENT * verdict.confidence()))
                + paragraph("  because  ", verdict.evidence())
                + paragraph("  next     ", verdict.next());
    }

    /// Words in lines of at most 120 characters, below one another.
    static String paragraph(String start, String words) {
        String between = "\n" + " ".repeat(start.length());
        return start + String.join(between, broken(words, WIDTH - start.length())) + "\n";
    }

    private static List<String> cells(Reading reading) {
        Interval interval = reading.interval();
        boolean known = !Double.isNaN(interval.lower()) && !Double.isNaN(interval.upper());
        return List.of(
                "  " + reading.name(),
                Numbers.number(reading.value()),
                known ? Numbers.number(interval.lower()) + " to " + Numbers.number(interval.upper()) : "",
                reading.healthy(),
                reading.meaning());
    }

    /// Columns of a section, two spaces apart. The last column is broken if a line would be wider than a
    /// terminal. No line ends in a space.
    private static String aligned(List<List<String>> lines) {
        int[] widths = new int[COLUMNS - 1];
        for (List<String> line : lines) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], line.get(i).length());
            }
        }
        int left = Arrays.stream(widths).map(width -> width + 2).sum();
        var text = new StringBuilder();
        for (List<String> line : lines) {
            var out = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                out.append(line.get(i)).repeat(' ', widths[i] - line.get(i).length() + 2);
            }
            for (String piece : broken(line.getLast(), Math.max(LEAST_LAST, WIDTH - left))) {
                out.repeat(' ', left - out.length()).append(piece);
                text.append(out.toString().stripTrailing()).append('\n');
                out.setLength(0);
            }
        }
        return text.toString();
    }

    /// Breaks a text into lines of at most `width` characters; at least one line.
    private static List<String> broken(String words, int width) {
        var lines = new ArrayList<String>();
        var line = new StringBuilder();
        for (String word : words.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
