package org.fullrank.spark;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.diagnose.Diagnosis;
import org.fullrank.diagnose.EmbeddingSummary;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.Threads;
import org.fullrank.rows.Batch;
import org.fullrank.rows.LeftOut;
import org.jspecify.annotations.Nullable;

/// What a part of the rows tells about embeddings. Merging is associative and does not depend on the order.
///
/// @param seen rows, including those that were left out
/// @param leftOut rows with NaN, infinity or nothing
/// @param lengths the first rows of two lengths of vectors, or of one if all vectors are alike
/// @param summary of the other rows; null if there are none, or if their lengths differ
record PartSummary(long seen, LeftOut leftOut, List<Length> lengths, EmbeddingSummary.@Nullable State summary)
        implements Serializable {
    /// Largest number of values that are added at a time: 2 MiB of float64.
    private static final int BLOCK_VALUES = 1 << 18;

    /// The first row with vectors of a length.
    ///
    /// @param row its number, from 0
    /// @param length of its vector
    record Length(long row, int length) implements Serializable {}

    static PartSummary empty() {
        return new PartSummary(0, new LeftOut(), List.of(), null);
    }

    /// Reads a partition.
    ///
    /// @param rows an array of float or double, and the number of the row
    /// @param wide whether the arrays are of double
    static PartSummary of(Iterator<InternalRow> rows, boolean wide) {
        TaskContext task = TaskContext.get();
        Threads.use(task == null ? 1 : Math.max(1, task.cpus())); // other tasks use the other cores
        try (var reader = new Reader(wide)) {
            rows.forEachRemaining(reader::add);
            return reader.result();
        }
    }

    /// The summary as bytes, so that any serializer of Spark can send it.
    byte[] bytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(this);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is written to a disk
        }
        return bytes.toByteArray();
    }

    /// Reads [#bytes].
    static PartSummary of(byte[] bytes) {
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return (PartSummary) in.readObject();
        } catch (IOException | ClassNotFoundException e) {
            throw new IllegalStateException("a task with the same classes has written it", e);
        }
    }

    PartSummary merge(PartSummary other) {
        var left = new LeftOut();
        left.merge(leftOut);
        left.merge(other.leftOut);
        List<Length> both = firstOfEach(lengths, other.lengths);
        return new PartSummary(seen + other.seen, left, both, both.size() > 1 ? null : merged(summary, other.summary));
    }

    private static EmbeddingSummary.@Nullable State merged(
            EmbeddingSummary.@Nullable State one, EmbeddingSummary.@Nullable State two) {
        if (one == null || two == null) {
            return one == null ? two : one;
        }
        try (var whole = one.open();
                var part = two.open()) {
            whole.merge(part);
            return whole.state();
        }
    }

    /// The first row of each length, and of these the first two. A third length is never needed to name the
    /// first row that differs from row 0.
    private static List<Length> firstOfEach(List<Length> one, List<Length> two) {
        Map<Integer, Length> first = new HashMap<>();
        Stream.concat(one.stream(), two.stream())
                .forEach(each -> first.merge(each.length, each, (a, b) -> a.row < b.row ? a : b));
        return first.values().stream()
                .sorted(Comparator.comparingLong(Length::row))
                .limit(2)
                .toList();
    }

    /// The diagnosis of all rows.
    ///
    /// @throws InputException when there are no rows, when none is finite, or when two vectors differ in length
    Diagnosis diagnosis(String subject) {
        InputException.when(seen == 0, "%s: found 0 rows, expected at least 1; embed some items", subject);
        if (lengths.size() > 1) {
            throw new InputException(
                    ("%s: found a vector of %d numbers in row %d, expected %d as in the first rows;" + " correct it")
                            .formatted(subject, lengths.get(1).length, lengths.get(1).row, lengths.getFirst().length));
        }
        if (summary == null) {
            throw new InputException("%s: found NaN or infinity in every one of %d rows, expected finite numbers; %s"
                    .formatted(subject, seen, "look for the first step with a loss that is not finite"));
        }
        String warning = leftOut.warning(seen);
        try (var whole = summary.open()) {
            return whole.diagnosis(subject, List.of(), warning == null ? List.of() : List.of(warning));
        }
    }

    /// Collects rows in blocks.
    private static final class Reader implements AutoCloseable {
        private final boolean wide;
        private final LeftOut leftOut = new LeftOut();
        private List<Length> lengths = List.of();
        private @Nullable EmbeddingSummary summary;
        private long seen;
        private double[] block = new double[0];
        private long[] numbers = new long[0];
        private int waiting;

        Reader(boolean wide) {
            this.wide = wide;
        }

        void add(InternalRow row) {
            seen++;
            long number = row.getLong(1);
            ArrayData vector = row.isNullAt(0) ? null : row.getArray(0);
            int length = vector == null ? 0 : vector.numElements();
            if (vector == null || length == 0) {
                leftOut.add(number);
                return;
            }
            lengths = lengths.isEmpty() || lengths.getFirst().length != length || number < lengths.getFirst().row
                    ? firstOfEach(lengths, List.of(new Length(number, length)))
                    : lengths;
            if (lengths.size() == 1) {
                read(vector, length, number);
            }
        }

        private void read(ArrayData vector, int length, long number) {
            if (block.length == 0) {
                numbers = new long[Math.max(1, BLOCK_VALUES / length)];
                block = new double[numbers.length * length];
            }
            int at = waiting * length;
            for (int i = 0; i < length; i++) {
                double value = vector.isNullAt(i) ? Double.NaN : wide ? vector.getDouble(i) : vector.getFloat(i);
                if (!Double.isFinite(value)) {
                    leftOut.add(number);
                    return;
                }
                block[at + i] = value;
            }
            numbers[waiting++] = number;
            if (waiting == numbers.length) {
                flush();
            }
        }

        private void flush() {
            if (waiting == 0) {
                return;
            }
            int width = block.length / numbers.length;
            if (summary == null) {
                summary = new EmbeddingSummary(width);
            }
            try (var scope = Scope.withoutGradients()) {
                var values = Tensors.of(block, numbers.length, width).narrow(0, 0, waiting); // [n, D]
                var rows = wide ? values : values.to(ScalarType.Float); // exact
                summary.add(new Batch(rows, null, null, Arrays.copyOf(numbers, waiting)));
            }
            waiting = 0;
        }

        PartSummary result() {
            boolean alike = lengths.size() <= 1;
            if (alike) {
                flush();
            }
            return new PartSummary(
                    seen,
                    leftOut,
                    lengths,
                    summary == null || !alike
                            ? null
                            : Objects.requireNonNull(summary).state());
        }

        @Override
        public void close() {
            if (summary != null) {
                summary.close();
            }
        }
    }
}
