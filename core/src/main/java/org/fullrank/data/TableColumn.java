package org.fullrank.data;

import java.util.List;
import org.fullrank.file.CsvTable;
import org.fullrank.settings.Named;

/// How one column of a table becomes values of a vector. [TableFit] decides this from the training rows.
public sealed interface TableColumn {
    /// The name of the column in the header; empty without a header.
    String name();

    /// The number of values that the column becomes.
    int width();

    /// A number. It becomes one value. A missing number becomes the mean of the training rows.
    ///
    /// @param name of the column
    /// @param mean of the training rows that have a value
    /// @param indicator whether a second value says if the number is missing: 1 if it is missing, otherwise 0
    @Named("number")
    record Numeric(String name, double mean, boolean indicator) implements TableColumn {
        @Override
        public int width() {
            return indicator ? 2 : 1;
        }
    }

    /// A category. It becomes one value for each level: 1 for the level of the row, and 0 for the others. For
    /// a level that does not occur in the training rows, all values are 0.
    ///
    /// @param name of the column
    /// @param levels of the training rows, in alphabetical order; the empty level means a missing cell
    @Named("category")
    record Category(String name, List<String> levels) implements TableColumn {
        public Category {
            levels = List.copyOf(levels);
        }

        @Override
        public int width() {
            return levels.size();
        }

        /// The level that a cell names.
        static String level(String cell) {
            return CsvTable.isMissing(cell) ? "" : cell.strip();
        }
    }

    /// A column that is not learned from.
    ///
    /// @param name of the column
    /// @param reason in words
    @Named("left-out")
    record LeftOut(String name, String reason) implements TableColumn {
        @Override
        public int width() {
            return 0;
        }
    }
}
