package org.fullrank.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ParameterBuffer;

/// RMSprop: `v <- alpha v + (1 - alpha) g^2`, then `w <- w - lr g / (sqrt(v) + epsilon)`.
final class RmspropOptimizer implements Optimizer {
    private final ParameterBuffer parameters;
    private final List<ParameterRange> ranges;
    private final OptimizerSpec.Rmsprop spec;
    private final Tensor squares; // [P]

    RmspropOptimizer(ParameterBuffer parameters, GroupSpec groups, OptimizerSpec.Rmsprop spec) {
        this.parameters = parameters;
        this.ranges = ParameterRange.of(parameters, groups);
        this.spec = spec;
        try (var scope = Scope.open()) {
            squares = scope.keep(Tensors.zeros(
                    parameters.device(), parameters.type(), parameters.values().numel()));
        }
    }

    @Override
    public void step(double learningRate, double predictorRate, long step) {
        try (var scope = Scope.withoutGradients()) {
            Tensor gradient = parameters.gradients(); // [P]
            Tensor values = parameters.values(); // [P]
            ranges.forEach(range -> range.addDecay(spec.weightDecay(), values, gradient));
            squares.mul_(Tensors.scalar(spec.alpha())).addcmul_(gradient, gradient, Tensors.scalar(1 - spec.alpha()));
            Tensor denominator = squares.sqrt().add_(Tensors.scalar(spec.epsilon())); // [P]
            for (ParameterRange range : ranges) {
                range.view(values)
                        .addcdiv_(
                                range.view(gradient),
                                range.view(denominator),
                                Tensors.scalar(-range.rate(learningRate, predictorRate)));
            }
        }
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        var state = new LinkedHashMap<String, Tensor>();
        state.put("squares", squares);
        return state;
    }

    @Override
    public void close() {
        squares.close();
    }
}
