package org.fullrank.data;

import dev.hardwood.internal.reader.Page;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The lists of numbers of one column in one group of rows. The cells of a column of lists are its numbers. A
/// number with the repetition level 0 begins a list. A missing or empty list is one missing cell.
final class ParquetLists {
    private final ParquetPages pages;
    private @Nullable Page page;
    private int cell;

    ParquetLists(ParquetPages pages) {
        this.pages = pages;
    }

    /// Reads the list of the next row. A missing number becomes NaN.
    ///
    /// @param into gets the first `most` numbers from `at` on
    /// @return how many numbers the list has; 0 if the list is missing, empty, or one missing number
    /// @throws IOException when there is no further list
    int next(double[] into, int at, int most) throws IOException {
        if (!advance() || level() != 0) {
            throw new IOException("a column has fewer lists than its group has rows");
        }
        int count = 0;
        boolean missing;
        do {
            Page current = Objects.requireNonNull(page);
            missing = current.isNull(cell);
            if (count < most) {
                into[at + count] = missing ? Double.NaN : value(current);
            }
            count++;
            cell++;
        } while (advance() && level() != 0);
        return count == 1 && missing ? 0 : count;
    }

    /// Whether all lists were read.
    boolean isAtEnd() throws IOException {
        return !advance();
    }

    /// Moves to the page of the next cell. False after the last cell.
    private boolean advance() throws IOException {
        while (page == null || cell >= page.size()) {
            if (pages.left() == 0) {
                return false;
            }
            page = pages.readPage();
            cell = 0;
        }
        return true;
    }

    private int level() {
        return Objects.requireNonNull(page).repetitionLevels()[cell];
    }

    private double value(Page current) {
        return switch (current) {
            case Page.FloatPage floats -> floats.get(cell);
            case Page.DoublePage doubles -> doubles.get(cell);
            case Page.IntPage _, Page.LongPage _, Page.BooleanPage _, Page.ByteArrayPage _ ->
                throw new IllegalStateException("a column of lists of another type");
        };
    }
}
