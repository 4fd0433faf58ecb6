package org.fullrank.decompose;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.CRC32C;
import org.fullrank.engine.InputException;
import org.fullrank.net.SignalShape;
import org.jspecify.annotations.Nullable;

/// A matrix `[M, N]` or a 3-way tensor `[H, W, B]` in which entries may be missing. Missing entries are never
/// used: their value here is 0, and every sum leaves them out.
///
/// @param shape sizes, outermost first
/// @param values row-major, 0 where missing
/// @param observed whether each entry is present, in the same order
public record PartialTensor(List<Integer> shape, float[] values, boolean[] observed) implements Observed {
    /// @throws InputException when it is neither a matrix nor a 3-way tensor, when an observed entry is not
    ///     finite, or when all observed entries are equal
    public PartialTensor {
        shape = List.copyOf(shape);
        InputException.unless(
                shape.size() == 2 || shape.size() == 3,
                "tensor: found shape %s, expected a matrix [M, N] or a 3-way tensor [H, W, B]; reshape it",
                shape);
        long size = shape.stream().mapToLong(Integer::longValue).reduce(1, Math::multiplyExact);
        if (size != values.length || size != observed.length) {
            throw new IllegalArgumentException("%d values and %d marks do not fill a tensor of shape %s"
                    .formatted(values.length, observed.length, shape));
        }
        values = values.clone();
        observed = observed.clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = observed[i] ? values[i] : 0;
        }
        requireFinite(shape, values);
        requireContent(values, observed);
    }

    /// A tensor without missing entries.
    public static PartialTensor of(List<Integer> shape, float[] values) {
        return new PartialTensor(shape, values, all(values.length));
    }

    /// A tensor with missing entries.
    ///
    /// @param mask nonzero where an entry is observed; null: no mask
    /// @param nanIsMissing whether NaN means that an entry is missing; if not, NaN is refused
    public static PartialTensor of(List<Integer> shape, float[] values, float @Nullable [] mask, boolean nanIsMissing) {
        boolean[] observed = all(values.length);
        for (int i = 0; i < values.length; i++) {
            observed[i] = (mask == null || mask[i] != 0) && !(nanIsMissing && Float.isNaN(values[i]));
        }
        return new PartialTensor(shape, values, observed);
    }

    private static boolean[] all(int count) {
        boolean[] all = new boolean[count];
        Arrays.fill(all, true);
        return all;
    }

    /// The same tensor with fewer entries.
    ///
    /// @param kept entries to keep, if they are observed
    PartialTensor only(boolean[] kept) {
        boolean[] both = new boolean[kept.length];
        for (int i = 0; i < both.length; i++) {
            both[i] = kept[i] && observed[i];
        }
        return new PartialTensor(shape, values, both);
    }

    /// Number of all entries.
    public int size() {
        return values.length;
    }

    /// Number of observed entries.
    public int observedCount() {
        int count = 0;
        for (boolean one : observed) {
            count += one ? 1 : 0;
        }
        return count;
    }

    /// 1 for each observed entry, 0 for each missing one.
    float[] weights() {
        float[] weights = new float[observed.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = observed[i] ? 1 : 0;
        }
        return weights;
    }

    /// The values of some entries.
    ///
    /// @param entries positions in row-major order
    float[] values(int[] entries) {
        float[] some = new float[entries.length];
        for (int i = 0; i < some.length; i++) {
            some[i] = values[entries[i]];
        }
        return some;
    }

    /// Whether no entry is missing.
    public boolean isComplete() {
        return observedCount() == size();
    }

    /// Number of columns if the tensor is seen as a matrix: the size of the last side.
    public int columns() {
        return shape.getLast();
    }

    /// Number of rows if the tensor is seen as a matrix: the product of all other sides.
    public int rows() {
        return size() / columns();
    }

    /// The smallest observed entry.
    public float minimum() {
        float least = Float.POSITIVE_INFINITY;
        for (int i = 0; i < values.length; i++) {
            least = observed[i] ? Math.min(least, values[i]) : least;
        }
        return least;
    }

    /// The largest observed entry.
    public float maximum() {
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < values.length; i++) {
            most = observed[i] ? Math.max(most, values[i]) : most;
        }
        return most;
    }

    @Override
    public PartialTensor entries() {
        return this;
    }

    @Override
    public int observations() {
        return observedCount();
    }

    @Override
    public List<SignalShape> sides(ThreeWay threeWay) {
        return threeWay.sides(shape);
    }

    /// A checksum of the shape, the entries and the missing entries.
    @Override
    public String fingerprint() {
        var crc = new CRC32C();
        var bytes = ByteBuffer.allocate(5);
        shape.forEach(side -> crc.update(ByteBuffer.allocate(4).putInt(side).flip()));
        for (int i = 0; i < values.length; i++) {
            crc.update(bytes.clear()
                    .putFloat(values[i])
                    .put((byte) (observed[i] ? 1 : 0))
                    .flip());
        }
        return "%08x".formatted(crc.getValue());
    }

    private static void requireFinite(List<Integer> shape, float[] values) {
        for (int i = 0; i < values.length; i++) {
            if (!Float.isFinite(values[i])) {
                throw new InputException("tensor: found %s at index %s (from 0), expected finite numbers; mark missing"
                                .formatted(values[i], index(shape, i))
                        + " entries by a mask, or say that NaN is missing");
            }
        }
    }

    /// The index of an entry as in NumPy: `[3, 7]`.
    private static String index(List<Integer> shape, int flat) {
        int rest = flat;
        int[] index = new int[shape.size()];
        for (int k = index.length - 1; k >= 0; k--) {
            index[k] = rest % shape.get(k);
            rest /= shape.get(k);
        }
        return Arrays.stream(index).mapToObj(String::valueOf).collect(Collectors.joining(", ", "[", "]"));
    }

    private static void requireContent(float[] values, boolean[] observed) {
        int first = 0;
        while (first < values.length && !observed[first]) {
            first++;
        }
        InputException.when(first == values.length, "tensor: found no observed entry, expected at least two");
        for (int i = first; i < values.length; i++) {
            if (observed[i] && values[i] != values[first]) {
                return;
            }
        }
        throw new InputException("tensor: found the value %s in every observed entry, expected at least two values;"
                        .formatted(values[first])
                + " a constant has nothing to decompose");
    }
}
