package org.fullrank.method;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.engine.WorkerGroup;
import org.fullrank.method.MethodSpec.Inner;
import org.fullrank.net.ConvNet;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Mlp;
import org.fullrank.net.ProjectorSpec;
import org.fullrank.objective.Angular;
import org.fullrank.objective.Contrastive;
import org.fullrank.objective.Covariance;
import org.fullrank.objective.NPair;
import org.fullrank.objective.Objective;
import org.fullrank.objective.RankingLoss;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Regularized.OverViews;
import org.fullrank.objective.Triplet;
import org.fullrank.objective.VarianceHinge;
import org.fullrank.objective.WMse;

/// Every objective and every method as a small network, and its training on a batch that workers share.
///
/// @param name of the objective or method
/// @param norms whether there are batch norms
/// @param shape of a view of the whole batch
record WorkerCase(String name, boolean norms, MethodSpec spec, EncoderSpec encoder, long... shape) {
    /// No number of workers or chunks in the tests divides it.
    private static final int ROWS = 26;

    private static final int FEATURES = 6;
    private static final double RATE = 0.05;

    /// All cases.
    static List<WorkerCase> all() {
        return Stream.of(false, true).flatMap(WorkerCase::all).toList();
    }

    private static Stream<WorkerCase> all(boolean norms) {
        var cases = new ArrayList<WorkerCase>();
        // So wide that no row is zero after a ReLU. Two such rows would be equal, and rounding would choose between
        // them.
        var head = new ProjectorSpec(List.of(16, 5), norms);
        var mlp = new Mlp(List.of(16, 16), norms);
        Objective.all()
                .forEach((name, objective) ->
                        cases.add(of(name, norms, new MethodSpec.Joint(head, feasible(objective)), mlp)));
        var inner = List.of(
                new Inner(mlp.blocks().getFirst(), VarianceHinge.defaults(), 0.5),
                new Inner(mlp.blocks().getLast(), new Covariance(), 0.1));
        cases.add(of("inner layers", norms, new MethodSpec.Joint(head, Objective.named("vicreg"), inner), mlp));
        MethodPresets.all().forEach((name, preset) -> cases.add(of(name, norms, small(preset.method(), head), mlp)));
        for (PredictorSpec predictor : SmallDistillation.PREDICTORS) {
            var spec = new MethodSpec.Distillation(
                    head.withLastBias(true),
                    predictor,
                    SmallDistillation.EMA,
                    new Regression.Cosine(Regression.Cosine.Form.NEGATIVE),
                    OverViews.PAIR,
                    VarianceHinge.defaults(),
                    1);
            cases.add(of("regularized, " + predictor, norms, spec, mlp));
        }
        for (RankingLoss loss :
                List.of(Contrastive.defaults(), Triplet.defaults(), NPair.defaults(), Angular.defaults())) {
            cases.add(
                    of("metric, " + loss.getClass().getSimpleName(), norms, new MethodSpec.Metric(head, loss, 0), mlp));
        }
        if (norms) {
            var images = new ConvNet(List.of(4, 6), 1, 1);
            var joint = new MethodSpec.Joint(head, Objective.named("vicreg"));
            cases.add(new WorkerCase("vicreg on images", true, joint, images, ROWS, 2, 8, 8));
        }
        return cases.stream();
    }

    private static WorkerCase of(String name, boolean norms, MethodSpec spec, EncoderSpec encoder) {
        return new WorkerCase(name, norms, spec, encoder, ROWS, FEATURES);
    }

    /// Whitening few rows of an untrained network needs a ridge.
    private static Objective feasible(Objective objective) {
        return objective instanceof WMse w ? new WMse(w.subBatch(), w.iterations(), 0.1, w.normalize()) : objective;
    }

    private static MethodSpec small(MethodSpec spec, ProjectorSpec head) {
        return spec instanceof MethodSpec.Distillation d
                ? new MethodSpec.Distillation(
                        head.withAffine(d.projector().affine() || !head.batchNorm())
                                .withLastBias(d.projector().lastBias())
                                .withLastNorm(
                                        head.batchNorm() ? d.projector().lastNorm() : ProjectorSpec.LastNorm.NONE),
                        d.predictor() instanceof PredictorSpec.Mlp mlp
                                ? new PredictorSpec.Mlp(7, mlp.batchNorm())
                                : d.predictor(),
                        d.target(),
                        d.regression(),
                        d.over(),
                        d.regularizer(),
                        d.weight())
                : spec;
    }

    /// What one training gives.
    ///
    /// @param loss of the first step
    /// @param gradient of the first step, `[P]`
    /// @param state weights, targets and running statistics after the last step
    record Trained(double loss, double[] gradient, double[] state) {
        /// The largest difference from another training, in units of its largest value.
        double differs(Trained other) {
            return Math.max(
                    Math.abs(loss - other.loss) / Math.max(Math.abs(other.loss), Double.MIN_NORMAL),
                    distance(gradient, other.gradient));
        }

        double stateDiffers(Trained other) {
            return distance(state, other.state);
        }

        private static double distance(double[] found, double[] expected) {
            double largest = Arrays.stream(expected).map(Math::abs).max().orElse(0);
            double difference = 0;
            for (int i = 0; i < expected.length; i++) {
                difference = Math.max(difference, Math.abs(found[i] - expected[i]));
            }
            return difference / Math.max(largest, Double.MIN_NORMAL);
        }
    }

    /// Trains with the workers of a group, each of which calls this.
    Trained train(WorkerGroup group, int chunks, ScalarType type, int steps) {
        return train(group, chunks, type, steps, 0);
    }

    /// Trains with one worker, on values that differ in their last digit.
    Trained nudged(int chunks, ScalarType type, int steps) {
        return train(WorkerGroup.single(), chunks, type, steps, type == ScalarType.Double ? 0x1p-52 : 0x1p-23);
    }

    private Trained train(WorkerGroup group, int chunks, ScalarType type, int steps, double nudge) {
        try (var scope = Scope.open();
                var method = method(group, type)) {
            Method.Batch batch = batch(group, chunks, type, nudge);
            double loss = 0;
            double[] gradient = {};
            for (int step = 0; step < steps; step++) {
                try (var inner = Scope.open()) {
                    double total = method.learn(batch, chunks, step).total();
                    loss = step == 0 ? total : loss;
                    gradient = step == 0 ? Tensors.doubles(method.parameters().gradients()) : gradient;
                    descend(method);
                    method.stepped(step, steps);
                }
            }
            return new Trained(loss, gradient, state(method));
        }
    }

    /// The gradient norms of the terms.
    double[] terms(WorkerGroup group, int chunks) {
        try (var scope = Scope.open();
                var method = method(group, ScalarType.Double)) {
            return method.termGradients(batch(group, chunks, ScalarType.Double, 0), chunks, 0).values().stream()
                    .flatMap(term -> Stream.of(term.embeddings(), term.encoder()))
                    .mapToDouble(Double::doubleValue)
                    .toArray();
        }
    }

    private Method method(WorkerGroup group, ScalarType type) {
        var setting = new Method.Setting(Device.CPU, Precision.FP32, type).with(group);
        return Method.of(spec, encoder, Batches.input(shape), 3, setting);
    }

    private Method.Batch batch(WorkerGroup group, int chunks, ScalarType type, double nudge) {
        int[] rows = new int[ROWS];
        int[] classes = new int[ROWS];
        for (int i = 0; i < ROWS; i++) {
            rows[i] = i;
            classes[i] = i / 2;
        }
        Tensor own = Tensors.of(RowShare.of(ROWS, chunks, group).of(rows, group.rank()));
        List<Tensor> views = Batches.views(shape).stream()
                .map(view -> nudged(view.index_select(0, own).to(type), nudge))
                .toList();
        return new Method.Batch(views, classes);
    }

    /// @param size relative; two of three values change by it
    private static Tensor nudged(Tensor view, double size) {
        if (size == 0) {
            return view;
        }
        double[] values = Tensors.doubles(view);
        for (int i = 0; i < values.length; i++) {
            values[i] *= 1 + size * (i % 3 - 1);
        }
        return Tensors.of(values, Tensors.shape(view)).to(view.scalar_type());
    }

    private static void descend(Method method) {
        try (var off = Gradients.off()) {
            Tensor gradient = method.parameters().gradients();
            double norm = Tensors.value(gradient.norm());
            method.parameters().values().sub_(gradient.mul(Tensors.scalar(RATE / Math.max(1, norm))));
        }
    }

    private static double[] state(Method method) {
        return method.buffers().values().stream()
                .flatMap(buffer -> Stream.of(buffer.values(), buffer.statistics()))
                .flatMapToDouble(t -> Arrays.stream(Tensors.doubles(t)))
                .toArray();
    }

    @Override
    public String toString() {
        return name + (norms ? ", batch norm" : "");
    }
}
