package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.fullrank.data.DataSpec;
import org.fullrank.data.Dataset;
import org.fullrank.data.Images;
import org.fullrank.data.Labels;
import org.fullrank.data.Split;
import org.fullrank.engine.InputException;

/// The digits 5 and 6 of MNIST. Each image is in one of two corners of a larger canvas. Only these two
/// corners are stored, because the rest of the canvas is black in all samples.
///
/// @param train samples by attributes: `[digit][place][image]`, each `[2 * pixels]` in `[0, 1]`
/// @param test the same for test images
record DigitPairs(double[][][][] train, double[][][][] test) {
    static final List<String> DIGITS = List.of("5", "6");
    /// Number of images of each digit, small enough for small arrays.
    static final int TRAIN = 1000;

    static final int TEST = 400;

    /// The attribute that the next sample of a sequence shares with the previous one.
    enum Kept {
        PLACE,
        DIGIT
    }

    /// @throws InputException when the train split of the path does not contain images of both digits
    static DigitPairs open(String path) {
        try (Dataset data = Dataset.open(DataSpec.of(path))) {
            if (!(data.items(Split.TRAIN) instanceof Images images)
                    || images.labels() == null
                    || !images.labels().names().containsAll(DIGITS)
                    || !images.uniform()
                    || images.channels() != 1) {
                throw new InputException(
                        "--data %s: found no gray images of one size with the classes 5 and 6,".formatted(path)
                                + " expected MNIST; give its folder");
            }
            double[][][][] train = new double[2][2][][];
            double[][][][] test = new double[2][2][][];
            for (int digit = 0; digit < 2; digit++) {
                List<double[]> pixels = pixels(images, DIGITS.get(digit));
                int size = Math.min(TRAIN, pixels.size() * TRAIN / (TRAIN + TEST));
                for (int place = 0; place < 2; place++) {
                    train[digit][place] = placed(pixels.subList(0, size), place);
                    test[digit][place] = placed(pixels.subList(size, pixels.size()), place);
                }
            }
            return new DigitPairs(train, test);
        }
    }

    private static List<double[]> pixels(Images images, String name) {
        Labels labels = Objects.requireNonNull(images.labels());
        int digit = labels.names().indexOf(name);
        List<double[]> found = new ArrayList<>();
        for (int i = 0; i < images.size() && found.size() < TRAIN + TEST; i++) {
            if (labels.classes()[i] == digit) {
                byte[] bytes = images.copy(i);
                double[] values = new double[bytes.length];
                for (int k = 0; k < bytes.length; k++) {
                    values[k] = (bytes[k] & 0xFF) / 255.0;
                }
                found.add(values);
            }
        }
        if (found.size() < 2) {
            throw new InputException("--data: found %d images of the digit %s, expected MNIST; give its folder"
                    .formatted(found.size(), name));
        }
        return found;
    }

    private static double[][] placed(List<double[]> images, int place) {
        double[][] placed = new double[images.size()][];
        for (int i = 0; i < placed.length; i++) {
            double[] image = images.get(i);
            placed[i] = new double[2 * image.length];
            System.arraycopy(image, 0, placed[i], place * image.length, image.length);
        }
        return placed;
    }

    int inputs() {
        return train[0][0][0].length;
    }

    /// A batch of samples and of their previous samples. The image and the attributes that are not kept are
    /// drawn again.
    void draw(RandomGenerator random, Kept kept, double[][] now, double[][] before) {
        for (int b = 0; b < now.length; b++) {
            int digit = random.nextInt(2);
            int place = random.nextInt(2);
            before[b] = sample(random, digit, place);
            now[b] = switch (kept) {
                case PLACE -> sample(random, random.nextInt(2), place);
                case DIGIT -> sample(random, digit, random.nextInt(2));
            };
        }
    }

    private double[] sample(RandomGenerator random, int digit, int place) {
        double[][] images = train[digit][place];
        return images[random.nextInt(images.length)];
    }

    /// The distance between the mean responses to the two values of an attribute, divided by the range of all
    /// responses, on the test images.
    double selectivity(double[] w, Kept attribute) {
        double[] sums = new double[2];
        int[] counts = new int[2];
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (int digit = 0; digit < 2; digit++) {
            for (int place = 0; place < 2; place++) {
                int side = attribute == Kept.DIGIT ? digit : place;
                for (double[] x : test[digit][place]) {
                    double z = VectorMath.dot(w, x);
                    sums[side] += z;
                    counts[side]++;
                    low = Math.min(low, z);
                    high = Math.max(high, z);
                }
            }
        }
        return Math.abs(sums[0] / counts[0] - sums[1] / counts[1]) / (high - low);
    }
}
