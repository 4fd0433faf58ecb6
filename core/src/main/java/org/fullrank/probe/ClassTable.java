package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.fullrank.engine.InputException;
import org.fullrank.stats.Holm;
import org.fullrank.stats.McNemar;
import org.fullrank.stats.PairedTest;
import org.jspecify.annotations.Nullable;

/// The accuracy of each class, and the classes that lost accuracy compared with another run. A higher mean
/// can hide a class that became worse (Balestriero, Bottou and LeCun 2022, "The effects of regularization and
/// data augmentation are class dependent"). The test is over items. So the test compares two trainings, not
/// two methods. To compare methods, see [ClassSeeds].
///
/// @param protocol what the numbers depend on
/// @param probe name of the classifier
/// @param rows the classes of the test split, in their order
/// @param mean the accuracy over all items
/// @param against the other run; null for none
public record ClassTable(
        ProtocolText protocol,
        String probe,
        List<Row> rows,
        Accuracy mean,
        @Nullable Against against) implements ProtocolResult {
    /// The version. It increases whenever the same settings would give other numbers.
    public static final int VERSION = 1;
    /// Number of classes whose mistakes are listed. It is enough to see which pairs are confused.
    public static final int WORST = 3;
    /// Number of mistakes that are listed for one class.
    public static final int MISTAKES = 3;

    public ClassTable {
        rows = List.copyOf(rows);
    }

    /// Predictions for the items of a split.
    ///
    /// @param names of the classes
    /// @param expected the class of each item
    /// @param predicted the answer for each item
    public record Answers(List<String> names, int[] expected, int[] predicted) {
        public Answers {
            names = List.copyOf(names);
        }

        private boolean right(int i) {
            return expected[i] == predicted[i];
        }

        /// The accuracy over all items.
        Accuracy accuracy() {
            return Accuracy.of(predicted, expected);
        }

        /// The accuracy over the items of one class.
        Accuracy accuracy(int c) {
            int[] items = IntStream.range(0, expected.length)
                    .filter(i -> expected[i] == c)
                    .toArray();
            return new Accuracy((int) Arrays.stream(items).filter(this::right).count(), items.length);
        }

        /// The classes that have items, in their order.
        int[] present() {
            return Arrays.stream(expected).sorted().distinct().toArray();
        }

        /// @param name of the run with the other predictions
        /// @throws InputException when the predictions are for other items
        void requireSameItems(Answers other, String name) {
            InputException.when(
                    !names.equals(other.names) || !Arrays.equals(expected, other.expected),
                    "classes: found other items or classes in %s, expected those of the run; evaluate both on the same data",
                    name);
        }

        /// For class `c`, the number of times that each answer was given.
        private int[] counts(int c) {
            int[] counts = new int[names.size()];
            for (int i = 0; i < expected.length; i++) {
                counts[predicted[i]] += expected[i] == c ? 1 : 0;
            }
            return counts;
        }

        /// The most frequent wrong answers for class `c`, most frequent first.
        private List<Mistake> mistakes(int c, @Nullable Answers other) {
            int[] counts = counts(c);
            int[] before = other == null ? null : other.counts(c);
            return IntStream.range(0, counts.length)
                    .filter(i -> i != c && counts[i] > 0)
                    .mapToObj(i -> new Mistake(names.get(i), counts[i], before == null ? null : before[i]))
                    .sorted(Comparator.comparingInt(Mistake::items).reversed())
                    .limit(MISTAKES)
                    .toList();
        }
    }

    /// A wrong answer.
    ///
    /// @param answer the predicted class
    /// @param items number of items with this answer
    /// @param before the same number for the other run; null if there is none
    public record Mistake(
            String answer, int items, @Nullable Integer before) {
        @Override
        public String toString() {
            return before == null
                    ? "%s %d".formatted(answer, items)
                    : "%s %d (before %d)".formatted(answer, items, before);
        }
    }

    /// One class.
    ///
    /// @param accuracy over its items
    /// @param mistakes the most frequent wrong answers
    /// @param change compared with the other run; null if there is none
    public record Row(
            String name,
            Accuracy accuracy,
            List<Mistake> mistakes,
            @Nullable Change change) {}

    /// The change of one class.
    ///
    /// @param before accuracy of the class in the other run
    /// @param lost number of items for which only the other run is right
    /// @param gained number of items for which only this run is right
    /// @param p exact, two-sided
    /// @param corrected p, corrected by Holm's method for the number of classes
    public record Change(Accuracy before, int lost, int gained, double p, double corrected) {
        /// Whether the loss is significant.
        public boolean isLoss() {
            return corrected <= PairedTest.LEVEL && lost > gained;
        }

        /// Whether the gain is significant.
        public boolean isGain() {
            return corrected <= PairedTest.LEVEL && gained > lost;
        }

        /// Net loss as a share of the class. It is negative for a gain.
        public double loss() {
            return (lost - gained) / (double) before.total();
        }
    }

    /// The other run.
    ///
    /// @param name name in the printed table
    /// @param mean accuracy over all items
    public record Against(String name, Accuracy mean) {}

    /// Counts by class.
    ///
    /// @throws InputException when there are no items
    public static ClassTable of(Answers answers, EvaluatedData source, Classifier probe) {
        var rows = new ArrayList<Row>();
        for (int c : answers.present()) {
            rows.add(new Row(answers.names.get(c), answers.accuracy(c), answers.mistakes(c, null), null));
        }
        return new ClassTable(describe(source, probe), probe.label(), rows, answers.accuracy(), null);
    }

    /// Counts by class, and compares each class with the predictions of another run for the same items.
    ///
    /// @param name of the other run
    /// @throws InputException when the items are not the same
    public static ClassTable of(Answers answers, String name, Answers other, EvaluatedData source, Classifier probe) {
        answers.requireSameItems(other, name);
        int[] classes = answers.present();
        int[] lost = new int[answers.names.size()];
        int[] gained = new int[answers.names.size()];
        for (int i = 0; i < answers.expected.length; i++) {
            lost[answers.expected[i]] += !answers.right(i) && other.right(i) ? 1 : 0;
            gained[answers.expected[i]] += answers.right(i) && !other.right(i) ? 1 : 0;
        }
        double[] p = Arrays.stream(classes)
                .mapToDouble(c -> McNemar.exact(lost[c], gained[c]))
                .toArray();
        double[] corrected = Holm.correct(p);
        var rows = new ArrayList<Row>();
        for (int i = 0; i < classes.length; i++) {
            int c = classes[i];
            var change = new Change(other.accuracy(c), lost[c], gained[c], p[i], corrected[i]);
            rows.add(new Row(answers.names.get(c), answers.accuracy(c), answers.mistakes(c, other), change));
        }
        return new ClassTable(
                describe(source, probe), probe.label(), rows, answers.accuracy(), new Against(name, other.accuracy()));
    }

    /// The full text for features of `source`.
    public static ProtocolText describe(EvaluatedData source, Classifier probe) {
        var settings = new LinkedHashMap<String, String>();
        settings.put(probe.label(), probe.describe());
        settings.put("intervals", "95 %, Wilson, of each class by itself");
        settings.put(
                "between runs",
                "per class McNemar on the same items, exact, two-sided, Holm-corrected over the classes of the asked split,"
                        + " at most " + PairedTest.LEVEL);
        return ProtocolText.fitting("fullrank-classes", VERSION, source, settings);
    }

    /// The classes that lost significantly, with the largest loss first; none without another run.
    public List<String> losers() {
        return lost().stream().map(Row::name).toList();
    }

    private List<Row> lost() {
        return rows.stream()
                .filter(r -> r.change != null && r.change.isLoss())
                .sorted(Comparator.comparingDouble(
                        r -> -Objects.requireNonNull(r.change).loss()))
                .toList();
    }

    /// The classes that lost most. If none lost, the least accurate classes.
    private List<Row> worst() {
        List<Row> lost = lost();
        return (lost.isEmpty()
                        ? rows.stream().sorted(Comparator.comparingDouble(r -> r.accuracy.share()))
                        : lost.stream())
                .limit(WORST)
                .toList();
    }

    @Override
    public String table() {
        int wide = rows.stream().mapToInt(r -> r.name.length()).max().orElse(0);
        String cell = "%-" + Math.max(wide, "all items".length()) + "s";
        var text =
                new StringBuilder(cell.formatted("class") + String.format(Locale.ROOT, " %6s  %-22s", "items", probe));
        text.append(
                against == null
                        ? "\n"
                        : "  %-22s %5s %6s %9s %9s%n".formatted("before", "lost", "gained", "p", "Holm"));
        for (Row r : rows) {
            text.append(cell.formatted(r.name))
                    .append(String.format(Locale.ROOT, " %6d  %-22s", r.accuracy.total(), r.accuracy));
            text.append(r.change == null ? "" : line(r.change)).append('\n');
        }
        text.append(cell.formatted("all items"))
                .append(String.format(Locale.ROOT, " %6d  %-22s", mean.total(), mean))
                .append(against == null ? "\n" : "  %s%n".formatted(against.mean));
        for (Row r : worst()) {
            if (!r.mistakes.isEmpty()) {
                text.append("%s is taken for: %s%n".formatted(r.name, join(r.mistakes)));
            }
        }
        return text.append(against == null ? "" : verdict(against)).toString();
    }

    private static String line(Change c) {
        return String.format(Locale.ROOT, "  %-22s %5d %6d %9.2g %9.2g", c.before, c.lost, c.gained, c.p, c.corrected)
                + (c.isLoss() ? "  lost" : c.isGain() ? "  gained" : "");
    }

    private static String join(List<Mistake> mistakes) {
        return String.join(", ", mistakes.stream().map(Mistake::toString).toList());
    }

    private String verdict(Against other) {
        String direction =
                mean.share() > other.mean.share() ? "rose" : mean.share() < other.mean.share() ? "fell" : "stayed";
        return String.format(
                Locale.ROOT,
                "against %s the mean %s from %.1f to %.1f %%; classes that lost significantly: %s%n"
                        + "one training on each side: the test holds for these two, not for other seeds; --with and"
                        + " --against take more runs%n",
                other.name,
                direction,
                100 * other.mean.share(),
                100 * mean.share(),
                lost().isEmpty()
                        ? "none"
                        : String.join(
                                ", ", lost().stream().map(ClassTable::points).toList()));
    }

    private static String points(Row row) {
        return String.format(
                Locale.ROOT,
                "%s (-%.1f)",
                row.name,
                100 * Objects.requireNonNull(row.change).loss());
    }

    @Override
    public SequencedMap<String, Object> values() {
        var map = new LinkedHashMap<String, Object>();
        map.put("probe", probe);
        map.put("mean", ProbeTable.toMap(mean));
        if (against != null) {
            map.put("against", against.name);
            map.put("meanBefore", ProbeTable.toMap(against.mean));
            map.put("meanRose", mean.share() > against.mean.share());
            map.put("lost", losers());
        }
        map.put("classes", rows.stream().map(ClassTable::toMap).toList());
        return map;
    }

    private static SequencedMap<String, Object> toMap(Row row) {
        var map = new LinkedHashMap<String, Object>();
        map.put("class", row.name);
        map.putAll(ProbeTable.toMap(row.accuracy));
        var mistakes = new LinkedHashMap<String, Integer>();
        row.mistakes.forEach(m -> mistakes.put(m.answer, m.items));
        map.put("mistakes", mistakes);
        if (row.change != null) {
            map.put("accuracyBefore", row.change.before.share());
            map.put("lostItems", row.change.lost);
            map.put("gainedItems", row.change.gained);
            map.put("p", row.change.p);
            map.put("holm", row.change.corrected);
            map.put("significant", row.change.isLoss() ? "lost" : row.change.isGain() ? "gained" : "no");
        }
        return map;
    }
}
