package org.fullrank.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.data.SamplingOrder;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ProjectorSpec;

/// The training of a small classifier with random views of images of half the side.
///
/// @param widths of the layers before the classes, each with a ReLU
/// @param epochs over all images, with batches of [#BATCH]
record ViewTraining(List<Integer> widths, int epochs) {
    static final int BATCH = 100;

    /// What a classifier answers.
    ///
    /// @param shares of the test items of a class for which it answers a class, `[class][answer]`
    record Confusion(double[][] shares) {
        /// The shares of answers for images.
        static Confusion of(GrayImages images, int[] answers) {
            double[][] shares = new double[GrayImages.CLASSES][GrayImages.CLASSES];
            int[] counts = images.counts();
            for (int i = 0; i < answers.length; i++) {
                int c = images.classes()[i];
                shares[c][answers[i]] += 1.0 / counts[c];
            }
            return new Confusion(shares);
        }

        /// The accuracy of each class.
        double[] accuracies() {
            double[] right = new double[shares.length];
            Arrays.setAll(right, c -> shares[c][c]);
            return right;
        }

        /// The most frequent wrong answers, as pairs of class and answer, the most frequent first.
        List<int[]> largest(int count) {
            return IntStream.range(0, shares.length * shares.length)
                    .mapToObj(i -> new int[] {i / shares.length, i % shares.length})
                    .filter(pair -> pair[0] != pair[1])
                    .sorted(Comparator.comparingDouble(pair -> -shares[pair[0]][pair[1]]))
                    .limit(count)
                    .toList();
        }

        static Confusion mean(List<Confusion> all) {
            double[][] mean = new double[GrayImages.CLASSES][GrayImages.CLASSES];
            for (Confusion one : all) {
                for (int c = 0; c < mean.length; c++) {
                    VectorMath.add(mean[c], 1.0 / all.size(), one.shares[c]);
                }
            }
            return new Confusion(mean);
        }
    }

    /// Trains on views of images, and answers for the test images as they are.
    ///
    /// @param draw draws the view of an image, each time it is seen
    /// @param seed of the initial weights, the order and the views
    Confusion run(GrayImages train, GrayImages test, LayerProbes.Draw draw, long seed) {
        var all = new ArrayList<>(widths);
        all.add(GrayImages.CLASSES);
        var spec = new ProjectorSpec(all, false).withLastBias(true);
        RandomGenerator random = Keyed.of(seed, Keyed.name("lab class bias views"));
        try (var net = new ImageMlp(spec, GrayImages.PIXELS / 4, 0, seed)) {
            for (int epoch = 0; epoch < epochs; epoch++) {
                int[] order = SamplingOrder.epoch(seed, epoch, train.size());
                for (int from = 0; from + BATCH <= order.length; from += BATCH) {
                    GrayImages batch = train.select(Arrays.copyOfRange(order, from, from + BATCH));
                    List<Warp> warps =
                            Stream.generate(() -> draw.of(random)).limit(BATCH).toList();
                    net.step(() -> torch.cross_entropy_loss(
                            net.train(halved(Warp.apply(batch.tensor(), warps))), Tensors.of(batch.classes())));
                }
            }
            return answers(net, test);
        }
    }

    private static Confusion answers(ImageMlp net, GrayImages test) {
        try (var scope = Scope.withoutGradients()) {
            long[] answers =
                    Tensors.longs(net.layers(halved(test.tensor())).getLast().argmax(new LongOptional(1), false));
            return Confusion.of(
                    test, Arrays.stream(answers).mapToInt(Math::toIntExact).toArray());
        }
    }

    /// Images with half the side, `[B, PIXELS] -> [B, PIXELS / 4]`.
    static Tensor halved(Tensor images) {
        long half = SevenSegments.SIDE / 2;
        return images.view(-1, half, 2, half, 2)
                .mean(new long[] {2, 4}, false, null)
                .view(-1, half * half);
    }
}
