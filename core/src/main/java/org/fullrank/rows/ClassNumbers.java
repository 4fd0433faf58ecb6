package org.fullrank.rows;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;

/// Collects the class of each row and numbers the classes from 0. The order is by value if all classes are
/// whole numbers, and alphabetical otherwise.
final class ClassNumbers {
    /// Largest number of classes. A file with more contains identifiers of rows, and their names would fill
    /// the memory.
    static final int MOST_CLASSES = 1 << 20;

    private static final Pattern NUMBER = Pattern.compile("[-+]?\\d+(\\.\\d*)?([eE][-+]?\\d+)?");

    private final String name;
    private final Map<String, Integer> found = new HashMap<>();
    private int[] classes = new int[1 << 10];
    private int rows;

    /// @param name what is read, for messages
    ClassNumbers(String name) {
        this.name = name;
    }

    /// Adds the class of the next row by number.
    ///
    /// @throws InputException unless it is a whole number from 0 to 2^31 - 1
    void add(double value) {
        if (value != Math.rint(value) || !(value >= 0 && value <= Integer.MAX_VALUE)) {
            throw wrong(rows, value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value));
        }
        put(String.valueOf((long) value));
    }

    /// Adds the class of the next row by name.
    ///
    /// @throws InputException when it is empty
    void add(String label) {
        String text = label.strip();
        if (text.isEmpty()) {
            throw new InputException("%s: found no label in row %d (from 0), expected one for each row; fill it in"
                    .formatted(name, rows));
        }
        put(text);
    }

    private void put(String label) {
        Integer known = found.get(label);
        if (known == null) {
            known = found.size();
            if (known == MOST_CLASSES) {
                throw new InputException("%s: found more than %d classes, expected fewer; these look like identifiers"
                        .formatted(name, MOST_CLASSES));
            }
            found.put(label, known);
        }
        if (rows == classes.length) {
            classes = Arrays.copyOf(classes, Math.toIntExact(Math.min(Integer.MAX_VALUE - 8, 2L * rows)));
        }
        classes[rows++] = known;
    }

    /// All rows, with the names of their classes.
    Labels labels() {
        boolean numbers =
                found.keySet().stream().allMatch(label -> NUMBER.matcher(label).matches());
        if (numbers) {
            found.forEach(this::requireWhole);
        }
        Comparator<String> order =
                numbers ? Comparator.comparingDouble(Double::parseDouble) : Comparator.naturalOrder();
        List<String> names = found.keySet().stream().sorted(order).toList();
        int[] rank = new int[names.size()];
        for (int i = 0; i < rank.length; i++) {
            rank[Objects.requireNonNull(found.get(names.get(i)))] = i;
        }
        return new Labels(Arrays.stream(classes, 0, rows).map(c -> rank[c]).toArray(), names);
    }

    private void requireWhole(String label, int number) {
        double value = Double.parseDouble(label);
        if (value != Math.rint(value) || value < 0 || value > Integer.MAX_VALUE) {
            int row = 0;
            while (classes[row] != number) {
                row++;
            }
            throw wrong(row, label);
        }
    }

    private InputException wrong(int row, String label) {
        return new InputException(
                "%s: found label %s in row %d (from 0), expected whole numbers from 0 to %d; number the"
                                .formatted(name, label, row, Integer.MAX_VALUE)
                        + " classes, and leave out rows without one");
    }
}
