package org.fullrank.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ParameterBuffer;

/// Adam, `w <- w - lr mhat / (sqrt(vhat) + epsilon)`, with one of two kinds of weight decay. With decoupled
/// weight decay (AdamW), `w <- w - lr decay w` comes before the step. With coupled weight decay (L2), `g <-
/// g + decay w` comes before the moments are computed.
final class AdamOptimizer implements Optimizer {
    private final ParameterBuffer parameters;
    private final List<ParameterRange> stretches;
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double coupled;
    private final double decoupled;
    private final Tensor first; // [P]
    private final Tensor second; // [P]

    AdamOptimizer(ParameterBuffer parameters, GroupSpec groups, OptimizerSpec.Adam spec) {
        this(parameters, groups, spec.beta1(), spec.beta2(), spec.epsilon(), spec.weightDecay(), 0);
    }

    AdamOptimizer(ParameterBuffer parameters, GroupSpec groups, OptimizerSpec.AdamW spec) {
        this(parameters, groups, spec.beta1(), spec.beta2(), spec.epsilon(), 0, spec.weightDecay());
    }

    private AdamOptimizer(
            ParameterBuffer parameters,
            GroupSpec groups,
            double beta1,
            double beta2,
            double epsilon,
            double coupled,
            double decoupled) {
        this.parameters = parameters;
        this.stretches = ParameterRange.of(parameters, groups);
        this.beta1 = beta1;
        this.beta2 = beta2;
        this.epsilon = epsilon;
        this.coupled = coupled;
        this.decoupled = decoupled;
        try (var scope = Scope.open()) {
            long count = parameters.values().numel();
            first = scope.keep(Tensors.zeros(parameters.device(), parameters.type(), count));
            second = scope.keep(Tensors.zeros(parameters.device(), parameters.type(), count));
        }
    }

    @Override
    public void step(double learningRate, double predictorRate, long step) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor gradient = parameters.gradients(); // [P]
            Tensor values = parameters.values(); // [P]
            stretches.forEach(stretch -> stretch.addDecay(coupled, values, gradient));
            first.lerp_(gradient, Tensors.scalar(1 - beta1));
            second.mul_(Tensors.scalar(beta2)).addcmul_(gradient, gradient, Tensors.scalar(1 - beta2));
            double correction1 = 1 - Math.pow(beta1, step + 1.0);
            double correction2 = 1 - Math.pow(beta2, step + 1.0);
            Tensor denominator = second.sqrt() // [P]
                    .div_(Tensors.scalar(Math.sqrt(correction2)))
                    .add_(Tensors.scalar(epsilon));
            for (ParameterRange stretch : stretches) {
                double rate = stretch.rate(learningRate, predictorRate);
                Tensor moved = stretch.view(values);
                if (stretch.decays() && decoupled > 0) {
                    moved.mul_(Tensors.scalar(1 - rate * decoupled));
                }
                moved.addcdiv_(stretch.view(first), stretch.view(denominator), Tensors.scalar(-rate / correction1));
            }
        }
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        var state = new LinkedHashMap<String, Tensor>();
        state.put("first", first);
        state.put("second", second);
        return state;
    }

    @Override
    public void close() {
        first.close();
        second.close();
    }
}
