package org.fullrank.stream;

import de.siegmar.fastcsv.reader.CsvRecord;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Decides what the first rows of a CSV mean: whether the first row is a header, and whether a column is an index. */
final class CsvHeader {
    /** Number of rows that must count up. Ten such rows are unlikely by chance, and a pipe delivers them soon. */
    private static final int RUNNING_ROWS = 10;
    /**
     * Number of cells of a first row that must count up: next to a text, next to the name of a column or an index, and
     * alone.
     */
    private static final int COUNTED = 5;

    private static final int COUNTED_BESIDE_NAME = 2;
    private static final int COUNTED_ALONE = 10;
    private static final int SHOWN = 5;

    private final CsvRowReader rows;
    private @Nullable String warning;

    CsvHeader(CsvRowReader rows) {
        this.rows = rows;
    }

    /** A guess that was made; null if the rows are clear. */
    @Nullable
    String warning() {
        return warning;
    }

    /**
     * Decides whether the first row is a header. It reads the next row only if this row can decide, because a pipe may
     * be slow. It reads more rows only as long as the cells below a text are missing.
     */
    boolean isHeader(List<String> first, List<String> columns) throws IOException {
        boolean alone = first.stream().allMatch(Cells::isNumber);
        if (alone && !counts(first, COUNTED_ALONE)) {
            return false;
        }
        if (textAboveNumber(first)) {
            return true;
        }
        CsvRecord next = rows.seen(0);
        List<String> wanted = columns.stream().map(String::strip).toList();
        boolean named = first.stream().filter(Cells::isText).map(String::strip).anyMatch(wanted::contains);
        boolean corner =
                first.size() > 1 && first.get(0).isBlank() && next != null && Cells.number(next.getField(0)) == 0;
        boolean texts = first.stream().anyMatch(Cells::isText)
                && first.stream().allMatch(cell -> Cells.isText(cell) || cell.isBlank());
        if (texts && (named || corner)) {
            return true;
        }
        int least = alone ? COUNTED_ALONE : named || corner ? COUNTED_BESIDE_NAME : COUNTED;
        if (counts(first, least) && (next == null || !counts(next.getFields(), COUNTED_BESIDE_NAME))) {
            warning = "the first row, %s%s, was taken for a header: it counts up"
                    .formatted(
                            first.stream().limit(SHOWN).map(String::strip).collect(Collectors.joining(", ")),
                            first.size() > SHOWN ? ", ..." : "");
            return true;
        }
        return false;
    }

    private boolean textAboveNumber(List<String> first) throws IOException {
        boolean[] open = new boolean[first.size()];
        boolean any = false;
        for (int i = 0; i < open.length; i++) {
            open[i] = Cells.isText(first.get(i));
            any |= open[i];
        }
        for (int n = 0; n == 0 || any && n < RUNNING_ROWS; n++) {
            CsvRecord row = rows.ahead(n);
            if (row == null) {
                return false;
            }
            any = false;
            for (int i = 0; i < Math.min(open.length, row.getFieldCount()); i++) {
                if (open[i] && (Cells.isNumber(row.getField(i)) || Cells.slip(row.getField(i)) != null)) {
                    return true;
                }
                open[i] &= !Cells.isText(row.getField(i));
                any |= open[i];
            }
        }
        return false;
    }

    /**
     * Whether the numbers of a row count up by one. A row that has only numbers needs more of them, and must start
     * from 0.
     */
    private static boolean counts(List<String> row, int least) {
        List<Float> numbers = row.stream()
                .map(Cells::number)
                .filter(value -> !Float.isNaN(value))
                .toList();
        boolean alone = numbers.size() == row.size();
        if (numbers.isEmpty() || numbers.size() < (alone ? COUNTED_ALONE : least) || alone && numbers.get(0) != 0) {
            return false;
        }
        for (int i = 1; i < numbers.size(); i++) {
            if (numbers.get(i) != numbers.get(0) + i) {
                return false;
            }
        }
        return numbers.get(0) == Math.rint(numbers.get(0));
    }

    /** Whether the first column counts up by one from 0 or 1. It reads rows ahead only as long as they count up. */
    boolean countsUp() throws IOException {
        float first = Float.NaN;
        for (int i = 0; i < RUNNING_ROWS; i++) {
            CsvRecord row = rows.ahead(i);
            if (row == null) {
                return false;
            }
            float value = Cells.number(row.getField(0));
            first = i == 0 ? value : first;
            if (value != first + i || (first != 0 && first != 1)) {
                return false;
            }
        }
        return true;
    }
}
