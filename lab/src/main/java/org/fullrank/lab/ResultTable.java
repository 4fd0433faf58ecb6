package org.fullrank.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.fullrank.text.Numbers;
import org.fullrank.text.Table;

/// A table of a page.
///
/// @param header titles of the columns
/// @param rows the cells; each row has as many cells as there are titles
public record ResultTable(List<String> header, List<List<String>> rows) {
    public ResultTable {
        header = List.copyOf(header);
        rows = List.copyOf(rows);
        for (List<String> row : rows) {
            if (row.size() != header.size()) {
                throw new IllegalArgumentException("row of %d cells, expected %d".formatted(row.size(), header.size()));
            }
        }
    }

    static ResultTable of(String... header) {
        return new ResultTable(List.of(header), List.of());
    }

    /// This table with one more row. Its numbers have the format of the pages.
    ResultTable row(Object... cells) {
        List<List<String>> more = new ArrayList<>(rows);
        more.add(Arrays.stream(cells)
                .map(cell -> cell instanceof Double number ? Numbers.compact(number) : String.valueOf(cell))
                .toList());
        return new ResultTable(header, more);
    }

    /// The table in Markdown.
    String markdown() {
        var table = new Table().row(header);
        rows.forEach(table::row);
        return table.markdown();
    }
}
