package org.fullrank.rows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.Labels;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// Reads rows of one or two views together with their labels. If a row is not finite in one view, it is left
/// out of both views and counted. The first left-out rows are listed.
///
/// ```java
/// while (true) {
///     try (var scope = Scope.open()) {
///         Batch batch = batches.next();       // freed at the end
///         if (batch == null) {
///             break;
///         }
///         moments.add(batch.first());
///     }
/// }
/// ```
public final class Batches implements AutoCloseable {
    private final Cursor first;
    private final @Nullable Cursor second;
    private final @Nullable Labels labels;
    private final LeftOut leftOut = new LeftOut();
    private long seen;

    private Batches(Cursor first, @Nullable Cursor second, @Nullable Labels labels) {
        this.first = first;
        this.second = second;
        this.labels = labels;
    }

    /// One view without labels. The stream is closed with the batches.
    public static Batches of(RowStream rows) {
        return of(rows, null, null);
    }

    /// Rows of two views and labels that belong together: row i of each is sample i. The streams are closed
    /// with the batches.
    ///
    /// @param second another view of the same samples, with equal N and D; null if there is none
    /// @param labels one label for each row, including rows that are not finite; null if there are none
    /// @throws InputException when the widths differ, or when both numbers of rows are known at the start and
    ///     differ
    public static Batches of(RowStream rows, @Nullable RowStream second, @Nullable Labels labels) {
        try {
            if (second != null) {
                requireAlike(rows, second);
            }
            if (labels != null && rows.rows().isPresent()) {
                requireLabels(rows, rows.rows().getAsLong(), labels);
            }
            return new Batches(new Cursor(rows), second == null ? null : new Cursor(second), labels);
        } catch (RuntimeException e) {
            rows.close();
            if (second != null) {
                second.close();
            }
            throw e;
        }
    }

    /// Columns D.
    public int width() {
        return first.stream.width();
    }

    /// Whether there is another view.
    public boolean paired() {
        return second != null;
    }

    /// Names of the classes; empty if there are no labels.
    public List<String> classNames() {
        return labels == null ? List.of() : labels.names();
    }

    /// Number of rows read so far that were not finite.
    public long leftOut() {
        return leftOut.count();
    }

    /// Warnings about the rows read so far, one line each.
    public List<String> warnings() {
        var warnings = new ArrayList<>(first.stream.warnings());
        if (second != null) {
            warnings.addAll(second.stream.warnings());
        }
        if (labels != null && labels.unlabeled() > 0) {
            warnings.add("%d of %d rows have no label and are left out of what is said about classes"
                    .formatted(labels.unlabeled(), labels.classes().length));
        }
        String line = leftOut.warning(seen);
        if (line != null) {
            warnings.add(line);
        }
        return warnings;
    }

    /// The next rows, at least one; null after the last one. The caller's scope owns the tensors. The next
    /// call may change them.
    ///
    /// @throws InputException when the file is damaged, when a view or the labels end before the others, or
    ///     when no row is finite
    public @Nullable Batch next() {
        while (true) {
            int rows = first.available();
            int others = second == null ? rows : second.available();
            if (rows == 0 || others == 0) {
                requireEnd(rows, others);
                return null;
            }
            Batch batch = take(Math.min(rows, others));
            if (batch.rows() > 0) {
                return batch;
            }
        }
    }

    private Batch take(int count) {
        Tensor one = first.take(count);
        Tensor two = second == null ? null : second.take(count);
        long begin = seen;
        seen += count;
        requireLabelsFor(seen);
        long[] numbers = LongStream.range(begin, seen).toArray();
        if (!finite(one) || two != null && !finite(two)) {
            numbers = finiteRows(one, two, begin);
            Tensor kept = index(numbers, begin);
            one = one.index_select(0, kept);
            two = two == null ? null : two.index_select(0, kept);
        }
        return new Batch(one, two, classes(numbers), numbers);
    }

    /// Whether all values are finite. The sum is quick to compute, and it is finite only if all values are
    /// finite.
    private static boolean finite(Tensor rows) {
        return Double.isFinite(Tensors.value(rows.sum()));
    }

    private long[] finiteRows(Tensor one, @Nullable Tensor two, long begin) {
        Tensor good = one.isfinite().all(1); // [B]
        if (two != null) {
            good = good.logical_and(two.isfinite().all(1));
        }
        long[] flags = Tensors.longs(good);
        for (int i = 0; i < flags.length; i++) {
            if (flags[i] == 0) {
                leftOut.add(begin + i);
            }
        }
        return LongStream.range(0, flags.length)
                .filter(i -> flags[(int) i] != 0)
                .map(i -> begin + i)
                .toArray();
    }

    private static Tensor index(long[] numbers, long begin) {
        Tensor index = Tensors.empty(ScalarType.Long, numbers.length);
        if (numbers.length > 0) {
            try (var pointer = new LongPointer(index.data_ptr_long())) {
                pointer.put(Arrays.stream(numbers).map(n -> n - begin).toArray());
            }
        }
        return index;
    }

    private int @Nullable [] classes(long[] numbers) {
        if (labels == null) {
            return null;
        }
        int[] classes = new int[numbers.length];
        for (int i = 0; i < classes.length; i++) {
            classes[i] = labels.classes()[(int) numbers[i]];
        }
        return classes;
    }

    private void requireLabelsFor(long rows) {
        if (labels != null && rows > labels.classes().length) {
            throw new InputException("%s: found %d labels for at least %d rows, expected one for each row"
                            .formatted(first.stream.name(), labels.classes().length, rows)
                    + "; give the labels of the same items");
        }
    }

    /// At the end of one view, checks that the other view and the labels also end, and that there was at
    /// least one row.
    private void requireEnd(int rows, int others) {
        if (rows != others && second != null) {
            throw new InputException("%s: ends after %d rows but %s %s, expected equally many rows; give both views of"
                            .formatted(
                                    (rows == 0 ? first : second).stream.name(),
                                    seen,
                                    (rows == 0 ? second : first).stream.name(),
                                    "has more")
                    + " the same items");
        }
        if (labels != null) {
            requireLabels(first.stream, seen, labels);
        }
        if (seen == 0) {
            throw new InputException(first.stream.name() + ": found 0 rows, expected at least 1; embed some items");
        }
        if (leftOut.count() == seen) {
            throw new InputException("%s: found NaN or infinity in every one of %d rows, expected finite numbers; %s"
                    .formatted(first.stream.name(), seen, "look for the first step with a loss that is not finite"));
        }
    }

    private static void requireAlike(RowStream rows, RowStream second) {
        OptionalLong one = rows.rows();
        OptionalLong two = second.rows();
        boolean counted = one.isPresent() && two.isPresent();
        if (rows.width() != second.width() || counted && one.getAsLong() != two.getAsLong()) {
            throw new InputException("%s: found shape %s, expected %s as in %s; row i is item i in both views"
                    .formatted(second.name(), shape(second), shape(rows), rows.name()));
        }
    }

    private static void requireLabels(RowStream rows, long count, Labels labels) {
        if (labels.classes().length != count) {
            throw new InputException("%s: found %d labels for %d rows, expected one for each row; give the labels of"
                            .formatted(rows.name(), labels.classes().length, count)
                    + " the same items");
        }
    }

    private static String shape(RowStream rows) {
        OptionalLong count = rows.rows();
        return "[%s, %d]".formatted(count.isPresent() ? count.getAsLong() : "N", rows.width());
    }

    @Override
    public void close() {
        first.close();
        if (second != null) {
            second.close();
        }
    }

    /// A stream and the unread part of its last block.
    private static final class Cursor implements AutoCloseable {
        private final RowStream stream;
        private @Nullable Tensor block;
        private long at;

        Cursor(RowStream stream) {
            this.stream = stream;
        }

        /// Number of rows that can be read at once; 0 at the end.
        int available() {
            while (block == null || at == block.size(0)) {
                release();
                try (var scope = Scope.open()) {
                    Tensor next = stream.next();
                    if (next == null) {
                        return 0;
                    }
                    block = scope.keep(next);
                }
                at = 0;
            }
            return Math.toIntExact(block.size(0) - at);
        }

        /// A view `[count, D]` of the block; the caller's scope owns it.
        Tensor take(int count) {
            Tensor whole = Objects.requireNonNull(block);
            at += count;
            return whole.narrow(0, at - count, count);
        }

        private void release() {
            if (block != null) {
                block.close();
                block = null;
            }
        }

        @Override
        public void close() {
            release();
            stream.close();
        }
    }
}
