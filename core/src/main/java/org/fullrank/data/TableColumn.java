package org.fullrank.data;

import java.util.List;
import org.fullrank.file.CsvTable;
import org.fullrank.settings.Named;

/// How one column of a table becomes values of a vector. The treatment of a column is fitted on the training
/// rows by [TableFit].
public sealed interface TableColumn {
    /// Its name in the header; empty without a header.
    String name();

    /// How many values it becomes.
    int width();

    /// A number: itself, and the mean of the training rows where it is missing.
    ///
    /// @param name of the column
    /// @param mean of the training rows that have a value
    /// @param indicator whether a second value says that the number is missing: 1 where it is, else 0
    @Named("number")
    record Numeric(String name, double mean, boolean indicator) implements TableColumn {
        @Override
        public int width() {
            return indicator ? 2 : 1;
        }
    }

    /// A category: one value for each level, 1 for the level of the row and 0 for the others. A level that
    /// training has not seen is 0 everywhere.
    ///
    /// @param name of the column
    /// @param levels those of the training rows, in the order of the alphabet; the empty one stands for a
    ///     missing cell
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
