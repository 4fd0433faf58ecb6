package org.fullrank.file;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.fullrank.engine.InputException;
import org.jspecify.annotations.Nullable;

/// What the first rows of a CSV file show about its columns.
///
/// [CsvHeader] decides whether the first row is a header. A setting may say which column has the labels. The
/// setting is a name, a position (from 1, or from the end as -1, -2, ...) or the word `none`. Without such a
/// setting, the label column is the one named `label`, `class`, `target` or `y`. If no column has such a
/// name, it is the only column with text that is not a date. A first column that numbers the rows is an
/// index. An index has no name in the header, or its name is `id`, `index` or `row`, or it counts up by one
/// from 0 or 1 in the first [#RUNNING_ROWS] rows. A column of text named `path`, `file`, `filename` or
/// `image` is an index too.
///
/// @param header whether the first row is a header
/// @param label position of the label column from 0; -1 if there is none
/// @param index position of the index, 0; -1 if there is none
/// @param warnings decisions that were made automatically, one line each, without those about the index and about
///     a label whose texts differ
/// @param differingLabel the line about a label column that was searched for and whose texts all differ in the first
///     rows, so that it may hold names of the rows; null if there is none
/// @param indexWarning the line about the index; null if there is none
record CsvHead(
        boolean header,
        int label,
        int index,
        List<String> warnings,
        @Nullable String differingLabel,
        @Nullable String indexWarning) {
    /// Number of rows that must count up. Ten such rows are unlikely by chance, and a pipe delivers them
    /// soon.
    static final int RUNNING_ROWS = 10;
    /// Number of rows in which texts are searched, because the labels of the first rows may be missing.
    static final int ROWS = 100;

    private static final List<String> LABEL_NAMES = List.of("label", "class", "target", "y");
    private static final Set<String> INDEX_NAMES = Set.of("", "id", "index", "row");
    private static final Set<String> FILE_NAMES = Set.of("path", "file", "filename", "image");
    private static final int NAMES_SHOWN = 20;

    /// What the search for a label column found.
    ///
    /// @param position -1 if there is none
    /// @param warning null if there is nothing to say
    /// @param differs whether the column has another text in each of the first rows
    private record Found(int position, @Nullable String warning, boolean differs) {
        static final Found NONE = new Found(-1, null, false);
    }

    /// Applies the rules.
    ///
    /// @param head the first rows, at least one
    /// @param known names of columns
    static CsvHead of(
            Path file, List<List<String>> head, @Nullable String labelColumn, Set<String> known, String remedy) {
        List<String> warnings = new ArrayList<>();
        CsvHeader.Found header = CsvHeader.of(head, name -> known.contains(name) || isLabel(name, labelColumn));
        header.warning().ifPresent(warnings::add);
        Found label = label(file, head, header.header(), labelColumn, remedy);
        if (label.warning != null && !label.differs) {
            warnings.add(label.warning);
        }
        String indexWarning = indexWarning(head, header.header(), label.position);
        return new CsvHead(
                header.header(),
                label.position,
                indexWarning == null ? -1 : 0,
                List.copyOf(warnings),
                label.differs ? label.warning : null,
                indexWarning);
    }

    private static boolean isLabel(String name, @Nullable String labelColumn) {
        return labelColumn == null
                ? LABEL_NAMES.contains(name.toLowerCase(Locale.ROOT))
                : name.equals(labelColumn.strip());
    }

    private static Found label(
            Path file, List<List<String>> head, boolean header, @Nullable String labelColumn, String remedy) {
        List<String> names = head.getFirst().stream().map(String::strip).toList();
        if (labelColumn != null) {
            return new Found(named(file, names, header, labelColumn.strip(), remedy), null, false);
        }
        if (header) {
            List<String> labels =
                    names.stream().filter(name -> isLabel(name, null)).toList();
            String several = labels.size() < 2
                    ? null
                    : "columns %s have names of labels: %s is the label, the others are read as features; leave"
                                    .formatted(String.join(", ", labels), labels.getFirst())
                            + " them out if they are labels too";
            if (!labels.isEmpty()) {
                return new Found(names.indexOf(labels.getFirst()), several, false);
            }
        }
        return onlyText(head, header);
    }

    /// The only column of text; none if there are several.
    private static Found onlyText(List<List<String>> head, boolean header) {
        List<List<String>> rows = head.subList(header && head.size() > 1 ? 1 : 0, head.size());
        int found = -1;
        List<String> texts = List.of();
        for (int i = header && namesFiles(head) ? 1 : 0; i < head.getFirst().size(); i++) {
            int column = i;
            List<String> cells = rows.stream()
                    .filter(row -> column < row.size() && !CsvTable.isMissing(row.get(column)))
                    .map(row -> row.get(column))
                    .toList();
            List<String> here = cells.stream().filter(CsvTable::isText).toList();
            if (2 * here.size() > cells.size()) {
                if (found >= 0) {
                    return Found.NONE;
                }
                found = i;
                texts = here;
            }
        }
        if (found < 0 || CsvTable.isDate(texts.getFirst()) || NumberSlip.of(texts.getFirst()) != null) {
            return Found.NONE;
        }
        String name = header ? " (%s)".formatted(head.getFirst().get(found).strip()) : "";
        String warning = "column %d%s was taken for the label, because it is the only one of text; if it is not, use"
                        .formatted(found + 1, name)
                + " --label-column none";
        boolean differs = texts.size() > 2 && Set.copyOf(texts).size() == texts.size();
        return new Found(found, warning, differs);
    }

    /// The position from 0 of a column that is named by its header, or by its position: from 1, or from the end
    /// as -1, -2, and so on; -1 if there is none.
    static int position(List<String> names, boolean header, String wanted) {
        int byName = header ? names.indexOf(wanted) : -1;
        if (byName >= 0 || !wanted.matches("-?[1-9]\\d{0,8}")) {
            return byName;
        }
        int position = Integer.parseInt(wanted);
        int column = position < 0 ? names.size() + position : position - 1;
        return column >= 0 && column < names.size() ? column : -1;
    }

    private static int named(Path file, List<String> names, boolean header, String wanted, String remedy) {
        int byName = header ? names.indexOf(wanted) : -1;
        if (byName >= 0 && byName != names.lastIndexOf(wanted)) {
            throw new InputException(
                    "CSV file %s has several columns %s, expected one; give the position of the label column: %s"
                            .formatted(file, wanted, remedy));
        }
        int column = position(names, header, wanted);
        if (column >= 0 || wanted.equals(CsvTable.NO_LABEL)) {
            return column;
        }
        throw new InputException("CSV file " + file + " has no column " + wanted + ", expected "
                + (header ? "one of " + names.subList(0, Math.min(NAMES_SHOWN, names.size())) + " or " : "")
                + "a position from 1 to " + names.size() + " or -1 to -" + names.size() + " or none; " + remedy);
    }

    /// The warning about a first column that is an index; null if it is none.
    private static @Nullable String indexWarning(List<List<String>> head, boolean header, int label) {
        int features = head.getFirst().size() - (label >= 0 ? 1 : 0);
        if (label == 0 || features < 2) {
            return null;
        }
        String name = head.getFirst().getFirst().strip();
        if (header && (namesFiles(head) || INDEX_NAMES.contains(name.toLowerCase(Locale.ROOT)))) {
            return "the first column, \"%s\", was left out as an index of the rows".formatted(name);
        }
        if (countsUp(head.subList(header ? 1 : 0, head.size()))) {
            return "the first column%s was left out as an index of the rows: it counts up by one"
                    .formatted(header ? ", \"" + name + "\"," : "");
        }
        return null;
    }

    private static boolean namesFiles(List<List<String>> head) {
        return head.size() > 1
                && FILE_NAMES.contains(head.getFirst().getFirst().strip().toLowerCase(Locale.ROOT))
                && CsvTable.isText(head.get(1).getFirst());
    }

    private static boolean countsUp(List<List<String>> rows) {
        if (rows.size() < RUNNING_ROWS) {
            return false;
        }
        double first = CsvTable.number(rows.getFirst().getFirst());
        for (int i = 0; i < RUNNING_ROWS; i++) {
            if (CsvTable.number(rows.get(i).getFirst()) != first + i) {
                return false;
            }
        }
        return first == 0 || first == 1;
    }
}
