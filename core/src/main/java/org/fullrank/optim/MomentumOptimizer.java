package org.fullrank.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;

/// SGD with momentum, and LARS. LARS first scales the gradient of each matrix by its trust ratio and then
/// makes the same update.
final class MomentumOptimizer implements Optimizer {
    private final ParameterBuffer parameters;
    private final List<ParameterRange> stretches;
    private final OptimizerSpec spec;
    private final double mu;
    private final double decay;
    private final Tensor momentum; // [P]

    MomentumOptimizer(ParameterBuffer parameters, GroupSpec groups, OptimizerSpec.Sgd spec) {
        this(parameters, groups, spec, spec.momentum(), spec.weightDecay());
    }

    MomentumOptimizer(ParameterBuffer parameters, GroupSpec groups, OptimizerSpec.Lars spec) {
        this(parameters, groups, spec, spec.momentum(), spec.weightDecay());
    }

    private MomentumOptimizer(
            ParameterBuffer parameters, GroupSpec groups, OptimizerSpec spec, double mu, double decay) {
        this.parameters = parameters;
        this.stretches = ParameterRange.of(parameters, groups);
        this.spec = spec;
        this.mu = mu;
        this.decay = decay;
        try (var scope = Scope.open()) {
            momentum = scope.keep(Tensors.zeros(
                    parameters.device(), parameters.type(), parameters.values().numel()));
        }
    }

    @Override
    public void step(double learningRate, double predictorRate, long step) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor gradient = parameters.gradients(); // [P]
            Tensor values = parameters.values(); // [P]
            for (ParameterRange stretch : stretches) {
                if (stretch.decays() && decay > 0) {
                    stretch.view(gradient).add_(stretch.view(values), Tensors.scalar(decay));
                }
            }
            if (spec instanceof OptimizerSpec.Lars lars) {
                for (ParameterRange stretch : stretches) {
                    List<Segment> matrices = stretch.matrices(parameters);
                    if (!matrices.isEmpty()) {
                        applyTrust(gradient, matrices, lars, stretch.rate(learningRate, predictorRate));
                    }
                }
            }
            momentum.mul_(Tensors.scalar(mu)).add_(gradient);
            for (ParameterRange stretch : stretches) {
                double rate = stretch.rate(learningRate, predictorRate);
                stretch.view(values).sub_(stretch.view(momentum), Tensors.scalar(rate));
            }
        }
    }

    /// `g <- g eta |w| / |g|` for each matrix. If a norm is 0, the gradient is not changed (official VICReg
    /// code).
    private void applyTrust(Tensor gradient, List<Segment> matrices, OptimizerSpec.Lars lars, double learningRate) {
        var weights = new TensorVector();
        var gradients = new TensorVector();
        for (Segment segment : matrices) {
            weights.push_back(segment.view(parameters.values()).norm());
            gradients.push_back(segment.view(gradient).norm());
        }
        Tensor w = torch.stack(weights); // [S]
        Tensor g = torch.stack(gradients); // [S]
        Tensor zero = w.mul(g).eq(Tensors.scalar(0)); // [S]
        Tensor trust = w.mul(Tensors.scalar(lars.eta())).div(g); // [S]
        if (lars.clip()) {
            trust = trust.div(Tensors.scalar(learningRate)).clamp_max(Tensors.scalar(1));
        }
        trust = trust.masked_fill(zero, Tensors.scalar(1));
        for (int i = 0; i < matrices.size(); i++) {
            matrices.get(i).view(gradient).mul_(trust.select(0, i));
        }
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        var state = new LinkedHashMap<String, Tensor>();
        state.put("momentum", momentum);
        return state;
    }

    @Override
    public void close() {
        momentum.close();
    }
}
