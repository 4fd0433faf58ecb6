package org.fullrank.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ParameterBuffer;

/// Adam with decoupled weight decay: `w <- w - lr decay w - lr mhat / (sqrt(vhat) + epsilon)`.
final class AdamWOptimizer implements Optimizer {
    private final ParameterBuffer parameters;
    private final List<ParameterRange> stretches;
    private final OptimizerSpec.AdamW spec;
    private final Tensor first; // [P]
    private final Tensor second; // [P]

    AdamWOptimizer(ParameterBuffer parameters, GroupSpec groups, OptimizerSpec.AdamW spec) {
        this.parameters = parameters;
        this.stretches = ParameterRange.of(parameters, groups);
        this.spec = spec;
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
            first.lerp_(gradient, Tensors.scalar(1 - spec.beta1()));
            second.mul_(Tensors.scalar(spec.beta2())).addcmul_(gradient, gradient, Tensors.scalar(1 - spec.beta2()));
            double correction1 = 1 - Math.pow(spec.beta1(), step + 1.0);
            double correction2 = 1 - Math.pow(spec.beta2(), step + 1.0);
            Tensor denominator = second.sqrt() // [P]
                    .div_(Tensors.scalar(Math.sqrt(correction2)))
                    .add_(Tensors.scalar(spec.epsilon()));
            for (ParameterRange stretch : stretches) {
                double rate = stretch.rate(learningRate, predictorRate);
                Tensor moved = stretch.view(values);
                if (stretch.decays() && spec.weightDecay() > 0) {
                    moved.mul_(Tensors.scalar(1 - rate * spec.weightDecay()));
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
