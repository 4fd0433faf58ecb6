package org.fullrank.lab;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.SamplingOrder;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.probe.Features;
import org.fullrank.probe.Knn;
import org.fullrank.probe.KnnProtocol;

/// A training without negative pairs: an online network with a predictor follows a target network.
///
/// @param accuracies of nearest neighbors on the layer before the embedding, before the training and after each
///     epoch
/// @param spread of the embeddings of test images, scaled to length 1: 0 if all are equal, 1 if they have mean 0
record BootstrapRun(double[] accuracies, double spread) {
    static final int WIDTH = 128;
    static final int EMBEDDING = 32;
    private static final int BATCH = 100;
    private static final double MOMENTUM = 0.9;
    private static final double DECAY = 4e-4;
    /// Of the average that the target is, as in DirectPred.
    private static final double EMA = 0.996;
    private static final KnnProtocol NEIGHBORS = KnnProtocol.defaults();

    /// One training.
    ///
    /// @param head makes predictions and the loss
    /// @param ema whether the target is an average of the online network; otherwise it is the online network
    /// @param rate of SGD
    record Plan(PredictorHead.Kind head, boolean ema, double rate, int epochs) {}

    /// An encoder and its numbers.
    private record Net(Layer.Chain layers, ParameterBuffer parameters) {
        static Net of(long seed) {
            var net = new NetworkBuilder(seed);
            var spec = new ProjectorSpec(List.of(WIDTH, WIDTH, EMBEDDING), true).withLastBias(true);
            Layer.Chain layers = Networks.projector(net, spec, GrayImages.PIXELS / 4);
            return new Net(layers, net.build(Device.CPU, ScalarType.Float));
        }
    }

    static BootstrapRun of(Plan plan, GrayImages train, GrayImages test, long seed) {
        Net online = Net.of(seed);
        Net target = Net.of(seed); // starts as the same network
        RandomGenerator random = Keyed.of(seed, Keyed.name("lab bootstrap views"));
        double[] accuracies = new double[plan.epochs + 1];
        try (ParameterBuffer values = online.parameters;
                ParameterBuffer followed = target.parameters;
                var head = new PredictorHead(plan.head, EMBEDDING, plan.ema, seed);
                var scope = Scope.open()) {
            Tensor velocity = values.values().detach().clone().zero_();
            accuracies[0] = accuracy(online, train, test);
            for (int epoch = 0; epoch < plan.epochs; epoch++) {
                int[] order = SamplingOrder.epoch(seed, epoch, train.size());
                for (int from = 0; from + BATCH <= order.length; from += BATCH) {
                    GrayImages batch = train.select(Arrays.copyOfRange(order, from, from + BATCH));
                    try (var inner = Scope.open()) {
                        Tensor x1 = views(batch, random);
                        Tensor x2 = views(batch, random);
                        values.clearGradients();
                        head.clear();
                        Tensor z1 = online.layers.forward(x1, Mode.TRAIN); // [B, EMBEDDING]
                        Tensor z2 = online.layers.forward(x2, Mode.TRAIN);
                        Tensor t1 =
                                plan.ema ? target.layers.forward(x1, Mode.TRAIN).detach() : z1.detach();
                        Tensor t2 =
                                plan.ema ? target.layers.forward(x2, Mode.TRAIN).detach() : z2.detach();
                        head.loss(z1, t2).add(head.loss(z2, t1)).backward();
                        move(values, velocity, plan.rate);
                        head.step(plan.rate);
                        follow(followed, values);
                    }
                }
                accuracies[epoch + 1] = accuracy(online, train, test);
            }
            return new BootstrapRun(accuracies, spread(online, test));
        }
    }

    /// One step of SGD with momentum and weight decay.
    static void move(ParameterBuffer parameters, Tensor velocity, double rate) {
        try (var off = Gradients.off()) {
            Tensor slope = parameters.gradients().add(parameters.values().mul(Tensors.scalar(DECAY)));
            velocity.mul_(Tensors.scalar(MOMENTUM)).add_(slope);
            parameters.values().sub_(velocity.mul(Tensors.scalar(rate)));
        }
    }

    private static void follow(ParameterBuffer target, ParameterBuffer online) {
        try (var off = Gradients.off()) {
            target.values().mul_(Tensors.scalar(EMA)).add_(online.values().mul(Tensors.scalar(1 - EMA)));
        }
    }

    private static Tensor views(GrayImages images, RandomGenerator random) {
        List<Warp> warps = Stream.generate(() -> GuillotineNetworks.view(GuillotineNetworks.Pretext.CROP, random))
                .limit(images.size())
                .toList();
        return ViewTraining.halved(Warp.apply(images.tensor(), warps));
    }

    private static double accuracy(Net net, GrayImages train, GrayImages test) {
        RandomGenerator random = Keyed.of(1, Keyed.name("lab bootstrap test views")); // the same views each time
        return Knn.evaluate(features(net, train, random), features(net, test, random), NEIGHBORS)
                .share();
    }

    private static Features features(Net net, GrayImages images, RandomGenerator random) {
        try (var scope = Scope.withoutGradients()) {
            Tensor layer =
                    net.layers.outputs(views(images, random), Mode.EVALUATE).get(1);
            return new Features(Tensors.floats(layer), WIDTH, images.classes(), LayerProbes.NAMES);
        }
    }

    private static double spread(Net net, GrayImages test) {
        try (var scope = Scope.withoutGradients()) {
            Tensor z = net.layers.forward(ViewTraining.halved(test.tensor()), Mode.EVALUATE);
            Tensor mean = Reductions.unit(z).mean(new long[] {0}, false, null); // [EMBEDDING]
            return Math.sqrt(Math.max(0, 1 - Tensors.value(mean.square().sum())));
        }
    }
}
