package org.fullrank.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.fullrank.engine.InputException;

/// Compares the classes of the splits of a data set.
final class ClassCheck {
    private static final int NAMES_SHOWN = 5;

    private ClassCheck() {}

    /// One line for each split that shares not all of its classes with the training split, and for each
    /// split with items without a label.
    static List<String> warnings(PackIndex index) {
        List<String> lines = new ArrayList<>();
        index.splits().forEach((split, items) -> {
            if (items.classes() != null) {
                int unlabeled = new Labels(items.classes(), index.classNames()).unlabeled();
                if (unlabeled > 0) {
                    lines.add(String.format(
                            Locale.ROOT,
                            "%s split: %,d of %,d items have no label (empty, nan, or -1 with classes 0 and 1);"
                                    + " evaluations leave them out",
                            split.label(),
                            unlabeled,
                            items.size()));
                }
            }
        });
        List<String> train = names(index, Split.TRAIN);
        for (Split split : index.splits().keySet()) {
            List<String> other = names(index, split);
            if (split != Split.TRAIN && !train.isEmpty() && !other.isEmpty()) {
                add(lines, split, minus(other, train), "the training split lacks", train);
                add(lines, split, minus(train, other), "it lacks", List.of());
            }
        }
        return lines;
    }

    private static void add(List<String> lines, Split split, List<String> names, String lack, List<String> others) {
        if (names.isEmpty()) {
            return;
        }
        String first = String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())));
        String line = "%s split: %s %d classes: %s%s"
                .formatted(split.label(), lack, names.size(), first, names.size() > NAMES_SHOWN ? ", ..." : "");
        Optional<String> like = names.stream()
                .flatMap(name -> ClassNames.likeness(name, others).stream()
                        .map(other -> "'%s' and '%s' differ only by case".formatted(name, other)))
                .findFirst();
        lines.add(like.map(both -> line + "; " + both + ": --set data.ignoreCase=true makes them one class")
                .orElse(line));
    }

    /// @throws InputException when a split shares no class with the training split
    static void requireShared(String name, PackIndex index, Split split) {
        List<String> train = names(index, Split.TRAIN);
        List<String> asked = names(index, split);
        if (asked.stream().noneMatch(train::contains)) {
            throw new InputException(
                    "data set %s: the %s split has classes %s, expected some of the training split, which has %s; make"
                                    .formatted(name, split.label(), shown(asked), shown(train))
                            + " the names alike" + hint(asked, train));
        }
    }

    private static String hint(List<String> names, List<String> others) {
        boolean alike = names.stream()
                .anyMatch(each -> ClassNames.likeness(each, others).isPresent());
        return alike ? " or set data.ignoreCase=true" : "";
    }

    private static String shown(List<String> names) {
        return String.join(", ", names.subList(0, Math.min(NAMES_SHOWN, names.size())))
                + (names.size() > NAMES_SHOWN ? ", ..." : "");
    }

    private static List<String> minus(List<String> names, List<String> others) {
        return names.stream().filter(name -> !others.contains(name)).toList();
    }

    /// The classes that have items in a split.
    private static List<String> names(PackIndex index, Split split) {
        PackIndex.Items items = index.splits().get(split);
        if (items == null || items.classes() == null) {
            return List.of();
        }
        int[] counts = new Labels(items.classes(), index.classNames()).counts();
        List<String> names = new ArrayList<>();
        for (int c = 0; c < counts.length; c++) {
            if (counts[c] > 0) {
                names.add(index.classNames().get(c));
            }
        }
        return names;
    }
}
