package org.fullrank.optim;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Segment;

/// SGD with momentum, and LARS, which is the same after each matrix's gradient has been scaled by its trust ratio.
final class MomentumOptimizer implements Optimizer {
    private final ParameterBuffer parameters;
    private final OptimizerSpec spec;
    private final double mu;
    private final double decay;
    private final Tensor momentum; // [P]

    MomentumOptimizer(ParameterBuffer parameters, OptimizerSpec.Sgd spec) {
        this(parameters, spec, spec.momentum(), spec.weightDecay());
    }

    MomentumOptimizer(ParameterBuffer parameters, OptimizerSpec.Lars spec) {
        this(parameters, spec, spec.momentum(), spec.weightDecay());
    }

    private MomentumOptimizer(ParameterBuffer parameters, OptimizerSpec spec, double mu, double decay) {
        this.parameters = parameters;
        this.spec = spec;
        this.mu = mu;
        this.decay = decay;
        try (var scope = Scope.open()) {
            momentum = scope.keep(Tensors.zeros(
                    parameters.device(), parameters.type(), parameters.values().numel()));
        }
    }

    @Override
    public void step(double learningRate, long step) {
        try (var scope = Scope.open();
                var off = Gradients.off()) {
            Tensor gradient = parameters.gradients(); // [P]
            long matrices = parameters.matrixCount();
            if (decay > 0) {
                gradient.narrow(0, 0, matrices).add_(parameters.values().narrow(0, 0, matrices), Tensors.scalar(decay));
            }
            if (spec instanceof OptimizerSpec.Lars lars) {
                applyTrust(gradient, lars, learningRate);
            }
            momentum.mul_(Tensors.scalar(mu)).add_(gradient);
            parameters.values().sub_(momentum, Tensors.scalar(learningRate));
        }
    }

    /// `g <- g eta |w| / |g|` for each matrix; where a norm is 0 the gradient stays (official VICReg code).
    private void applyTrust(Tensor gradient, OptimizerSpec.Lars lars, double learningRate) {
        var weights = new TensorVector();
        var gradients = new TensorVector();
        for (Segment segment : parameters.segments()) {
            if (segment.isMatrix()) {
                weights.push_back(segment.view(parameters.values()).norm());
                gradients.push_back(segment.view(gradient).norm());
            }
        }
        Tensor w = torch.stack(weights); // [S]
        Tensor g = torch.stack(gradients); // [S]
        Tensor zero = w.mul(g).eq(Tensors.scalar(0)); // [S]
        Tensor trust = w.mul(Tensors.scalar(lars.eta())).div(g); // [S]
        if (lars.clip()) {
            trust = trust.div(Tensors.scalar(learningRate)).clamp_max(Tensors.scalar(1));
        }
        trust = trust.masked_fill(zero, Tensors.scalar(1));
        long i = 0;
        for (Segment segment : parameters.segments()) {
            if (segment.isMatrix()) {
                segment.view(gradient).mul_(trust.select(0, i++));
            }
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
