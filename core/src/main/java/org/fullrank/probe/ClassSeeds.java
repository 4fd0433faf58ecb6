package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;
import org.fullrank.stats.Holm;
import org.fullrank.stats.MeanAndSpread;
import org.fullrank.stats.PairedTest;
import org.fullrank.text.Numbers;

/// The accuracy of each class over trainings with several seeds, compared with another method that was
/// trained with the same seeds. The comparison shows which classes lose accuracy for every seed.
///
/// @param protocol what the numbers depend on
/// @param probe name of the classifier
/// @param seeds of the trainings, the same on both sides
/// @param against names of the other runs
/// @param mean accuracy over all items
/// @param rows the classes of the test split, in their order
public record ClassSeeds(
        ProtocolText protocol, String probe, List<Long> seeds, List<String> against, Row mean, List<Row> rows)
        implements ProtocolResult {
    /// The version. It increases whenever the same settings would give other numbers.
    public static final int VERSION = 1;

    public ClassSeeds {
        seeds = List.copyOf(seeds);
        against = List.copyOf(against);
        rows = List.copyOf(rows);
    }

    /// One class, or all items.
    ///
    /// @param items number of items in the test split
    /// @param accuracy accuracy over the seeds
    /// @param before accuracies of the other runs
    /// @param test paired test of the differences, seed by seed
    /// @param corrected p of the test, corrected by Holm's method for the number of classes; for all items, p
    ///     is not corrected
    public record Row(
            String name, int items, MeanAndSpread accuracy, MeanAndSpread before, PairedTest test, double corrected) {
        /// Whether the class lost significantly.
        public boolean isLoss() {
            return corrected <= PairedTest.LEVEL && test.difference() < 0;
        }

        /// Whether the class gained significantly.
        public boolean isGain() {
            return corrected <= PairedTest.LEVEL && test.difference() > 0;
        }

        private Row withCorrected(double p) {
            return new Row(name, items, accuracy, before, test, p);
        }
    }

    /// Checks that every training has a partner with the same seed.
    ///
    /// @throws InputException when a seed occurs twice on one side, when the seeds differ, or when there is
    ///     only one
    static void requirePairs(List<Long> ours, List<Long> theirs) {
        var first = new HashSet<>(ours);
        var second = new HashSet<>(theirs);
        if (first.size() < ours.size() || second.size() < theirs.size() || !first.equals(second) || first.size() < 2) {
            throw new InputException(
                    "classes: found runs of seeds %s compared with runs of seeds %s, expected the same two or more seeds"
                                    .formatted(ours, theirs)
                            + " on both sides, each once; train the missing ones with --set seed=N");
        }
    }

    /// Tests each class over the seeds.
    ///
    /// @param ours predictions by seed
    /// @param against names of the other runs
    /// @param theirs predictions of the other runs by seed
    /// @throws InputException when a seed has no partner, or when the items are not the same
    public static ClassSeeds of(
            SequencedMap<Long, ClassTable.Answers> ours,
            List<String> against,
            SequencedMap<Long, ClassTable.Answers> theirs,
            EvaluatedData source,
            Classifier probe) {
        List<Long> seeds = List.copyOf(ours.keySet());
        requirePairs(seeds, List.copyOf(theirs.keySet()));
        List<ClassTable.Answers> first = seeds.stream().map(ours::get).toList();
        List<ClassTable.Answers> second = seeds.stream().map(theirs::get).toList();
        ClassTable.Answers one = first.getFirst();
        first.forEach(a -> one.requireSameItems(a, "a run of another seed"));
        second.forEach(a -> one.requireSameItems(a, String.join(", ", against)));
        var rows = new ArrayList<Row>();
        for (int c : one.present()) {
            rows.add(row(
                    one.names().get(c),
                    first.stream().map(a -> a.accuracy(c)).toList(),
                    second.stream().map(a -> a.accuracy(c)).toList()));
        }
        double[] corrected =
                Holm.correct(rows.stream().mapToDouble(r -> r.test.p()).toArray());
        for (int i = 0; i < corrected.length; i++) {
            rows.set(i, rows.get(i).withCorrected(corrected[i]));
        }
        Row mean = row(
                "all items",
                first.stream().map(ClassTable.Answers::accuracy).toList(),
                second.stream().map(ClassTable.Answers::accuracy).toList());
        return new ClassSeeds(describe(source, probe), probe.label(), seeds, against, mean, rows);
    }

    private static Row row(String name, List<Accuracy> ours, List<Accuracy> theirs) {
        double[] a = ours.stream().mapToDouble(Accuracy::share).toArray();
        double[] b = theirs.stream().mapToDouble(Accuracy::share).toArray();
        int items = ours.getFirst().total();
        PairedTest test = PairedTest.of(a, b, 1.0 / items);
        return new Row(name, items, MeanAndSpread.of(a), MeanAndSpread.of(b), test, test.p());
    }

    private static ProtocolText describe(EvaluatedData source, Classifier probe) {
        var settings = new LinkedHashMap<String, String>();
        settings.put(probe.label(), probe.describe());
        settings.put("spread", "sample standard deviation over seeds");
        settings.put(
                "between methods",
                "per class Student's paired t-test over seeds, two-sided, deviation at least 1 / (items sqrt 6),"
                        + " Holm-corrected over the classes of the asked split, at most " + PairedTest.LEVEL);
        return ProtocolText.fitting("fullrank-classes-over-seeds", VERSION, source, settings);
    }

    /// The classes that lost significantly, with the largest loss first.
    public List<String> losers() {
        return rows.stream()
                .filter(Row::isLoss)
                .sorted(Comparator.comparingDouble(r -> r.test.difference()))
                .map(Row::name)
                .toList();
    }

    @Override
    public String table() {
        int wide = rows.stream().mapToInt(r -> r.name.length()).max().orElse(0);
        String cell = "%-" + Math.max(wide, mean.name.length()) + "s";
        var text = new StringBuilder(cell.formatted("class")
                + " %6s  %-16s  %-16s  %10s %9s %9s%n".formatted("items", probe, "before", "difference", "p", "Holm"));
        for (Row r : rows) {
            text.append(cell.formatted(r.name)).append(line(r));
        }
        text.append(cell.formatted(mean.name)).append(line(mean));
        String lost = losers().isEmpty() ? "none" : String.join(", ", losers());
        return text.append("mean and standard deviation over %s (%s); against %s; classes that lost significantly: %s%n"
                        .formatted(
                                Numbers.count(seeds.size(), "seed"),
                                seeds.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                                String.join(", ", against),
                                lost))
                .toString();
    }

    private String line(Row r) {
        String verdict = r == mean ? "" : r.isLoss() ? "  lost" : r.isGain() ? "  gained" : "";
        return String.format(
                Locale.ROOT,
                " %6d  %-16s  %-16s  %+10.1f %9.2g %9s%s%n",
                r.items,
                Accuracy.text(r.accuracy),
                Accuracy.text(r.before),
                100 * r.test.difference(),
                r.test.p(),
                r == mean ? "" : String.format(Locale.ROOT, "%.2g", r.corrected),
                verdict);
    }

    @Override
    public SequencedMap<String, Object> values() {
        var map = new LinkedHashMap<String, Object>();
        map.put("probe", probe);
        map.put("seeds", seeds);
        map.put("against", against);
        map.put("mean", toMap(mean));
        map.put("lost", losers());
        map.put("classes", rows.stream().map(ClassSeeds::toMap).toList());
        return map;
    }

    private static SequencedMap<String, Object> toMap(Row row) {
        var map = new LinkedHashMap<String, Object>();
        map.put("class", row.name);
        map.put("items", row.items);
        map.put("accuracy", row.accuracy.mean());
        map.put("std", row.accuracy.std());
        map.put("accuracyBefore", row.before.mean());
        map.put("stdBefore", row.before.std());
        map.put("difference", row.test.difference());
        map.put("p", row.test.p());
        map.put("holm", row.corrected);
        map.put("significant", row.isLoss() ? "lost" : row.isGain() ? "gained" : "no");
        return map;
    }
}
