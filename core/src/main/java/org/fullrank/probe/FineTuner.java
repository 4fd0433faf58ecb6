package org.fullrank.probe;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.data.SamplingOrder;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.JobException;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.method.Method;
import org.fullrank.net.Encoder;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.optim.Optimizer;
import org.fullrank.optim.ScheduleSpec;
import org.fullrank.view.InputShape;
import org.fullrank.view.ViewGenerator;
import org.fullrank.view.ViewTensors;

/// One fit: trains a copy of an encoder with a linear head on labeled items. The original encoder does not
/// change.
final class FineTuner implements AutoCloseable {
    private static final long STREAM = Keyed.name("probe.finetune");

    private final FineTuneProtocol protocol;
    private final long key;
    private final Encoder encoder;
    private final Layer head;
    private final ParameterBuffer parameters;

    /// @param spec of the encoder
    /// @param classes number of outputs of the head
    /// @param classes outputs of the head
    /// @param start a buffer that has the encoder's parameters under [Method#ENCODER]
    /// @param draw number of the draw; the head and the order depend on it
    /// @throws JobException when `start` lacks a parameter or statistic of the encoder
    FineTuner(
            EncoderSpec spec,
            InputShape input,
            int classes,
            ParameterBuffer start,
            FineTuneProtocol protocol,
            int draw) {
        this.protocol = protocol;
        key = key(protocol, draw);
        var net = new NetworkBuilder(key);
        encoder = spec.build(net.in(Method.ENCODER), input);
        var linear = new ProjectorSpec(List.of(classes), false).withLastBias(true);
        head = Networks.projector(net.in("head"), linear, spec.features());
        parameters = net.build(start.device(), ScalarType.Float);
        try {
            copy(start);
        } catch (RuntimeException e) {
            parameters.close();
            throw e;
        }
    }

    private static long key(FineTuneProtocol protocol, int draw) {
        return Keyed.of(protocol.seed(), STREAM, draw).nextLong();
    }

    private void copy(ParameterBuffer start) {
        try (var scope = Scope.withoutGradients()) {
            copy(parameters.segments(), parameters.values(), start.segments(), start.values());
            copy(
                    parameters.statisticSegments(),
                    parameters.statistics(),
                    start.statisticSegments(),
                    start.statistics());
        }
    }

    private static void copy(List<Segment> to, Tensor target, List<Segment> from, Tensor source) {
        for (Segment segment : to) {
            if (segment.name().startsWith(Method.ENCODER + ".")) {
                Segment begun = from.stream()
                        .filter(s ->
                                s.name().equals(segment.name()) && s.sizes().equals(segment.sizes()))
                        .findFirst()
                        .orElseThrow(() -> missing(segment));
                segment.view(target).copy_(begun.view(source));
            }
        }
    }

    private static JobException missing(Segment segment) {
        return new JobException(
                "finetune: found no %s of shape %s in the network, expected the encoder of the recipe; use its own checkpoint"
                        .formatted(segment.name(), segment.sizes()));
    }

    /// The labeled items of a draw: the same share of each class, rounded, at least one item.
    static int[] labeled(int[] labels, int classes, double fraction, FineTuneProtocol protocol, int draw) {
        int[] left = new int[classes];
        for (int c : labels) {
            left[c]++;
        }
        for (int c = 0; c < classes; c++) {
            left[c] = Math.min(left[c], Math.max(1, (int) Math.round(fraction * left[c])));
        }
        var chosen = new ArrayList<Integer>();
        for (int i : SamplingOrder.epoch(key(protocol, draw), 0, labels.length)) {
            if (left[labels[i]]-- > 0) {
                chosen.add(i);
            }
        }
        return chosen.stream().mapToInt(Integer::intValue).toArray();
    }

    /// Trains on the chosen items.
    ///
    /// @param views of all items
    /// @param augmented whether random views are used; otherwise plain views are used
    /// @param labels of all items
    /// @param chosen the items to train on
    /// @throws JobException when the loss is no longer finite
    void fit(ViewGenerator views, boolean augmented, int[] labels, int[] chosen) {
        int batch = Math.min(protocol.batch(), chosen.length);
        var schedule = new ScheduleSpec.Cosine(FineTuneProtocol.WARM_UP_SHARE, 0, false);
        try (var optimizer = Optimizer.of(protocol.optimizer(), parameters)) {
            int[] order = {};
            int pass = 0;
            int at = 0;
            for (int step = 0; step < protocol.steps(); step++) {
                if (at + batch > order.length) {
                    order = SamplingOrder.epoch(key, ++pass, chosen.length);
                    at = 0;
                }
                int[] items =
                        Arrays.stream(order, at, at + batch).map(i -> chosen[i]).toArray();
                at += batch;
                try (var scope = Scope.open()) {
                    Tensor x = augmented
                            ? ViewTensors.view(views, items, step, 0, parameters.device())
                            : ViewTensors.plain(views, items, parameters.device());
                    learn(x, Arrays.stream(items).map(i -> labels[i]).toArray(), step);
                    optimizer.step(
                            schedule.rate(protocol.learningRate(), batch, step, protocol.steps(), protocol.steps()),
                            step);
                }
            }
        }
    }

    private void learn(Tensor x, int[] expected, int step) {
        parameters.clearGradients();
        Tensor target = Tensors.to(Tensors.of(expected), parameters.device());
        try (var on = Gradients.on()) {
            Tensor logits = head.forward(encoder.forward(x, Mode.TRAIN), Mode.TRAIN); // [B, C]
            Tensor loss = torch.cross_entropy_loss(logits, target);
            double value = Tensors.value(loss);
            if (!Double.isFinite(value)) {
                throw new JobException(
                        "finetune: found a loss of %s at step %d, expected a finite number; look at the run with fullrank diagnose"
                                .formatted(value, step + 1));
            }
            loss.backward();
        }
    }

    /// The predictions for all items of a generator, from their plain views.
    int[] answers(ViewGenerator views, int size) {
        int[] answers = new int[size];
        try (var off = Gradients.off()) {
            for (int begin = 0; begin < size; begin += Embedder.BATCH) {
                int[] items = Embedder.range(begin, Math.min(size, begin + Embedder.BATCH));
                try (var scope = Scope.open()) {
                    Tensor x = ViewTensors.plain(views, items, parameters.device());
                    Tensor logits = head.forward(encoder.forward(x, Mode.EVALUATE), Mode.EVALUATE); // [B, C]
                    long[] largest = Tensors.longs(logits.argmax(new LongOptional(1), false));
                    int from = begin;
                    IntStream.range(0, largest.length).forEach(i -> answers[from + i] = (int) largest[i]);
                }
            }
        }
        return answers;
    }

    @Override
    public void close() {
        parameters.close();
    }
}
