package org.fullrank.lab;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.probe.Features;
import org.fullrank.probe.Linear;
import org.fullrank.probe.LinearProtocol;

/// What linear probes read from each layer of a network.
///
/// @param train images that the probes are fitted on
/// @param test images that they are tested on
record LayerProbes(GrayImages train, GrayImages test) {
    /// The penalty of the reference: scikit-learn's C of 0.1 with 2000 labels.
    static final LinearProtocol PROTOCOL =
            new LinearProtocol(5e-3, LinearProtocol.TOLERANCE, LinearProtocol.MAX_ITERATIONS);
    /// Penalty of the least squares, relative to the variance of a feature.
    private static final double RIDGE = 1e-3;

    static final List<String> NAMES =
            IntStream.range(0, GrayImages.CLASSES).mapToObj(Integer::toString).toList();

    /// Draws the warp of an image.
    @FunctionalInterface
    interface Draw {
        Warp of(RandomGenerator random);
    }

    /// The share of the test images whose class logistic regression finds, after each layer.
    double[] accuracies(ImageMlp net) {
        try (var scope = Scope.withoutGradients()) {
            List<Tensor> fitted = net.layers(train.tensor());
            List<Tensor> asked = net.layers(test.tensor());
            return IntStream.range(0, fitted.size())
                    .mapToDouble(layer -> Linear.evaluate(
                                    features(fitted.get(layer), train), features(asked.get(layer), test), PROTOCOL)
                            .accuracy()
                            .share())
                    .toArray();
        }
    }

    private static Features features(Tensor layer, GrayImages images) {
        return new Features(Tensors.floats(layer), Math.toIntExact(layer.size(1)), images.classes(), NAMES);
    }

    /// The mean R^2 of the numbers that were drawn for warps of the images, predicted by least squares after
    /// each layer.
    double[] warps(ImageMlp net, Draw draw, RandomGenerator random) {
        try (var scope = Scope.withoutGradients()) {
            List<Warp> first =
                    Stream.generate(() -> draw.of(random)).limit(train.size()).toList();
            List<Warp> second =
                    Stream.generate(() -> draw.of(random)).limit(test.size()).toList();
            List<Tensor> fitted = net.layers(Warp.apply(train.tensor(), first));
            List<Tensor> asked = net.layers(Warp.apply(test.tensor(), second));
            List<Double> all = new ArrayList<>();
            for (int layer = 0; layer < fitted.size(); layer++) {
                all.add(explained(fitted.get(layer), drawn(first), asked.get(layer), drawn(second)));
            }
            return all.stream().mapToDouble(Double::doubleValue).toArray();
        }
    }

    private static Tensor drawn(List<Warp> warps) {
        return Tensors.of(warps.stream().map(Warp::drawn).toArray(double[][]::new)); // [N, T]
    }

    private static double explained(Tensor fitted, Tensor y, Tensor asked, Tensor expected) {
        Tensor x = fitted.to(ScalarType.Double); // [N, D]
        Tensor mean = x.mean(new long[] {0}, true, null);
        Tensor spread =
                x.sub(mean).square().mean(new long[] {0}, true, null).sqrt().add(Tensors.scalar(1e-9));
        Tensor z = x.sub(mean).div(spread);
        Tensor center = y.mean(new long[] {0}, true, null);
        Tensor gram =
                z.t().matmul(z).add(torch.eye(z.size(1)).to(ScalarType.Double).mul(Tensors.scalar(RIDGE * z.size(0))));
        Tensor w = torch.linalg_solve(gram, z.t().matmul(y.sub(center))); // [D, T]
        Tensor guess =
                asked.to(ScalarType.Double).sub(mean).div(spread).matmul(w).add(center); // [M, T]
        Tensor error = guess.sub(expected).square().mean(new long[] {0}, false, null);
        Tensor variance =
                expected.sub(expected.mean(new long[] {0}, true, null)).square().mean(new long[] {0}, false, null);
        return 1 - Tensors.value(error.div(variance).mean());
    }
}
