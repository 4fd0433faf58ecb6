package org.fullrank.search;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which rows of an index a search may find.
///
/// @param label rows of this class only; null for all rows
/// @param without numbers of rows that are left out, such as the row that is the query
public record RowFilter(@Nullable String label, Set<Integer> without) {
    private static final RowFilter ALL = new RowFilter(null, Set.of());

    public RowFilter {
        without = Set.copyOf(without);
    }

    /// All rows.
    public static RowFilter all() {
        return ALL;
    }

    /// The rows of a class.
    public static RowFilter label(String label) {
        return new RowFilter(label, Set.of());
    }

    /// The same rows except one.
    public RowFilter without(int row) {
        Set<Integer> rows = new HashSet<>(without);
        rows.add(row);
        return new RowFilter(label, rows);
    }
}
