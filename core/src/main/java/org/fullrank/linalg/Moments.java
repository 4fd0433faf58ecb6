package org.fullrank.linalg;

import java.util.Arrays;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// The first and second moments of embeddings `[N, D]` that arrive in blocks: means, deviations, lengths of
/// rows, and spectra. The spectra are those of the centered and of the raw matrix. The class makes one pass
/// over the rows and computes in float64.
///
/// A buffer collects at most `max(D, 1024)` rows. If all rows fit into the buffer, the spectra come from the
/// smaller of the two Gram matrices. So for `N < D`, the cost is `N^2 D`. When the buffer is full, it is
/// added to the scatter matrix `[D, D]` and emptied. Before that, the mean of the first rows is subtracted.
/// So a common offset cancels before the values are squared. Because of the buffer, the results do not depend
/// on how the rows are divided into blocks, not even in the last bit. If the matrix `[D, D]` would be larger
/// than [#MOST_VALUES], all rows must fit into a buffer of that size.
///
/// Values of any finite size are accepted. If squares could overflow or vanish, all values are scaled by a
/// power of two. This changes no digit. Values that are much smaller than the largest ones become zero.
///
/// An object of this class owns native memory and must be closed. The object holds at most two matrices
/// `[min(N, D), D]` of float64, and four while it computes a spectrum.
public final class Moments implements AutoCloseable {
    /// Smallest number of rows that are added to the scatter matrix at once. It is large enough for the full
    /// speed of the processor, and small enough for its caches.
    static final int BUFFER_ROWS = 1024;

    /// Largest number of values of the buffer and of the scatter matrix: 4 GiB each, a quarter of the memory
    /// of a machine with 16 GiB. So with up to 23,170 columns, the number of rows has no limit. With 150,000
    /// columns, the limit is 3579 rows.
    public static final long MOST_VALUES = 1L << 29;

    private final int width;
    private final int capacity; // rows of the buffer, at most
    private @Nullable Tensor buffer; // [some, D]
    private final ColumnSums sums;
    private int waiting;
    private long rows;
    private double rounding = 0x1p-53;
    private @Nullable Tensor gram; // lower triangle of sum (x - shift)(x - shift)', [D, D]
    private @Nullable Spectrum centered;
    private @Nullable Spectrum raw;
    private boolean closed;

    private int exponent; // values are kept in units of 2^exponent
    private boolean sized; // whether a value other than 0 has come

    /// Creates moments of rows with `width` columns.
    public Moments(int width) {
        InputException.when(
                width < 1, "moments: found embeddings of %d columns, expected at least 1; give columns", width);
        this.width = width;
        this.capacity = (int) Math.min(Math.max(width, BUFFER_ROWS), MOST_VALUES / width);
        this.sums = new ColumnSums(width);
    }

    /// The moments of a whole matrix `[N, D]`.
    public static Moments of(Tensor rows) {
        requireMatrix(rows, rows.dim() == 2 ? rows.size(1) : 0);
        var moments = new Moments(Math.toIntExact(rows.size(1)));
        moments.add(rows);
        return moments;
    }

    /// Adds rows `[B, D]`, float32 or float64, on any device. They must be finite, and the caller still owns
    /// them.
    ///
    /// @throws InputException when there are too many rows of this width for [#MOST_VALUES]
    public void add(Tensor block) {
        requireMatrix(block, width);
        requireRoom(rows + block.size(0));
        try (var scope = Scope.withoutGradients()) {
            Tensor found = Tensors.to(block, Device.CPU); // [B, D]
            if (found.scalar_type().intern() == ScalarType.Double) {
                fit(Magnitude.largest(found));
            } else {
                rounding = 0x1p-24;
                sized = true;
            }
            Tensor units = exponent == 0
                    ? found
                    : Magnitude.times(found.to(ScalarType.Double), Math.scalb(1.0, -exponent)); // [B, D]
            append(units);
        }
        centered = null;
        raw = null;
    }

    /// Adds the rows of `other`, which does not change. The result is the same, except for rounding, however
    /// rows are divided between objects and in whatever order these are merged.
    ///
    /// @throws InputException when the widths differ, or when there are too many rows of this width for
    ///     [#MOST_VALUES]
    public void merge(Moments other) {
        InputException.unless(
                other.width == width,
                "moments: found embeddings of %d columns to merge, expected %d; merge those of one embedding",
                other.width,
                width);
        requireRoom(rows + other.rows);
        try (var scope = Scope.withoutGradients()) {
            if (other.sized) {
                useUnit(sized ? Math.max(exponent, other.exponent) : other.exponent);
            }
            double factor = Math.scalb(1.0, other.exponent - exponent);
            if (other.gram != null) {
                absorb();
                addScatter(other.gram, other.sums, factor);
            }
            append(Magnitude.times(other.waiting(), factor));
        }
        rounding = Math.max(rounding, other.rounding);
        sized |= other.sized;
        centered = null;
        raw = null;
    }

    private void addScatter(Tensor theirs, ColumnSums added, double factor) {
        Tensor mine = Objects.requireNonNull(gram); // [D, D]
        mine.add_(Magnitude.times(Magnitude.times(theirs, factor), factor));
        if (sums.rows() > 0) {
            mine.add_(sums.shiftOf(added, factor));
        }
        sums.merge(added, factor);
        rows += added.rows();
    }

    /// Adds rows `[B, D]`, float64 and in the unit of this object.
    private void append(Tensor units) {
        long added = units.size(0);
        for (long from = 0; from < added; ) {
            if (waiting == capacity) {
                absorb();
            }
            long count = Math.min(added - from, capacity - waiting);
            room(waiting + count).narrow(0, waiting, count).copy_(units.narrow(0, from, count));
            waiting += Math.toIntExact(count);
            from += count;
        }
        rows += added;
    }

    /// The content of this object, for another process; [MomentsState#open] makes an equal object.
    public MomentsState state() {
        try (var scope = Scope.withoutGradients()) {
            Tensor scatter = gram;
            return new MomentsState(
                    width,
                    rows,
                    rounding,
                    exponent,
                    sized,
                    waiting == 0 ? new double[0] : Tensors.doubles(waiting()),
                    scatter == null ? null : MomentsState.lower(Tensors.doubles(scatter), width),
                    scatter == null ? 0 : sums.rows(),
                    scatter == null ? new double[0][] : sums.numbers());
        }
    }

    /// Takes over the content of another object. This object must be new.
    void restore(MomentsState state) {
        try (var scope = Scope.withoutGradients()) {
            rounding = state.rounding();
            exponent = state.exponent();
            sized = state.sized();
            double[] scatter = state.scatter();
            if (scatter != null) {
                absorb();
                Objects.requireNonNull(gram).copy_(Tensors.of(MomentsState.square(scatter, width), width, width));
                sums.restore(state.absorbed(), state.sums());
                rows = state.absorbed();
            }
            append(Tensors.of(state.waiting(), state.waiting().length / width, width));
        }
    }

    /// Rows N so far.
    public long rows() {
        return rows;
    }

    /// Columns D.
    public int width() {
        return width;
    }

    /// Mean of each dimension, `[D]`.
    public double[] mean() {
        return inUnits(settled().mean());
    }

    /// Standard deviation of each dimension (divisor N - 1), `[D]`; zeros for a single row.
    public double[] deviations() {
        return inUnits(settled().deviations());
    }

    /// The same for rows scaled to length 1; a row of zeros is not scaled.
    public double[] unitDeviations() {
        return settled().unitDeviations();
    }

    /// Mean length of a row.
    public double meanNorm() {
        return Math.scalb(settled().meanNorm(), exponent);
    }

    /// Mean squared length of a row, `E|z|^2`; infinite if it is too large for float64.
    public double meanSquare() {
        return Math.scalb(settled().meanSquare(), 2 * exponent);
    }

    /// Share of the mean vector in the mean squared length, `|E z|^2 / E|z|^2`, from 0 to 1; 0 if all values
    /// are zero.
    public double offsetShare() {
        double all = settled().meanSquare();
        double common = Arrays.stream(settled().mean()).map(m -> m * m).sum();
        return all == 0 ? 0 : Math.min(1, common / all);
    }

    /// Unit roundoff of the type of the rows: 2^-24 for float32, 2^-53 for float64.
    public double rounding() {
        return rounding;
    }

    /// The size of a singular value that can come from the rounding of the rows alone. Rounding errors of
    /// values near `rms` are noise of at most `u rms`, where u is the unit roundoff of the stored type. The
    /// largest singular value of this noise is near `u rms (sqrt(N) + sqrt(D))`. Smaller singular values
    /// count as zero, so that constant rows with a large offset have rank 0.
    public double noise() {
        return Math.scalb(noiseInUnits(), exponent);
    }

    private double noiseInUnits() {
        double rms = Math.sqrt(settled().meanSquare() / width);
        return 2 * rounding * rms * (Math.sqrt(rows) + Math.sqrt(width));
    }

    /// The `min(N, D)` singular values of the centered rows. Values below [#noise], or below
    /// [Spectrum#RELATIVE_EPSILON] of the largest, are 0.
    public Spectrum centered() {
        if (centered == null) {
            centered = spectrum(true);
        }
        return centered;
    }

    /// The `min(N, D)` singular values of the rows as they are. Values below [#noise], or below
    /// [Spectrum#RELATIVE_EPSILON] of the largest, are 0.
    public Spectrum raw() {
        if (raw == null) {
            raw = spectrum(false);
        }
        return raw;
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (buffer != null) {
                buffer.close();
            }
            sums.close();
            if (gram != null) {
                gram.close();
            }
        }
    }

    /// Chooses the unit so that the squares of `block` can be summed, and converts the stored values to this
    /// unit. After the first value the unit never becomes smaller.
    private void fit(double largest) {
        int fitting = Magnitude.exponent(Math.scalb(largest, -exponent)) + exponent;
        if (fitting > exponent || !sized) {
            useUnit(fitting);
        }
        sized |= largest > 0;
    }

    /// Converts the stored values to another unit.
    private void useUnit(int unit) {
        double factor = Math.scalb(1.0, exponent - unit);
        exponent = unit;
        if (buffer != null) {
            buffer.mul_(Tensors.scalar(factor));
        }
        if (gram != null) {
            gram.mul_(Tensors.scalar(factor)).mul_(Tensors.scalar(factor));
        }
        sums.scale(factor);
    }

    private double[] inUnits(double[] values) {
        return exponent == 0
                ? values
                : Arrays.stream(values).map(x -> Math.scalb(x, exponent)).toArray();
    }

    private ColumnSums settled() {
        requireRows();
        try (var scope = Scope.withoutGradients()) {
            if (gram != null && waiting > 0) {
                absorb();
            }
            if (gram == null && sums.rows() != rows) {
                sums.clear();
                sums.add(waiting().clone());
            }
            return sums;
        }
    }

    /// Adds the rows in the buffer to the sums and the scatter matrix.
    private void absorb() {
        try (var scope = Scope.open()) {
            if (gram == null) {
                gram = scope.keep(Tensors.zeros(Device.CPU, ScalarType.Double, width, width));
                sums.clear();
            }
            if (waiting > 0) {
                Tensor block = waiting();
                sums.add(block); // shifts it
                Gram.add(block, gram);
                waiting = 0;
            }
        }
    }

    private Spectrum spectrum(boolean center) {
        ColumnSums settled = settled();
        try (var scope = Scope.withoutGradients()) {
            Tensor mean = Tensors.of(settled.mean(), width); // [D]
            if (gram == null) {
                Tensor all = waiting(); // [N, D]
                return cut(Spectrum.of(center ? Reductions.center(all.sub(mean)) : all));
            }
            Tensor apart = Tensors.of(settled.meanOfShifted(), width); // [D]
            Tensor scatter =
                    gram.sub(Reductions.outer(apart, apart).mul(Tensors.scalar(rows))); // [D, D], lower triangle
            return cut(Spectrum.ofGram(
                    center ? scatter : scatter.add_(Reductions.outer(mean, mean).mul(Tensors.scalar(rows))),
                    Math.min(rows, width)));
        }
    }

    private Spectrum cut(Spectrum found) {
        double floor = Math.max(noiseInUnits(), Spectrum.RELATIVE_EPSILON * found.singularValues()[0]);
        return new Spectrum(Arrays.stream(found.singularValues())
                .map(s -> s < floor ? 0 : Math.scalb(s, exponent))
                .toArray());
    }

    private Tensor waiting() {
        return room(waiting).narrow(0, 0, waiting); // [N or a bufferful, D]
    }

    /// The buffer, with space for `needed` rows. It doubles when it grows.
    private Tensor room(long needed) {
        Tensor old = buffer;
        if (old != null && needed <= old.size(0)) {
            return old;
        }
        try (var scope = Scope.open()) {
            long size = old == null ? needed : Math.min(capacity, Math.max(needed, 2 * old.size(0)));
            Tensor grown = scope.keep(Tensors.empty(ScalarType.Double, size, width));
            if (old != null) {
                grown.narrow(0, 0, waiting).copy_(old.narrow(0, 0, waiting));
                old.close();
            }
            buffer = grown;
            return grown;
        }
    }

    private void requireRoom(long needed) {
        if (needed > capacity && (long) width * width > MOST_VALUES) {
            throw new InputException(
                    "moments: found %d rows or more of %d columns, expected at most %d so wide or at most %d columns;"
                                    .formatted(needed, width, capacity, (long) Math.sqrt(MOST_VALUES))
                            + " project them to fewer dimensions or give fewer rows");
        }
    }

    private void requireRows() {
        InputException.when(rows == 0, "moments: found no rows, expected at least 1; embed at least one item");
    }

    private static void requireMatrix(Tensor rows, long width) {
        if (rows.dim() != 2 || rows.size(1) != width || width == 0) {
            throw new InputException("moments: found embeddings %s, expected [N, %d]; give one row for each item"
                    .formatted(Tensors.describe(rows), width));
        }
    }
}
