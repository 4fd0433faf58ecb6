package org.fullrank.lab;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.fullrank.data.SamplingOrder;
import org.fullrank.data.Split;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.MemoryNet.Batch;
import org.jspecify.annotations.Nullable;

/// Digits as sequences of pixels, all in one random order.
///
/// @param pixels `[N][L]`, in `[0, 1]`, in the order of the sequence
/// @param digits `[N]`, from 0 to 9
record PermutedDigits(float[][] pixels, int[] digits) {
    static final int CLASSES = GrayImages.CLASSES;

    /// The seed of the permutation in the official code, whose generator is another one. The order is the same
    /// for all seeds of the experiment.
    private static final long PERMUTATION = 92916;

    /// Sets of digits without common images.
    ///
    /// @param validation for the choice of learning rates and for curves
    /// @param test for the accuracy at the end
    record Parts(PermutedDigits training, PermutedDigits validation, PermutedDigits test) {
        Parts(int side, Source source, Counts counts) {
            this(
                    source.read(side, Split.TRAIN, 0, counts.training),
                    source.read(side, Split.TRAIN, counts.training, counts.validation),
                    source.read(side, Split.TEST, 0, counts.test));
        }
    }

    /// Numbers of digits.
    record Counts(int training, int validation, int test) {}

    /// Where digits come from.
    @FunctionalInterface
    interface Source {
        /// @param side pixels on a side, of which the side of the images is a multiple
        PermutedDigits read(int side, Split split, int from, int count);

        /// @param data path of MNIST; null for drawn digits
        static Source of(@Nullable String data) {
            return (side, split, from, count) -> {
                GrayImages images = GrayImages.of(data, split, from, count);
                float[][] sequences = Arrays.stream(images.pixels())
                        .map(image -> sequence(image, side))
                        .toArray(float[][]::new);
                return new PermutedDigits(sequences, images.classes());
            };
        }
    }

    /// The pixels of a coarser image in the random order.
    private static float[] sequence(float[] image, int side) {
        float[] coarse = averaged(image, side);
        int[] order = SamplingOrder.epoch(PERMUTATION, 0, coarse.length);
        float[] pixels = new float[coarse.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = coarse[order[i]];
        }
        return pixels;
    }

    /// The image with `side` pixels on a side, each the mean of a square block.
    static float[] averaged(float[] image, int side) {
        int from = (int) Math.round(Math.sqrt(image.length));
        int block = from / side;
        float[] coarse = new float[side * side];
        for (int y = 0; y < from; y++) {
            for (int x = 0; x < from; x++) {
                coarse[y / block * side + x / block] += image[y * from + x] / (block * block);
            }
        }
        return coarse;
    }

    int size() {
        return digits.length;
    }

    int length() {
        return pixels[0].length;
    }

    /// A batch of drawn digits. Its tensors belong to the scope of the caller.
    Batch draw(int count, RandomGenerator random) {
        return batch(
                IntStream.generate(() -> random.nextInt(size())).limit(count).toArray());
    }

    /// A batch of these digits. Its tensors belong to the scope of the caller.
    Batch batch(int[] items) {
        double[] inputs = new double[length() * items.length];
        double[] targets = new double[items.length * CLASSES];
        for (int b = 0; b < items.length; b++) {
            float[] sequence = pixels[items[b]];
            for (int t = 0; t < sequence.length; t++) {
                inputs[t * items.length + b] = sequence[t];
            }
            targets[b * CLASSES + digits[items[b]]] = 1;
        }
        return new Batch(Tensors.of(inputs, length(), items.length, 1), Tensors.of(targets, 1, items.length, CLASSES));
    }
}
