package org.fullrank.method;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.Encoder;
import org.fullrank.net.EncoderSpec;
import org.fullrank.net.Layer;
import org.fullrank.net.Mode;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Networks;
import org.fullrank.net.NonFiniteTrace;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.objective.Regression;
import org.fullrank.objective.Term;
import org.fullrank.objective.Terms;
import org.fullrank.view.InputShape;
import org.jspecify.annotations.Nullable;

/// A network that predicts the target from one view of a sample. The target is the embedding of another view
/// of this sample. BYOL, SimSiam, DirectPred and IsoLoss have this form. The loss allows a constant output.
/// Only the predictor and the target prevent this collapse.
///
/// The loss contains every ordered pair of views. The predictor and the loss always get the whole batch.
public final class SelfDistillation implements Method {
    // The spelling is part of the key. Another spelling would give other random numbers.
    private static final long DRAW = Keyed.name("draw of the regulariser");
    private static final long TARGET = Keyed.name("initialisation of the target");

    /// Encoder and projector.
    private record Branch(Encoder encoder, Layer.Chain projector) {
        static Branch of(NetworkBuilder net, MethodSpec.Distillation spec, EncoderSpec encoder, InputShape input) {
            Encoder backbone = encoder.build(net.in(ENCODER), input);
            return new Branch(backbone, Networks.projector(net.in("projector"), spec.projector(), encoder.features()));
        }

        Tensor embed(Tensor x, Mode mode, Setting setting) {
            try (var autocast = setting.precision().autocast(setting.device())) {
                return projector.forward(encoder.forward(x, mode), mode).to(setting.type());
            }
        }
    }

    /// The slow network. It has the same layers in the same order, and its own buffer.
    private record Slow(Branch branch, ParameterBuffer parameters, TargetSpec.Ema ema) {}

    private final MethodSpec.Distillation spec;
    private final Branch online;
    private final Predictor predictor;
    private final ParameterBuffer parameters;
    private final @Nullable Slow slow;
    private final long seed;
    private final Setting setting;

    SelfDistillation(MethodSpec.Distillation spec, EncoderSpec encoder, InputShape input, long seed, Setting setting) {
        this.spec = spec;
        this.seed = seed;
        this.setting = setting;
        var net = new NetworkBuilder(seed, setting.workers());
        online = Branch.of(net, spec, encoder, input);
        predictor = Predictor.of(
                net.in(PREDICTOR).onWholeBatches(),
                spec.predictor(),
                spec.projector().outputs(encoder.features()),
                setting);
        parameters = net.build(setting.device(), setting.type());
        if (spec.target() instanceof TargetSpec.Ema ema) {
            // Initial values depend on seed and name alone: with the same seed the target begins as a copy.
            var other = new NetworkBuilder(
                    ema.copy() ? seed : Keyed.of(TARGET, seed).nextLong(), setting.workers());
            Branch branch = Branch.of(other, spec, encoder, input);
            slow = new Slow(branch, other.build(setting.device(), setting.type()), ema);
        } else {
            slow = null;
        }
    }

    @Override
    public Outcome learn(List<Tensor> views, int chunks, long step) {
        var batch = new WholeBatch(views, chunks, setting.workers());
        parameters.clearGradients();
        List<Tensor> fixed = slow == null ? List.of() : slowTargets(batch, views, slow.branch());
        try {
            Outcome outcome = batch.learn((x, mode) -> List.of(online.embed(x, mode, setting)), leaves -> {
                List<Tensor> z = leaves.stream().map(List::getFirst).toList(); // V x [N, D]
                return evaluate(z, targets(z, fixed), step);
            });
            SharedGradients.complete(parameters, setting.workers());
            return outcome;
        } finally {
            fixed.forEach(Tensor::close);
        }
    }

    private List<Tensor> slowTargets(WholeBatch batch, List<Tensor> views, Branch branch) {
        var targets = new ArrayList<Tensor>();
        try (var section = NonFiniteTrace.section("target")) {
            for (Tensor view : views) {
                targets.addAll(batch.gather((x, mode) -> List.of(branch.embed(x, mode, setting)), view, Mode.TRAIN));
            }
        }
        return targets;
    }

    private List<Tensor> targets(List<Tensor> z, List<Tensor> fixed) {
        return switch (spec.target()) {
            case TargetSpec.StopGradient stop -> z.stream().map(Tensor::detach).toList();
            case TargetSpec.Gradient gradient -> z;
            case TargetSpec.Ema ema -> fixed;
        };
    }

    private Outcome evaluate(List<Tensor> z, List<Tensor> targets, long step) {
        List<Tensor> predictions = predictor.predict(z, targets, step);
        NonFiniteTrace.seen("predictor", z.getFirst(), predictions.getFirst());
        Sum sum = regressions(z, predictions, targets);
        int pairs = z.size() * (z.size() - 1);
        SequencedMap<String, Double> values = new LinkedHashMap<>();
        Tensor total = regression(sum, pairs);
        values.put(Regression.PART, Tensors.value(total));
        sum.parts.forEach((name, value) -> values.putIfAbsent(name, Tensors.value(value) / pairs));
        NonFiniteTrace.seen("regression of the predictions", predictions.getFirst(), total);
        if (spec.regularizer() != null) {
            total = total.add(regularize(z, step, values));
        }
        total.backward();
        return new Outcome(
                Tensors.value(total),
                values,
                new LinkedHashMap<>(),
                z.getFirst().detach());
    }

    /// The sum of the regressions over every ordered pair of views.
    private Sum regressions(List<Tensor> z, List<Tensor> predictions, List<Tensor> targets) {
        var sum = new Sum();
        for (int v = 0; v < z.size(); v++) {
            for (int u = 0; u < z.size(); u++) {
                if (u != v) {
                    sum.add(spec.regression().evaluate(z.get(v), predictions.get(v), targets.get(u)));
                }
            }
        }
        return sum;
    }

    private Tensor regression(Sum sum, int pairs) {
        return Objects.requireNonNull(sum.total).mul(Tensors.scalar(spec.over().scale() / pairs));
    }

    @Override
    public SequencedMap<String, TermGradient> termGradients(List<Tensor> views, int chunks, long step) {
        var batch = new WholeBatch(views, chunks, setting.workers());
        List<Tensor> fixed = slow == null ? List.of() : slowTargets(batch, views, slow.branch());
        try {
            return new TermGradients(
                            (x, mode) -> List.of(online.embed(x, mode, setting)),
                            leaves -> terms(leaves.stream().map(List::getFirst).toList(), fixed, step),
                            parameters,
                            setting.workers())
                    .over(batch);
        } finally {
            fixed.forEach(Tensor::close);
        }
    }

    private List<Term> terms(List<Tensor> z, List<Tensor> fixed, long step) {
        var terms = new ArrayList<Term>();
        List<Tensor> targets = targets(z, fixed);
        Sum sum = regressions(z, predictor.predict(z, targets, step), targets);
        terms.add(Term.of(Regression.PART, regression(sum, z.size() * (z.size() - 1))));
        if (spec.regularizer() != null) {
            Tensor value = regularize(z, step, new LinkedHashMap<>());
            terms.add(new Term(spec.regularizer().part(), value, 1, "weight"));
        }
        return terms;
    }

    /// Measures which gradients exist for the loss of a single regression, in which the first view predicts
    /// the second. It changes running statistics and the predictor's memory. So use it on a temporary copy.
    ///
    /// @param views as in [#learn], in one chunk
    public Wiring wiring(List<Tensor> views, long step) {
        try (var scope = Scope.open()) {
            var batch = new WholeBatch(views, 1, setting.workers());
            parameters.clearGradients();
            List<Tensor> fixed = slow == null ? List.of() : slowTargets(batch, views, slow.branch());
            List<Tensor> z = views.stream()
                    .map(x -> online.embed(x, Mode.TRAIN, setting).detach().set_requires_grad(true))
                    .toList(); // V x [N, D]
            List<Tensor> targets = targets(z, fixed);
            Tensor prediction = predictor.predict(z, targets, step).getFirst();
            spec.regression()
                    .evaluate(z.getFirst(), prediction, targets.get(1))
                    .total()
                    .backward();
            double moved =
                    Tensors.value(prediction.detach().sub(z.getFirst().detach()).norm());
            return new Wiring(
                    norm(z.getFirst()),
                    norm(z.get(1)),
                    slow == null
                            ? 0
                            : Tensors.value(slow.parameters().gradients().norm()),
                    moved / Math.max(Tensors.value(z.getFirst().detach().norm()), Double.MIN_NORMAL));
        }
    }

    /// The norm of the gradient of a leaf; 0 if there is no gradient.
    private static double norm(Tensor leaf) {
        Tensor gradient = leaf.grad();
        return gradient.defined() ? Tensors.value(gradient.norm()) : 0;
    }

    /// The weighted mean of the regularizer over views.
    private Tensor regularize(List<Tensor> z, long step, SequencedMap<String, Double> values) {
        long draw = Keyed.of(DRAW, seed, step).nextLong();
        var sum = new Sum();
        Objects.requireNonNull(spec.regularizer()).evaluate(z, draw).forEach(sum::add);
        sum.parts.forEach((name, value) -> values.put(name, Tensors.value(value) / z.size()));
        Tensor total = Objects.requireNonNull(sum.total).mul(Tensors.scalar(spec.weight() / z.size()));
        NonFiniteTrace.seen("regularizer", z.getFirst(), total);
        return total;
    }

    /// A sum of terms, by name.
    private static final class Sum {
        private @Nullable Tensor total;
        private final SequencedMap<String, Tensor> parts = new LinkedHashMap<>();

        void add(Terms terms) {
            total = total == null ? terms.total() : total.add(terms.total());
            terms.parts().forEach((name, value) -> parts.merge(name, value, Tensor::add));
        }
    }

    @Override
    public void stepped(long step, long totalSteps) {
        predictor.stepped(step);
        if (slow != null) {
            follow(slow, 1 - slow.ema().rate(step, totalSteps));
        }
    }

    private void follow(Slow target, double share) {
        try (var scope = Scope.withoutGradients()) {
            Tensor slowValues = target.parameters().values();
            long matrices = target.parameters().matrixCount();
            slowValues.narrow(0, 0, matrices).lerp_(followedMatrices(matrices), Tensors.scalar(share));
            slowValues
                    .narrow(0, matrices, slowValues.numel() - matrices)
                    .lerp_(followedVectors(slowValues.numel() - matrices), Tensors.scalar(share));
        }
    }

    /// The predictor is declared last. So the matrices and vectors of the target are a prefix of the online
    /// ones.
    private Tensor followedMatrices(long count) {
        return parameters.values().narrow(0, 0, count);
    }

    private Tensor followedVectors(long count) {
        return parameters.values().narrow(0, parameters.matrixCount(), count);
    }

    @Override
    public SequencedMap<String, Double> measures() {
        return predictor.measures();
    }

    /// The measures of [Predictor#inspect], and `target.lag`, the distance of the slow network from the
    /// online one, `|target - online| / |online|`. It is 0 if both are equal.
    @Override
    public SequencedMap<String, Double> inspect(Tensor embeddings) {
        SequencedMap<String, Double> values = predictor.inspect(embeddings);
        if (slow != null) {
            values.put("target.lag", lag(slow));
        }
        return values;
    }

    private double lag(Slow target) {
        try (var scope = Scope.withoutGradients()) {
            Tensor slowValues = target.parameters().values();
            long matrices = target.parameters().matrixCount();
            Tensor followed =
                    Tensors.cat(List.of(followedMatrices(matrices), followedVectors(slowValues.numel() - matrices)));
            return Tensors.value(slowValues.sub(followed).norm().div(followed.norm()));
        }
    }

    @Override
    public Layer.Chain projector() {
        return online.projector();
    }

    @Override
    public Encoder encoder() {
        return online.encoder();
    }

    @Override
    public Setting setting() {
        return setting;
    }

    @Override
    public ParameterBuffer parameters() {
        return parameters;
    }

    @Override
    public SequencedMap<String, ParameterBuffer> buffers() {
        SequencedMap<String, ParameterBuffer> buffers = Method.super.buffers();
        if (slow != null) {
            buffers.put("target.", slow.parameters());
        }
        return buffers;
    }

    @Override
    public void close() {
        Method.super.close();
        if (slow != null) {
            slow.parameters().close();
        }
    }
}
