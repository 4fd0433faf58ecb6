package org.fullrank.data;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.fullrank.engine.InputException;

/// Compares the classes of the splits of a data set.
final class ClassCheck {
    private static final int NAMES_SHOWN = 5;

    private ClassCheck() {}

    /// One line for each split whose classes are not all in the training split, and for each split with items
    /// without a label.
    static List<String> warnings(PackIndex index) {
        List<String> lines = new ArrayList<>();
        index.splits().forEach((split, items) -> {
            int unlabeled = labels(index, split).map(Labels::unlabeled).orElse(0);
            if (unlabeled > 0) {
                lines.add(String.format(
                        Locale.ROOT,
                        "%s split: %,d of %,d items have no label; evaluations leave them out",
                        split.label(),
                        unlabeled,
                        items.size()));
            }
        });
        Set<String> train = names(labels(index, Split.TRAIN));
        for (Split split : index.splits().keySet()) {
            Set<String> other = names(labels(index, split));
            if (split != Split.TRAIN && !train.isEmpty() && !other.isEmpty()) {
                add(lines, split, minus(other, train), "the training split lacks", train);
                add(lines, split, minus(train, other), "it lacks", Set.of());
            }
        }
        return lines;
    }

    private static void add(List<String> lines, Split split, Set<String> names, String lack, Set<String> others) {
        if (names.isEmpty()) {
            return;
        }
        String line = "%s split: %s %d classes: %s".formatted(split.label(), lack, names.size(), shown(names));
        lines.add(ClassNames.alike(names, others)
                .map(both -> line
                        + "; '%s' and '%s' differ only by case: --set data.ignoreCase=true makes them one class"
                                .formatted(both.getKey(), both.getValue()))
                .orElse(line));
    }

    /// Whether no class has items in both splits.
    static boolean shareNone(Labels fitted, Labels asked) {
        return Collections.disjoint(names(Optional.of(asked)), names(Optional.of(fitted)));
    }

    /// @param name of the data set
    /// @param fitted labels of the training split
    /// @param asked labels of the other split
    /// @throws InputException when a split shares no class with the training split
    static void requireShared(String name, Labels fitted, Split split, Labels asked) {
        if (shareNone(fitted, asked)) {
            Set<String> train = names(Optional.of(fitted));
            Set<String> other = names(Optional.of(asked));
            throw new InputException(
                    "data set %s: the %s split has classes %s, expected some of the training split, which has %s; make"
                                    .formatted(name, split.label(), shown(other), shown(train))
                            + " the names alike"
                            + (ClassNames.alike(other, train).isPresent() ? " or set data.ignoreCase=true" : ""));
        }
    }

    private static String shown(Set<String> names) {
        return names.stream().limit(NAMES_SHOWN).collect(Collectors.joining(", "))
                + (names.size() > NAMES_SHOWN ? ", ..." : "");
    }

    private static Set<String> minus(Set<String> names, Set<String> others) {
        Set<String> left = new LinkedHashSet<>(names);
        left.removeAll(others);
        return left;
    }

    private static Optional<Labels> labels(PackIndex index, Split split) {
        PackIndex.Items items = index.splits().get(split);
        return items == null || items.classes() == null
                ? Optional.empty()
                : Optional.of(new Labels(items.classes(), index.classNames()));
    }

    /// The classes that have items.
    private static Set<String> names(Optional<Labels> labels) {
        Set<String> names = new LinkedHashSet<>();
        labels.ifPresent(found -> {
            int[] counts = found.counts();
            for (int c = 0; c < counts.length; c++) {
                if (counts[c] > 0) {
                    names.add(found.names().get(c));
                }
            }
        });
        return names;
    }
}
