package org.fullrank.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Collects the class of each row and numbers the classes from 0: by value if all are whole numbers, else
/// alphabetically.
///
/// A row without a label is [Labels#UNLABELED]: an empty one, a label that is no number (`nan`), and -1
/// where 0 and 1 are classes.
public final class ClassNumbers {
    /// The most classes: more are identifiers of rows, and would fill the memory with names.
    public static final int MOST_CLASSES = 1 << 20;

    private static final Pattern NUMBER = Pattern.compile("[-+]?\\d+(\\.\\d*)?([eE][-+]?\\d+)?");

    private final String name;
    private final Map<String, Integer> found = new HashMap<>();
    private int[] classes = new int[1 << 10];
    private int rows;

    /// @param name what is read, for messages
    public ClassNumbers(String name) {
        this.name = name;
    }

    /// What is read, for messages.
    public String name() {
        return name;
    }

    /// The class of the next row by number; NaN for none.
    ///
    /// @throws InputException unless it is a whole number of less than 2^31
    public void add(double value) {
        if (Double.isNaN(value)) {
            put(Labels.UNLABELED);
            return;
        }
        if (value != Math.rint(value) || !(Math.abs(value) <= Integer.MAX_VALUE)) {
            throw wrong(rows, value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value));
        }
        put(number(String.valueOf((long) value)));
    }

    /// The class of the next row by name; an empty name or `nan` for none.
    public void add(String label) {
        String text = label.strip();
        put(text.isEmpty() || text.equalsIgnoreCase("nan") ? Labels.UNLABELED : number(text));
    }

    /// Rows so far.
    public int rows() {
        return rows;
    }

    private int number(String label) {
        Integer known = found.get(label);
        if (known == null) {
            known = found.size();
            if (known == MOST_CLASSES) {
                throw new InputException("%s: found more than %d classes, expected fewer; these look like identifiers"
                        .formatted(name, MOST_CLASSES));
            }
            found.put(label, known);
        }
        return known;
    }

    private void put(int number) {
        if (rows == classes.length) {
            classes = Arrays.copyOf(classes, Math.toIntExact(Math.min(Integer.MAX_VALUE - 8, 2L * rows)));
        }
        classes[rows++] = number;
    }

    /// All rows, with the names of their classes; null when no row has a label.
    ///
    /// @throws InputException when all labels are numbers and one is not whole
    public @Nullable Labels labels() {
        boolean numbers =
                found.keySet().stream().allMatch(label -> NUMBER.matcher(label).matches());
        if (numbers) {
            found.forEach(this::requireWhole);
        }
        Comparator<String> order = numbers
                ? Comparator.comparingDouble(Double::parseDouble).thenComparing(String::length)
                : Comparator.naturalOrder();
        List<String> names = found.keySet().stream()
                .filter(label -> !(numbers && isUnlabeled(label)))
                .sorted(order)
                .toList();
        int[] rank = new int[found.size()];
        Arrays.fill(rank, Labels.UNLABELED);
        for (int i = 0; i < names.size(); i++) {
            rank[Objects.requireNonNull(found.get(names.get(i)))] = i;
        }
        int[] numbered = Arrays.stream(classes, 0, rows)
                .map(c -> c < 0 ? Labels.UNLABELED : rank[c])
                .toArray();
        return names.isEmpty() ? null : new Labels(numbered, names);
    }

    /// -1 means no label if 0 and 1 are classes. With 1 as the only other class it is a class.
    private boolean isUnlabeled(String label) {
        return Double.parseDouble(label) == -1
                && found.keySet().stream().anyMatch(other -> Double.parseDouble(other) == 0)
                && found.keySet().stream().anyMatch(other -> Double.parseDouble(other) == 1);
    }

    private void requireWhole(String label, int number) {
        double value = Double.parseDouble(label);
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            int row = 0;
            while (classes[row] != number) {
                row++;
            }
            throw wrong(row, label);
        }
    }

    private InputException wrong(int row, String label) {
        return new InputException(
                "%s: found label %s in row %d (from 0), expected names or whole numbers of less than 2^31;"
                                .formatted(name, label, row)
                        + " number the classes, or name another label column");
    }
}
