package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.fullrank.data.Items;
import org.fullrank.data.SeriesShape;
import org.fullrank.data.Vectors;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Keyed;
import org.fullrank.view.ColumnMoments;

/// Features of time series from random convolutions: a baseline without training that is strong for series.
/// Each kernel gives the largest value of its convolution and the share of positive values (ROCKET: Dempster,
/// Petitjean, Webb 2020).
///
/// A kernel has 7, 9 or 11 weights. The weights are Gaussian, and their mean over each channel is removed.
/// The bias is uniform in +-1. The dilation is `2^u` with u uniform from 0 to the largest at which the kernel
/// fits into the series. Every second kernel is padded on average. A kernel reads a random choice of
/// channels, and each number of channels is drawn on a logarithmic scale. The channels are standardized by
/// the training split.
public final class RandomConvolutions {
    /// Number of kernels. ROCKET has 10,000. With more kernels, the probes take much longer.
    public static final int KERNELS = 1000;

    private static final int SEED = 0;
    /// The most values of the features of a split: 2 GB.
    private static final int MOST_VALUES = 500_000_000;
    private static final long STREAM = Keyed.name("probe.convolutions");
    private static final int[] LENGTHS = {7, 9, 11};

    /// A kernel.
    ///
    /// @param channels the channels that it reads
    /// @param weights `[channels][length]`
    /// @param dilation steps between two weights
    /// @param padding zeros at each end of the series
    record Kernel(int[] channels, double[][] weights, double bias, int dilation, int padding) {}

    private RandomConvolutions() {}

    /// The settings in words, for the protocol.
    static String describe() {
        return "%d kernels, largest value and share of positive values, channels standardized by train, seed %d"
                .formatted(KERNELS, SEED);
    }

    /// Whether the items are time series of one shape.
    static boolean fit(Items train, Items test) {
        return train instanceof Vectors first
                && test instanceof Vectors second
                && first.series() != null
                && first.series().equals(second.series());
    }

    /// The features of both splits, `[N, 2 * KERNELS]`.
    ///
    /// @throws InputException when the items are not time series of one shape, or are too many
    static Splits of(Items train, Items test) {
        if (!fit(train, test)) {
            throw new InputException("random convolutions: found other items, expected time series of one shape");
        }
        var first = (Vectors) train;
        var second = (Vectors) test;
        SeriesShape shape = Objects.requireNonNull(first.series());
        List<Kernel> kernels = kernels(shape, KERNELS);
        ColumnMoments scaling = ColumnMoments.ofChannels(first);
        return new Splits(features(first, shape, scaling, kernels), features(second, shape, scaling, kernels));
    }

    private static Features features(Vectors series, SeriesShape shape, ColumnMoments moments, List<Kernel> kernels) {
        int width = 2 * kernels.size();
        InputException.when(
                (long) series.size() * width > MOST_VALUES,
                "found %d series, expected at most %d, because each has %d features; choose fewer with data.samples",
                series.size(),
                MOST_VALUES / width,
                width);
        float[] features = new float[series.size() * width];
        IntStream.range(0, series.size()).parallel().forEach(i -> {
            float[] values = series.copy(i);
            double[][] channels = new double[shape.channels()][shape.length()];
            for (int at = 0; at < values.length; at++) {
                int c = at / shape.length();
                channels[c][at % shape.length()] = moments.std(c) > 0
                        ? (values[at] - moments.mean(c)) / moments.std(c)
                        : 0; // constant in training;
            }
            for (int k = 0; k < kernels.size(); k++) {
                apply(kernels.get(k), channels, features, i * width + 2 * k);
            }
        });
        return Features.of(features, width, series);
    }

    /// The kernels for series of this shape. They do not depend on the values of the series.
    static List<Kernel> kernels(SeriesShape shape, int count) {
        List<Kernel> kernels = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            kernels.add(kernel(shape, Keyed.of(SEED, STREAM, k)));
        }
        return kernels;
    }

    private static Kernel kernel(SeriesShape shape, Keyed random) {
        int length = LENGTHS[random.nextInt(LENGTHS.length)];
        int most = Math.min(shape.channels(), length);
        int read = (int) Math.pow(2, random.nextDouble() * (Math.log(most + 1) / Math.log(2)));
        int[] channels = chosen(shape.channels(), Math.min(read, most), random);
        double[][] weights = new double[channels.length][length];
        for (double[] w : weights) {
            Arrays.setAll(w, j -> random.nextGaussian());
            double mean = Arrays.stream(w).average().orElse(0);
            Arrays.setAll(w, j -> w[j] - mean);
        }
        double bias = random.nextDouble(-1, 1);
        double largest = Math.max(1, (shape.length() - 1.0) / (length - 1));
        int dilation = (int) Math.pow(2, random.nextDouble() * (Math.log(largest) / Math.log(2)));
        int span = (length - 1) * dilation;
        boolean padded = random.nextBoolean() || span >= shape.length();
        return new Kernel(channels, weights, bias, dilation, padded ? span / 2 : 0);
    }

    private static int[] chosen(int channels, int count, Keyed random) {
        int[] order = IntStream.range(0, channels).toArray();
        for (int i = 0; i < count; i++) {
            int other = i + random.nextInt(channels - i);
            int swapped = order[i];
            order[i] = order[other];
            order[other] = swapped;
        }
        return Arrays.copyOf(order, count);
    }

    /// Writes the largest value of the convolution and the share of positive values.
    static void apply(Kernel kernel, double[][] channels, float[] out, int at) {
        int length = channels[0].length;
        int taps = kernel.weights[0].length;
        int first = -kernel.padding;
        int last = length + kernel.padding - (taps - 1) * kernel.dilation; // exclusive
        double largest = Double.NEGATIVE_INFINITY;
        int positive = 0;
        for (int start = first; start < last; start++) {
            double sum = kernel.bias;
            for (int c = 0; c < kernel.channels.length; c++) {
                double[] x = channels[kernel.channels[c]];
                double[] w = kernel.weights[c];
                for (int j = 0, t = start; j < taps; j++, t += kernel.dilation) {
                    if (t >= 0 && t < length) {
                        sum += w[j] * x[t];
                    }
                }
            }
            largest = Math.max(largest, sum);
            positive += sum > 0 ? 1 : 0;
        }
        out[at] = (float) largest;
        out[at + 1] = (float) positive / (last - first);
    }
}
