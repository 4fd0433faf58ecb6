package org.fullrank.probe;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.stream.IntStream;
import org.fullrank.data.Images;
import org.fullrank.data.Items;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;

/// The input itself as features: the baseline without an encoder.
///
/// The pixels of images are scaled to [0, 1] and stored row by row, with the channels of a pixel together. If
/// all images of both splits have one size of at most [Protocol#RAW_SIDE] on either side, they are not
/// resized. Otherwise, each image is resized to a square of side [Protocol#RAW_SIDE]. The value of a new
/// pixel is the average of its area, and the proportions of the image are not kept.
///
/// The columns of a table are standardized by the labeled rows of the train split, because they may have any unit.
/// Otherwise, the column of the largest scale would decide which rows are near, and encoders of standardized rows
/// would often look better than their input. The values of time series are not changed, except that their unit is
/// chosen so
/// that their squares fit into float32.
public final class RawInput {
    /// The largest binary exponent of usual values. The squares of 2^40 values of this size have a sum that
    /// fits into float32. In such a sum, values below 2^-40 vanish.
    private static final int LARGEST_EXPONENT = 40;

    /// What the raw input of images is. Its words are part of the hash of a protocol, so they also name vectors.
    static final String IMAGES =
            "pixels / 255, images not all of one size up to %d x %d resized to that by area; vectors as is"
                    .formatted(Protocol.RAW_SIDE, Protocol.RAW_SIDE);

    /// What the raw input of tables is.
    static final String TABLE = "the columns of the table, standardized by the labeled rows of train";

    private RawInput() {}

    /// What the raw input of these items is, in words for a protocol.
    static String describe(Items items) {
        if (items instanceof Vectors vectors) {
            return vectors.series() != null ? "the values of all channels and steps of a series as they are" : TABLE;
        }
        return IMAGES;
    }

    /// The features of both splits, computed in the same way.
    ///
    /// @throws InputException when the splits differ in kind or width, or when they are too large for one
    ///     array
    public static Splits of(Items train, Items test) {
        if (train instanceof Images first && test instanceof Images second) {
            int[] size = common(first, second);
            return new Splits(features(first, size[0], size[1]), features(second, size[0], size[1]));
        }
        if (train instanceof Vectors first && test instanceof Vectors second) {
            float factor = factor(Math.max(largest(first), largest(second)));
            var raw = new Splits(features(first, factor), features(second, factor));
            return first.series() == null ? Standardizer.of(raw.train()).apply(raw) : raw;
        }
        throw new InputException("raw input: found images in one split and vectors in the other, expected one kind; use"
                + " splits of one data set");
    }

    /// Height and width for both splits.
    private static int[] common(Images first, Images second) {
        boolean plain = first.size() > 0
                && second.size() > 0
                && first.uniform()
                && second.uniform()
                && first.height(0) == second.height(0)
                && first.width(0) == second.width(0)
                && Math.max(first.height(0), first.width(0)) <= Protocol.RAW_SIDE;
        return plain ? new int[] {first.height(0), first.width(0)} : new int[] {Protocol.RAW_SIDE, Protocol.RAW_SIDE};
    }

    private static float largest(Vectors vectors) {
        float largest = 0;
        for (int i = 0; i < vectors.size(); i++) {
            for (float value : vectors.copy(i)) {
                largest = Math.max(largest, Math.abs(value));
            }
        }
        return largest;
    }

    /// A power of two, which changes no digits; 1 for values of usual size. No probe depends on it.
    private static float factor(float largest) {
        int exponent = Math.getExponent(largest);
        return largest == 0 || Math.abs(exponent) <= LARGEST_EXPONENT ? 1 : Math.scalb(1f, -exponent);
    }

    private static Features features(Vectors vectors, float factor) {
        float[] values = new float[count(vectors.size(), vectors.features())];
        MemorySegment.copy(vectors.values(), ValueLayout.JAVA_FLOAT, 0, values, 0, values.length);
        if (factor != 1) {
            for (int i = 0; i < values.length; i++) {
                values[i] *= factor;
            }
        }
        return Features.of(values, vectors.features(), vectors);
    }

    private static Features features(Images images, int height, int width) {
        int each = height * width * images.channels();
        float[] values = new float[count(images.size(), each)];
        IntStream.range(0, images.size())
                .parallel()
                .forEach(i -> System.arraycopy(resized(images, i, height, width), 0, values, i * each, each));
        return Features.of(values, each, images);
    }

    private static int count(int rows, int width) {
        long count = (long) rows * width;
        if (count > Integer.MAX_VALUE - 8) {
            throw new InputException(
                    "raw input: found %d items of %d values, expected at most %d values; evaluate on fewer"
                                    .formatted(rows, width, Integer.MAX_VALUE - 8)
                            + " items");
        }
        return (int) count;
    }

    /// Image i as `[height, width, channels]`, pixels / 255.
    static float[] resized(Images images, int i, int height, int width) {
        int channels = images.channels();
        byte[] bytes = images.copy(i);
        float[] pixels = new float[bytes.length];
        for (int p = 0; p < bytes.length; p++) {
            pixels[p] = (bytes[p] & 0xFF) / 255f;
        }
        float[] rows = shrink(pixels, 1, images.height(i), images.width(i) * channels, height);
        return shrink(rows, height, images.width(i), channels, width);
    }

    /// Shrinks the middle axis of `[outer, from, inner]` to length `to`. Each new cell is the average of the
    /// old cells that it covers.
    private static float[] shrink(float[] values, int outer, int from, int inner, int to) {
        if (from == to) {
            return values;
        }
        float[] result = new float[outer * to * inner];
        double share = (double) from / to;
        for (int cell = 0; cell < to; cell++) {
            double begin = cell * share;
            double end = Math.min(from, begin + share);
            for (int s = (int) begin; s < Math.min(from, Math.ceil(end)); s++) {
                float weight = (float) ((Math.min(end, s + 1) - Math.max(begin, s)) / (end - begin));
                for (int o = 0; o < outer; o++) {
                    addScaled(result, (o * to + cell) * inner, weight, values, (o * from + s) * inner, inner);
                }
            }
        }
        return result;
    }

    private static void addScaled(float[] to, int at, float weight, float[] from, int start, int count) {
        for (int j = 0; j < count; j++) {
            to[at + j] += weight * from[start + j];
        }
    }
}
