package org.fullrank.lab;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.data.SamplingOrder;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Vicreg;
import org.fullrank.objective.Views;
import org.fullrank.probe.Features;
import org.fullrank.probe.Linear;

/// The accuracies after a training with a regularizer.
record RegularizedRun(double validation, double test) {
    /// Widths of the hidden layers, each with a ReLU. There is no batch norm, which would fix the variances.
    static final List<Integer> HIDDEN = List.of(64, 64, 64);

    /// Width of the embedding of VICReg.
    private static final int HEAD = 32;
    /// Images in a batch of VICReg.
    private static final int BATCH = 100;

    /// The regularizer of a training.
    ///
    /// @param everywhere whether it acts on all hidden layers; otherwise it acts on the last of them
    record Choice(FeatureTerm term, boolean everywhere, double strength) {
        double decay() {
            return term == FeatureTerm.DECAY ? strength : 0;
        }

        /// The weighted mean of the term over its layers, added to a loss.
        ///
        /// @param hidden outputs of the hidden layers
        Tensor added(Tensor loss, List<Tensor> hidden, FeatureTerm.Value value) {
            if (!term.actsOnFeatures()) {
                return loss;
            }
            List<Tensor> layers = everywhere ? hidden : hidden.subList(hidden.size() - 1, hidden.size());
            Tensor sum = loss;
            for (Tensor layer : layers) {
                sum = sum.add(value.of(term, layer).mul(Tensors.scalar(strength / layers.size())));
            }
            return sum;
        }
    }

    /// Labeled data.
    record Parts(LabeledVectors train, LabeledVectors validation, LabeledVectors test) {}

    /// Trains with cross-entropy on all items in each step.
    static RegularizedRun supervised(Choice choice, Parts parts, int steps, long seed, FeatureTerm.Value value) {
        LabeledVectors train = parts.train;
        var widths = new ArrayList<>(HIDDEN);
        widths.add(train.classes());
        try (var net = new ImageMlp(
                        new ProjectorSpec(widths, false).withLastBias(true), train.width(), choice.decay(), seed);
                var scope = Scope.open()) {
            Tensor x = train.tensor();
            Tensor y = train.targets();
            for (int step = 0; step < steps; step++) {
                net.step(() -> {
                    List<Tensor> layers = net.trainLayers(x);
                    Tensor loss = torch.cross_entropy_loss(layers.getLast(), y);
                    return choice.added(loss, layers.subList(0, layers.size() - 1), value);
                });
            }
            return new RegularizedRun(accuracy(net, parts.validation), accuracy(net, parts.test));
        }
    }

    /// Trains with VICReg on crops of images with half the side. The regularizer acts on both views, and its
    /// strength is relative to the weight of VICReg's own variance term. Logistic regression on the last hidden
    /// layer then learns the classes.
    static RegularizedRun selfSupervised(
            Choice choice, GrayImages images, Parts parts, int epochs, long seed, FeatureTerm.Value value) {
        var scaled = choice.term.actsOnFeatures()
                ? new Choice(choice.term, choice.everywhere, Vicreg.DEFAULT_WEIGHT * choice.strength)
                : choice;
        var widths = new ArrayList<>(HIDDEN);
        widths.add(HEAD);
        try (var net = new ImageMlp(
                        new ProjectorSpec(widths, false).withLastBias(true),
                        parts.train.width(),
                        choice.decay(),
                        seed);
                var scope = Scope.open()) {
            RandomGenerator random = Keyed.of(seed, Keyed.name("lab regularized views"));
            for (int epoch = 0; epoch < epochs; epoch++) {
                int[] order = SamplingOrder.epoch(seed, epoch, images.size());
                for (int from = 0; from + BATCH <= order.length; from += BATCH) {
                    GrayImages batch = images.select(Arrays.copyOfRange(order, from, from + BATCH));
                    net.step(() -> {
                        List<Tensor> first = net.trainLayers(crops(batch, random));
                        List<Tensor> second = net.trainLayers(crops(batch, random));
                        Tensor loss = Vicreg.defaults()
                                .evaluate(new Views(List.of(first.getLast(), second.getLast())))
                                .total();
                        loss = scaled.added(loss, first.subList(0, HIDDEN.size()), value);
                        return scaled.added(loss, second.subList(0, HIDDEN.size()), value);
                    });
                }
            }
            return new RegularizedRun(probe(net, parts.train, parts.validation), probe(net, parts.train, parts.test));
        }
    }

    private static Tensor crops(GrayImages images, RandomGenerator random) {
        List<Warp> warps = Stream.generate(() -> GuillotineNetworks.view(GuillotineNetworks.Pretext.CROP, random))
                .limit(images.size())
                .toList();
        return ViewTraining.halved(Warp.apply(images.tensor(), warps));
    }

    private static double probe(ImageMlp net, LabeledVectors train, LabeledVectors asked) {
        try (var scope = Scope.withoutGradients()) {
            return Linear.evaluate(features(net, train), features(net, asked), LayerProbes.PROTOCOL)
                    .accuracy()
                    .share();
        }
    }

    private static Features features(ImageMlp net, LabeledVectors items) {
        Tensor layer = net.layers(items.tensor()).get(HIDDEN.size() - 1);
        return new Features(Tensors.floats(layer), HIDDEN.getLast(), items.y(), LayerProbes.NAMES);
    }

    private static double accuracy(ImageMlp net, LabeledVectors items) {
        try (var scope = Scope.withoutGradients()) {
            long[] answers = Tensors.longs(net.layers(items.tensor()).getLast().argmax(new LongOptional(1), false));
            int right = 0;
            for (int i = 0; i < answers.length; i++) {
                right += answers[i] == items.y()[i] ? 1 : 0;
            }
            return (double) right / items.size();
        }
    }
}
