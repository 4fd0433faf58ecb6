package org.fullrank.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// Collects the class of each row and numbers the classes from 0. The classes are ordered by value if all are
/// whole numbers, otherwise alphabetically.
///
/// A row without a label is [Labels#UNLABELED], see [NoLabel].
public final class ClassNumbers {
    /// Largest number of classes. More classes are probably identifiers of rows, and their names would fill
    /// the memory.
    public static final int MOST_CLASSES = 1 << 20;

    private final String name;
    private final Map<String, Integer> found = new HashMap<>();
    private int[] classes = new int[1 << 10];
    private int rows;
    private List<String> notes = List.of();

    /// @param name what is read, for error messages
    public ClassNumbers(String name) {
        this.name = name;
    }

    /// What is read, for error messages.
    public String name() {
        return name;
    }

    /// The class of the next row by number; NaN for none.
    ///
    /// @throws InputException unless it is a whole number below 2^31
    public void add(double value) {
        if (Double.isNaN(value)) {
            add("nan");
            return;
        }
        if (value != Math.rint(value) || !(Math.abs(value) <= Integer.MAX_VALUE)) {
            throw wrong(rows, value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value));
        }
        put(number(String.valueOf((long) value)));
    }

    /// The class of the next row by name. An empty text or another mark of a missing cell means no class.
    public void add(String label) {
        put(number(label.strip()));
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
    /// @throws InputException when all labels are numbers but one is not a whole number
    public @Nullable Labels labels() {
        NoLabel none = NoLabel.among(counts());
        notes = new ArrayList<>(none.notes());
        List<String> names = found.keySet().stream()
                .filter(label -> !none.labels().contains(label))
                .toList();
        boolean numbers = names.stream().allMatch(NoLabel::isNumber);
        if (numbers) {
            names.forEach(this::requireWhole);
        }
        List<String> sorted = names.stream()
                .sorted(
                        numbers
                                ? Comparator.comparingDouble(Double::parseDouble)
                                        .thenComparing(String::length)
                                : Comparator.naturalOrder())
                .toList();
        int[] rank = new int[found.size()];
        Arrays.fill(rank, Labels.UNLABELED);
        for (int i = 0; i < sorted.size(); i++) {
            rank[Objects.requireNonNull(found.get(sorted.get(i)))] = i;
        }
        int[] numbered = Arrays.stream(classes, 0, rows).map(c -> rank[c]).toArray();
        if (sorted.isEmpty() && rows > 0) {
            notes.add(String.format(
                    Locale.ROOT, "%s: found no label in %,d rows; they are read without labels", name, rows));
        }
        return sorted.isEmpty() ? null : new Labels(numbered, sorted);
    }

    /// One line for each decision of [#labels] about a label that may mean that a row has no class.
    public List<String> notes() {
        return List.copyOf(notes);
    }

    private Map<String, Integer> counts() {
        int[] counts = new int[found.size()];
        Arrays.stream(classes, 0, rows).forEach(c -> counts[c]++);
        Map<String, Integer> rowsOf = new HashMap<>();
        found.forEach((label, number) -> rowsOf.put(label, counts[number]));
        return rowsOf;
    }

    private void requireWhole(String label) {
        int number = Objects.requireNonNull(found.get(label));
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
