package org.fullrank.file;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// Decides whether the first row of a CSV file is a header. The first row is a header in these cases:
///
/// - a cell is text, and the first value below it is a number, or one with a [NumberSlip], which is an
///   error later;
/// - all cells are text or empty, and one names the label column or a column of the training table;
/// - all cells are text or empty, and the first one is empty with 0 below it, as pandas writes an index;
/// - the numbers of the row count up by one, and the numbers of the next row do not, as in
///   `country,1990,1991,...`;
/// - all cells of the row are different texts that do not occur in the rows below, although the columns
///   repeat their texts.
///
/// The last two cases are guesses, so there is a warning. There is also a warning if the first row is read as
/// data although it may be a header above text columns.
final class CsvHeader {
    /// Number of cells that must count up next to a text. Fewer cells may do so by chance.
    static final int COUNTED = 5;
    /// The same number next to the name of a label or an index.
    static final int COUNTED_BESIDE_NAME = 2;
    /// The same number in a row that has only numbers and begins with 0.
    static final int COUNTED_ALONE = 10;
    /// How often each text must occur again in the rows below, summed over the columns. If the first row were
    /// data, the probability that none of its texts occurs again would be about `exp(-7)`, one in a thousand.
    static final double REPEATED = 7;

    private static final int SHOWN = 5;

    private final List<String> first;
    private final List<List<String>> below;

    private CsvHeader(List<List<String>> head) {
        first = head.getFirst().stream().map(String::strip).toList();
        below = head.subList(1, head.size());
    }

    /// @param header whether the first row is a header
    /// @param warning a guess that was made
    record Found(boolean header, Optional<String> warning) {}

    /// Applies the rules.
    ///
    /// @param head the first rows, at least one
    /// @param isName whether a cell is the name of a column
    static Found of(List<List<String>> head, Predicate<String> isName) {
        return new CsvHeader(head).find(isName);
    }

    private Found find(Predicate<String> isName) {
        boolean texts = first.stream().allMatch(cell -> isText(cell) || cell.isEmpty())
                && first.stream().anyMatch(CsvHeader::isText);
        boolean named = first.stream().filter(CsvHeader::isText).anyMatch(isName);
        if (textAboveNumber() || texts && (named || corner())) {
            return new Found(true, Optional.empty());
        }
        int least = named || corner() ? COUNTED_BESIDE_NAME : COUNTED;
        if (counts(first, least) && (below.isEmpty() || !counts(below.getFirst(), 2))) {
            return guess(true, "was taken for a header: it counts up");
        }
        if (!texts || below.isEmpty() || new HashSet<>(first).size() < first.size() || recurs()) {
            return new Found(false, Optional.empty());
        }
        return repeats() >= REPEATED
                ? guess(true, "was taken for a header: its texts do not occur below it")
                : guess(false, "was read as data: there is text below it; if it is a header, name the label column");
    }

    private Found guess(boolean header, String why) {
        String cells = String.join(", ", first.subList(0, Math.min(SHOWN, first.size())));
        return new Found(
                header,
                Optional.of("the first row, %s%s, %s".formatted(cells, first.size() > SHOWN ? ", ..." : "", why)));
    }

    private boolean textAboveNumber() {
        for (int i = 0; i < first.size(); i++) {
            int column = i;
            if (isText(first.get(i))
                    && below.stream()
                            .filter(row -> column < row.size() && !CsvTable.isMissing(row.get(column)))
                            .findFirst()
                            .filter(row -> isNumber(row.get(column)))
                            .isPresent()) {
                return true;
            }
        }
        return false;
    }

    /// Whether a cell is text that is not meant as a number.
    private static boolean isText(String cell) {
        return CsvTable.isText(cell) && NumberSlip.of(cell) == null;
    }

    /// Whether a cell is a number or is meant as one.
    private static boolean isNumber(String cell) {
        return !Double.isNaN(CsvTable.number(cell)) || NumberSlip.of(cell) != null;
    }

    /// Whether the first column is an index that pandas wrote.
    private boolean corner() {
        return first.getFirst().isEmpty()
                && first.size() > 1
                && !below.isEmpty()
                && CsvTable.number(below.getFirst().getFirst()) == 0;
    }

    /// Whether the numbers of a row count up by one. A row that has only numbers needs more of them, and must
    /// start from 0.
    private static boolean counts(List<String> row, int least) {
        double[] numbers = row.stream()
                .mapToDouble(CsvTable::number)
                .filter(value -> !Double.isNaN(value))
                .toArray();
        boolean alone = numbers.length == row.size();
        if (numbers.length == 0 || numbers.length < (alone ? COUNTED_ALONE : least) || alone && numbers[0] != 0) {
            return false;
        }
        for (int i = 1; i < numbers.length; i++) {
            if (numbers[i] != numbers[0] + i) {
                return false;
            }
        }
        return numbers[0] == Math.rint(numbers[0]);
    }

    private boolean recurs() {
        for (int i = 0; i < first.size(); i++) {
            for (List<String> row : below) {
                if (i < row.size() && row.get(i).strip().equals(first.get(i))) {
                    return true;
                }
            }
        }
        return false;
    }

    /// How often, on average, a text of a column occurs again below, summed over the columns.
    private double repeats() {
        double repeats = 0;
        for (int i = 0; i < first.size(); i++) {
            Set<String> levels = new HashSet<>();
            for (List<String> row : below) {
                levels.add(i < row.size() ? row.get(i).strip() : "");
            }
            repeats += (double) below.size() / levels.size() - 1;
        }
        return repeats;
    }
}
