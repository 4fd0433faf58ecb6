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

/// SGD with momentum, and LARS. LARS first scales the gradient of each matrix by its trust ratio. Then LARS
/// makes the same update as SGD.
final class MomentumOptimizer implements Optimizer {
    /// Keeps the sum of two norms above 0. The value is that of solo-learn.
    private static final double SUM_EPSILON = 1e-8;

    private final ParameterBuffer parameters;
    private final List<ParameterRange> ranges;
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
        this.ranges = ParameterRange.of(parameters, groups);
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
            for (ParameterRange range : ranges) {
                List<Segment> matrices = range.matrices(parameters);
                if (spec instanceof OptimizerSpec.Lars lars && !matrices.isEmpty()) {
                    scaleByTrust(range, matrices, lars, range.rate(learningRate, predictorRate));
                } else {
                    range.addDecay(decay, values, gradient);
                }
            }
            momentum.mul_(Tensors.scalar(mu)).add_(gradient);
            for (ParameterRange range : ranges) {
                double rate = range.rate(learningRate, predictorRate);
                range.view(values).sub_(range.view(momentum), Tensors.scalar(rate));
            }
        }
    }

    /// Adds weight decay to the gradient. Then it scales the gradient of each matrix by its trust ratio.
    private void scaleByTrust(
            ParameterRange range, List<Segment> matrices, OptimizerSpec.Lars lars, double learningRate) {
        Tensor values = parameters.values(); // [P]
        Tensor gradient = parameters.gradients(); // [P]
        Tensor w = norms(matrices, values); // [S]
        Tensor trust = switch (lars.denominator()) {
            case DECAYED -> {
                range.addDecay(decay, values, gradient);
                Tensor g = norms(matrices, gradient); // [S]
                // Where a norm is 0 the gradient stays (official VICReg code).
                yield trust(w, g, lars, learningRate).masked_fill(w.mul(g).eq(Tensors.scalar(0)), Tensors.scalar(1));
            }
            case SUM -> {
                Tensor g = norms(matrices, gradient); // [S]
                range.addDecay(decay, values, gradient);
                Tensor sum =
                        g.add(w, Tensors.scalar(range.decays() ? decay : 0)).add_(Tensors.scalar(SUM_EPSILON));
                yield trust(w, sum, lars, learningRate)
                        .masked_fill(w.eq(Tensors.scalar(0)), Tensors.scalar(1))
                        .masked_fill(g.eq(Tensors.scalar(0)), Tensors.scalar(0));
            }
        };
        for (int i = 0; i < matrices.size(); i++) {
            matrices.get(i).view(gradient).mul_(trust.select(0, i));
        }
    }

    /// The norm of each matrix in `vector` `[P]`, `[S]`.
    private static Tensor norms(List<Segment> matrices, Tensor vector) {
        var norms = new TensorVector();
        for (Segment segment : matrices) {
            norms.push_back(segment.view(vector).norm());
        }
        return torch.stack(norms);
    }

    private static Tensor trust(Tensor w, Tensor denominator, OptimizerSpec.Lars lars, double learningRate) {
        Tensor trust = w.mul(Tensors.scalar(lars.eta())).div(denominator); // [S]
        return lars.clip() ? trust.div(Tensors.scalar(learningRate)).clamp_max(Tensors.scalar(1)) : trust;
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
