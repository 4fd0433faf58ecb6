package org.fullrank.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.fullrank.file.CsvTable;

/// Decides which labels mean that an item has no label.
///
/// The marks of a missing cell mean no label, see [CsvTable#isMissing]. -1 also means no label if no other
/// label is a negative number and there are at least two other classes. So `-1, 0, 1, 2` are three classes,
/// `-1, 1` are two classes, and `-2, -1, 0` are three.
///
/// @param labels the labels that mean no label, as they were found
/// @param notes one line for each of these labels that may also be a class
record NoLabel(Set<String> labels, List<String> notes) {
    private static final Pattern NUMBER = Pattern.compile("[-+]?\\d+(\\.\\d*)?([eE][-+]?\\d+)?");

    /// @param rows number of rows of each label
    static NoLabel among(Map<String, Integer> rows) {
        Set<String> none = rows.keySet().stream().filter(CsvTable::isMissing).collect(Collectors.toSet());
        List<String> notes = new ArrayList<>();
        none.stream()
                .filter(label -> !isBlank(label))
                .sorted()
                .forEach(label -> notes.add(String.format(
                        Locale.ROOT,
                        "label '%s' in %,d rows means that there is none; if it is a class, give it another name",
                        label,
                        rows.getOrDefault(label, 0))));
        Set<String> minus = rows.keySet().stream()
                .filter(label -> isNumber(label) && value(label) == -1)
                .collect(Collectors.toSet());
        Set<String> classes = new HashSet<>(rows.keySet());
        classes.removeAll(none);
        classes.removeAll(minus);
        boolean negative = classes.stream().anyMatch(label -> isNumber(label) && value(label) < 0);
        int count = ClassNames.join(List.copyOf(classes), false).names().size();
        if (!minus.isEmpty() && !negative && count >= 2) {
            none.addAll(minus);
            notes.add(String.format(
                    Locale.ROOT,
                    "label -1 in %,d rows means that there is none, because it is the only negative one beside %d"
                            + " classes; if it is a class, number the classes from 0",
                    minus.stream()
                            .mapToInt(label -> rows.getOrDefault(label, 0))
                            .sum(),
                    count));
        }
        return new NoLabel(Set.copyOf(none), List.copyOf(notes));
    }

    /// Whether a label is blank or NaN, which nobody uses as the name of a class.
    private static boolean isBlank(String label) {
        return label.isBlank() || label.strip().toLowerCase(Locale.ROOT).matches("[-+]?nan");
    }

    static boolean isNumber(String label) {
        return NUMBER.matcher(label).matches();
    }

    private static double value(String label) {
        return Double.parseDouble(label);
    }
}
