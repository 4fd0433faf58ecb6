package org.fullrank.diagnose;

import java.util.Arrays;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.rows.Batch;
import org.jspecify.annotations.Nullable;

/// A uniform random sample of the rows of a stream, without replacement. Each row has its second view, its
/// label and its row number. The length of the stream may be unknown.
///
/// Each row has a random rank that depends only on the seed and the row number. The sample contains the rows
/// with the smallest ranks (bottom-k sampling). So the sample of a file does not depend on the order of
/// reading or on the size of blocks. If the stream has no more rows than the capacity, the sample contains
/// all of them.
public final class Reservoir implements AutoCloseable {
    /// Largest number of rows. Their Gram matrix needs 128 MiB and takes a second. A neighbor search takes
    /// about as long.
    public static final int CAPACITY = 4096;

    /// Largest number of values of a view. They need 256 MiB as float32. So with more than 16,384 columns,
    /// there are fewer rows. With 150,000 columns, there are 447.
    public static final long MOST_VALUES = 1L << 26;

    private static final long KEY = Keyed.name("reservoir");

    private final long seed;
    private final PriorityQueue<Slot> kept = new PriorityQueue<>(Slot.ORDER.reversed());
    private int capacity = CAPACITY;
    private @Nullable Tensor first; // [as many as have come, CAPACITY at most, D]
    private @Nullable Tensor second; // [likewise, D2]
    private int @Nullable [] labels;

    private record Slot(long rank, int place, long number) {
        /// Rows of equal rank are ordered by number, so that no sample depends on the order of reading.
        static final Comparator<Slot> ORDER =
                Comparator.comparingLong(Slot::rank).thenComparingLong(Slot::number);
    }

    /// Creates an empty reservoir.
    public Reservoir(long seed) {
        this.seed = seed;
    }

    /// Offers rows. Either all batches have a second view, or none of them has one. The same is true of
    /// labels.
    public void add(Batch batch) {
        if (batch.rows() == 0) {
            return;
        }
        try (var scope = Scope.withoutGradients()) {
            open(scope, batch);
            int[] source = new int[capacity]; // row of the batch that a place takes, or -1: a place may change twice
            Arrays.fill(source, -1);
            for (int i = 0; i < batch.rows(); i++) {
                long number = batch.numbers()[i];
                long rank = Keyed.of(seed, KEY, number).nextLong();
                int place = place(rank, number);
                if (place >= 0) {
                    kept.add(new Slot(rank, place, number));
                    source[place] = i;
                }
            }
            copy(batch, source);
        }
    }

    /// Offers the rows of another part of the stream, which does not change. Bottom-k samples can be merged:
    /// the k smallest ranks of the whole are among the k smallest ranks of the parts. So the sample does not
    /// depend on how the rows are divided between reservoirs, nor on the order of merging.
    ///
    /// @throws IllegalArgumentException when the seeds differ, or when one has a second view or labels and the
    ///     other has none
    public void merge(Reservoir other) {
        if (other.seed != seed) {
            throw new IllegalArgumentException("a reservoir of seed %d, expected %d".formatted(other.seed, seed));
        }
        if (other.first != null) {
            try (var scope = Scope.open()) {
                add(other.sample());
            }
        }
    }

    /// The rows, in the order of their numbers; the caller's scope owns the tensors.
    ///
    /// @throws IllegalStateException when no row was offered
    public Batch sample() {
        if (first == null) {
            throw new IllegalStateException("no row was offered");
        }
        Slot[] slots = kept.toArray(Slot[]::new);
        Arrays.sort(slots, Comparator.comparingLong(Slot::number));
        int[] places = Arrays.stream(slots).mapToInt(Slot::place).toArray();
        int[] found = labels;
        Tensor index = Tensors.of(places);
        return new Batch(
                first.index_select(0, index),
                second == null ? null : second.index_select(0, index),
                found == null ? null : Arrays.stream(places).map(p -> found[p]).toArray(),
                Arrays.stream(slots).mapToLong(Slot::number).toArray());
    }

    @Override
    public void close() {
        if (first != null) {
            first.close();
            first = null;
        }
        if (second != null) {
            second.close();
            second = null;
        }
    }

    /// The position for a row of this rank, or -1 if it is not kept.
    private int place(long rank, long number) {
        if (kept.size() < capacity) {
            return kept.size();
        }
        if (Slot.ORDER.compare(kept.element(), new Slot(rank, 0, number)) <= 0) {
            return -1;
        }
        return kept.remove().place();
    }

    private void open(Scope scope, Batch batch) {
        if (first == null) {
            capacity = capacity(batch.first(), batch.second());
            first = scope.keep(like(batch.first(), 0));
            second = batch.second() == null ? null : scope.keep(like(batch.second(), 0));
            labels = batch.labels() == null ? null : new int[CAPACITY];
        }
        if ((second == null) != (batch.second() == null) || (labels == null) != (batch.labels() == null)) {
            throw new IllegalArgumentException("a batch has a second view or labels where an earlier one has none");
        }
    }

    private void copy(Batch batch, int[] source) {
        int[] to =
                IntStream.range(0, capacity).filter(place -> source[place] >= 0).toArray();
        int[] from = Arrays.stream(to).map(place -> source[place]).toArray();
        first = grown(first);
        second = grown(second);
        copy(batch.first(), first, from, to);
        copy(batch.second(), second, from, to);
        for (int i = 0; i < to.length && labels != null && batch.labels() != null; i++) {
            labels[to[i]] = batch.labels()[from[i]];
        }
    }

    private static void copy(@Nullable Tensor source, @Nullable Tensor target, int[] from, int[] to) {
        if (source != null && target != null) {
            Tensor rows = Tensors.to(source, Device.CPU)
                    .index_select(0, Tensors.of(from))
                    .to(target.scalar_type());
            target.index_copy_(0, Tensors.of(to), rows);
        }
    }

    /// Doubles the space for rows.
    private @Nullable Tensor grown(@Nullable Tensor held) {
        if (held == null || kept.size() <= held.size(0)) {
            return held;
        }
        try (var scope = Scope.open()) {
            long rows = Math.min(capacity, Math.max(kept.size(), 2 * held.size(0)));
            Tensor grown = scope.keep(like(held, rows));
            grown.narrow(0, 0, held.size(0)).copy_(held);
            held.close();
            return grown;
        }
    }

    private static int capacity(Tensor first, @Nullable Tensor second) {
        long width = Math.max(first.size(1), second == null ? 1 : second.size(1));
        return Math.clamp(MOST_VALUES / width, 1, CAPACITY);
    }

    private static Tensor like(Tensor rows, long count) {
        boolean wide = rows.scalar_type().intern() == ScalarType.Double;
        return Tensors.empty(wide ? ScalarType.Double : ScalarType.Float, count, rows.size(1));
    }
}
