package org.fullrank.lab;

import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.lab.RankingTerm.Added;
import org.fullrank.linalg.Reductions;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.RankingLoss;
import org.fullrank.probe.Features;
import org.fullrank.probe.Retrieval;
import org.fullrank.probe.RetrievalProtocol;

/// The training of a small network with a ranking loss, and a retrieval of classes that it has not seen.
///
/// @param recall recall@1 among the items of unseen classes
/// @param nmi agreement of their clusters with their classes
/// @param embeddings of these items, rows of length 1, `[N, DIMENSIONS]`
record MetricRun(double recall, double nmi, SimpleMatrix embeddings) {
    static final int DIMENSIONS = 16;

    private static final int HIDDEN = 64;
    /// Of the optimizer and the schedule of the paper.
    private static final double MOMENTUM = 0.9;

    private static final RetrievalProtocol RETRIEVAL = new RetrievalProtocol(List.of(1), 3, 50, 0);

    /// One training.
    ///
    /// @param draw number of the repetition; equal numbers give equal data and initial weights
    record Plan(RankingLoss loss, Added added, double rate, int steps, int draw) {}

    static MetricRun of(Plan plan, RankingTerm term, MetricTask task, Setting setting) {
        MetricTask.Classes seen = task.seen();
        var net = new NetworkBuilder(
                setting.random(SvmaxMetric.NAME, 3, plan.draw).nextLong());
        Layer.Chain layers = Networks.projector(
                net, new ProjectorSpec(List.of(HIDDEN, DIMENSIONS), false).withLastBias(true), seen.width());
        try (ParameterBuffer parameters = net.build(Device.CPU, ScalarType.Float);
                var scope = Scope.open()) {
            Tensor velocity = parameters.values().detach().clone().zero_();
            RandomGenerator random = setting.random(SvmaxMetric.NAME, 4, plan.draw);
            for (int step = 0; step < plan.steps; step++) {
                try (var inner = Scope.open()) {
                    int perClass = plan.loss.perClass();
                    int[] classes = seen.classes(random, task.batch() / perClass, perClass);
                    parameters.clearGradients();
                    Tensor z = layers.forward(seen.items(random, classes), Mode.TRAIN); // [B, D]
                    term.of(plan.loss, plan.added, z, classes).backward();
                    move(parameters, velocity, rate(plan, step));
                }
            }
            return measured(layers, task, setting.random(SvmaxMetric.NAME, 5, plan.draw));
        }
    }

    /// Constant for half of the steps, then linear to 0.
    private static double rate(Plan plan, int step) {
        return plan.rate * Math.min(1, 2 * (1 - (double) step / plan.steps));
    }

    private static void move(ParameterBuffer parameters, Tensor velocity, double rate) {
        try (var off = Gradients.off()) {
            velocity.mul_(Tensors.scalar(MOMENTUM)).add_(parameters.gradients());
            parameters.values().sub_(velocity.mul(Tensors.scalar(rate)));
        }
    }

    private static MetricRun measured(Layer.Chain layers, MetricTask task, RandomGenerator random) {
        int[] classes = IntStream.range(0, task.unseenCount() * task.perUnseen())
                .map(i -> i / task.perUnseen())
                .toArray();
        try (var scope = Scope.withoutGradients()) {
            Tensor z = layers.forward(task.unseen().items(random, classes), Mode.EVALUATE); // [N, D]
            if (Tensors.value(z.isfinite().all()) == 0) {
                return new MetricRun(0, 0, SingularValueMean.column(classes.length, DIMENSIONS));
            }
            List<String> names = IntStream.range(0, task.unseenCount())
                    .mapToObj(String::valueOf)
                    .toList();
            Features features = new Features(Tensors.floats(z), DIMENSIONS, classes, names);
            Retrieval.Row row = Retrieval.Row.of("embedding", features, RETRIEVAL);
            double[] unit = Tensors.doubles(Reductions.unit(z.to(ScalarType.Double)));
            return new MetricRun(
                    Objects.requireNonNull(row.recall().get(1)),
                    row.nmi(),
                    new SimpleMatrix(classes.length, DIMENSIONS, true, unit));
        }
    }
}
