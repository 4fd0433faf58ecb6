package org.fullrank.rows;

import java.io.Serializable;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Counts the rows that are left out because they are not finite, and lists the first of them.
public final class LeftOut implements Serializable {
    /// Largest number of left-out rows that are listed by number. It is enough to find the cause, and the
    /// list fits on one line.
    public static final int LISTED = 10;

    private final TreeSet<Long> first = new TreeSet<>();
    private long count;

    /// Counts a row.
    ///
    /// @param number of the row in its file, from 0
    public void add(long number) {
        count++;
        list(number);
    }

    /// Counts the rows of another part of the stream, which does not change. Parts may be merged in any order.
    public void merge(LeftOut other) {
        count += other.count;
        other.first.forEach(this::list);
    }

    private void list(long number) {
        first.add(number);
        if (first.size() > LISTED) {
            first.removeLast();
        }
    }

    /// Number of rows so far.
    public long count() {
        return count;
    }

    /// The smallest numbers of rows, at most [#LISTED].
    public SortedSet<Long> first() {
        return new TreeSet<>(first);
    }

    /// One line about the rows; null if there are none.
    ///
    /// @param seen number of all rows so far, including these
    public @Nullable String warning(long seen) {
        return count == 0
                ? null
                : "%d of %d rows %s NaN or infinity and %s left out (from 0: %s%s)"
                        .formatted(
                                count,
                                seen,
                                count == 1 ? "holds" : "hold",
                                count == 1 ? "is" : "are",
                                first.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                                count > first.size() ? ", ..." : "");
    }
}
