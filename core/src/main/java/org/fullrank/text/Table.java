package org.fullrank.text;

import java.util.ArrayList;
import java.util.List;

/// A table as text or in Markdown. In text, two spaces separate the columns. Each column is as wide as its
/// widest cell, and lines do not end in spaces.
public final class Table {
    private static final int GAP = 2;

    private final List<List<String>> rows = new ArrayList<>();

    /// Adds a row; rows may have different numbers of cells.
    public Table row(Object... cells) {
        return row(List.of(cells));
    }

    /// Adds a row.
    public Table row(List<?> cells) {
        rows.add(cells.stream().map(Object::toString).toList());
        return this;
    }

    /// The lines, each with a line end.
    @Override
    public String toString() {
        List<Integer> widths = widths();
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                line.append(row.get(i)).repeat(' ', widths.get(i) - row.get(i).length() + GAP);
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    /// The table in Markdown, where the first row is the header; each line with a line end.
    public String markdown() {
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            text.append('|');
            row.forEach(
                    cell -> text.append(' ').append(cell.replace("|", "\\|")).append(" |"));
            text.append('\n');
            if (row == rows.getFirst()) {
                text.append('|').repeat(" --- |", row.size()).append('\n');
            }
        }
        return text.toString();
    }

    private List<Integer> widths() {
        List<Integer> widths = new ArrayList<>();
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                int width = row.get(i).length();
                if (i == widths.size()) {
                    widths.add(width);
                } else {
                    widths.set(i, Math.max(widths.get(i), width));
                }
            }
        }
        return widths;
    }
}
