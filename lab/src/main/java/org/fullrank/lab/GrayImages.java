package org.fullrank.lab;

import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Images;
import org.fullrank.data.Labels;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Tensors;
import org.jspecify.annotations.Nullable;

/// Gray images of [SevenSegments#SIDE] pixels on a side, in ten classes.
///
/// @param pixels `[N][SIDE * SIDE]`, in `[0, 1]`
/// @param classes `[N]`, from 0 to 9
record GrayImages(float[][] pixels, int[] classes) {
    static final int CLASSES = 10;
    /// Images of the train split of MNIST and of Fashion-MNIST.
    static final int TRAIN = 60_000;

    static final int PIXELS = SevenSegments.SIDE * SevenSegments.SIDE;

    /// Data sets about which an experiment has claims. They are known by the first labels of the train split.
    enum Known {
        MNIST("mnist", 5, 0, 4, 1, 9, 2, 1, 3, 1, 4),
        FASHION_MNIST("fashion-mnist", 9, 0, 0, 3, 0, 2, 7, 2, 5, 5);

        private final String folder;
        private final int[] first;

        Known(String folder, int... first) {
            this.folder = folder;
            this.first = first;
        }

        /// The path where this data set is, if there are any data.
        @Nullable
        String folder(Setting setting) {
            return setting.data(folder);
        }

        /// Whether the data of a setting are this data set, or a folder that has it. Data that cannot be read as
        /// gray images are not.
        boolean in(Setting setting) {
            String path = folder(setting);
            if (path == null) {
                return false;
            }
            try {
                return is(GrayImages.of(path, Split.TRAIN, 0, first.length));
            } catch (InputException _) {
                return false;
            }
        }

        /// The path of this data set; null if the data of a setting are others, so that digits are drawn.
        @Nullable
        String orDrawn(Setting setting) {
            return in(setting) ? folder(setting) : null;
        }

        /// Whether these are the first images of the train split of this data set.
        boolean is(GrayImages images) {
            return images.size() >= first.length
                    && Arrays.equals(images.classes, 0, first.length, first, 0, first.length);
        }
    }

    /// Some images of a split.
    ///
    /// @param data path of the data; null for digits that are drawn
    /// @throws InputException when the data are of another kind or too few
    static GrayImages of(@Nullable String data, Split split, int from, int count) {
        return data == null
                ? drawn(split, from, count)
                : stored(data, split, IntStream.range(from, from + count).toArray());
    }

    /// Different images of a split of 60,000 images, drawn at random.
    static GrayImages sample(String data, RandomGenerator random, int count) {
        int[] items = random.ints(0, TRAIN).distinct().limit(count).toArray();
        return stored(data, Split.TRAIN, items);
    }

    /// The name of the data that are read from a path of MNIST.
    ///
    /// @param mnist null for digits that are drawn
    static String digits(@Nullable String mnist) {
        return mnist == null ? "drawn digits" : "MNIST";
    }

    private static GrayImages drawn(Split split, int from, int count) {
        float[][] pixels = new float[count][];
        int[] digits = new int[count];
        for (int i = 0; i < count; i++) {
            Keyed random = Keyed.of(1, Keyed.name("lab drawn digits"), split.ordinal(), from + i);
            digits[i] = random.nextInt(CLASSES);
            pixels[i] = SevenSegments.draw(digits[i], random);
        }
        return new GrayImages(pixels, digits);
    }

    private static GrayImages stored(String path, Split split, int... items) {
        int least = Arrays.stream(items).max().orElse(0) + 1;
        try (Dataset data = Dataset.open(DataSpec.of(path))) {
            if (!(data.items(split) instanceof Images images)
                    || images.labels() == null
                    || images.labels().names().size() != CLASSES
                    || images.labels().unlabeled() > 0
                    || !images.uniform()
                    || images.channels() != 1
                    || images.height(0) != SevenSegments.SIDE
                    || images.width(0) != SevenSegments.SIDE
                    || images.size() < least) {
                throw new InputException(("--data %s: found no %d gray images of 28 x 28 pixels with ten classes in the"
                                + " %s split, expected MNIST or Fashion-MNIST; give its folder")
                        .formatted(path, least, split.label()));
            }
            Labels labels = Objects.requireNonNull(images.labels());
            return new GrayImages(
                    Arrays.stream(items).mapToObj(i -> grays(images.copy(i))).toArray(float[][]::new),
                    Arrays.stream(items).map(i -> labels.classes()[i]).toArray());
        }
    }

    private static float[] grays(byte[] bytes) {
        float[] values = new float[bytes.length];
        for (int k = 0; k < bytes.length; k++) {
            values[k] = (bytes[k] & 0xFF) / 255f;
        }
        return values;
    }

    int size() {
        return classes.length;
    }

    /// Number of images of each class.
    int[] counts() {
        int[] counts = new int[CLASSES];
        Arrays.stream(classes).forEach(c -> counts[c]++);
        return counts;
    }

    /// The images of each class.
    int[][] members() {
        return IntStream.range(0, CLASSES)
                .mapToObj(c ->
                        IntStream.range(0, size()).filter(i -> classes[i] == c).toArray())
                .toArray(int[][]::new);
    }

    /// Some of the images.
    GrayImages select(int... items) {
        return new GrayImages(
                Arrays.stream(items).mapToObj(i -> pixels[i]).toArray(float[][]::new),
                Arrays.stream(items).map(i -> classes[i]).toArray());
    }

    /// All pixels, float32 `[N, PIXELS]`. The tensor belongs to the scope of the caller.
    Tensor tensor() {
        float[] all = new float[size() * PIXELS];
        for (int i = 0; i < size(); i++) {
            System.arraycopy(pixels[i], 0, all, i * PIXELS, PIXELS);
        }
        return Tensors.of(all, size(), PIXELS);
    }
}
