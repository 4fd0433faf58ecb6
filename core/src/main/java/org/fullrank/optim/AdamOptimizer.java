package org.fullrank.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.net.ParameterBuffer;

/// Adam, `w <- w - lr mhat / (sqrt(vhat) + epsilon)`, with one of two kinds of weight decay. With decoupled
/// weight decay (AdamW), `w <- w - lr decay w` comes before the step. With coupled weight decay (L2), `g <-
/// g + decay w` comes before the moments are computed.
final class AdamOptimizer implements Optimizer {
    /// Number of parameters in a piece. A step updates one piece after another, so that the five arrays of a piece
    /// (1 MB each) stay in the cache of the processor. libtorch gives each thread at least 2^15 numbers. So a piece
    /// is larger on a machine with more than eight processors. On a GPU, one piece holds all parameters.
    private static final long PIECE =
            Math.max(1 << 18, (1L << 15) * Runtime.getRuntime().availableProcessors());

    private final ParameterBuffer parameters;
    private final List<ParameterRange> pieces;
    private final double beta1;
    private final double beta2;
    private final double epsilon;
    private final double coupled;
    private final double decoupled;
    private final Tensor first; // [P]
    private final Tensor second; // [P]

    AdamOptimizer(ParameterBuffer parameters, GroupSpec groups, OptimizerSpec.Adam spec) {
        this(
                parameters,
                ParameterRange.of(parameters, groups),
                spec.beta1(),
                spec.beta2(),
                spec.epsilon(),
                spec.weightDecay(),
                0);
    }

    AdamOptimizer(ParameterBuffer parameters, GroupSpec groups, OptimizerSpec.AdamW spec) {
        this(parameters, ParameterRange.of(parameters, groups), spec);
    }

    /// Updates only these ranges.
    AdamOptimizer(ParameterBuffer parameters, List<ParameterRange> ranges, OptimizerSpec.AdamW spec) {
        this(parameters, ranges, spec.beta1(), spec.beta2(), spec.epsilon(), 0, spec.weightDecay());
    }

    private AdamOptimizer(
            ParameterBuffer parameters,
            List<ParameterRange> ranges,
            double beta1,
            double beta2,
            double epsilon,
            double coupled,
            double decoupled) {
        this.parameters = parameters;
        this.pieces = ParameterRange.pieces(ranges, parameters.device() == Device.CPU ? PIECE : Long.MAX_VALUE);
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
        double correction1 = 1 - Math.pow(beta1, step + 1.0);
        double correction2 = Math.sqrt(1 - Math.pow(beta2, step + 1.0));
        try (var off = Gradients.off()) {
            for (ParameterRange piece : pieces) {
                step(piece, piece.rate(learningRate, predictorRate), correction1, correction2);
            }
        }
    }

    private void step(ParameterRange piece, double rate, double correction1, double correction2) {
        try (var scope = Scope.open()) {
            piece.addDecay(coupled, parameters.values(), parameters.gradients());
            Tensor gradient = piece.view(parameters.gradients()); // [p]
            Tensor values = piece.view(parameters.values()); // [p]
            Tensor m = piece.view(first); // [p]
            Tensor v = piece.view(second); // [p]
            m.lerp_(gradient, Tensors.scalar(1 - beta1));
            v.mul_(Tensors.scalar(beta2)).addcmul_(gradient, gradient, Tensors.scalar(1 - beta2));
            Tensor denominator = v.sqrt().div_(Tensors.scalar(correction2)).add_(Tensors.scalar(epsilon)); // [p]
            if (piece.decays() && decoupled > 0) {
                values.mul_(Tensors.scalar(1 - rate * decoupled));
            }
            values.addcdiv_(m, denominator, Tensors.scalar(-rate / correction1));
        }
    }

    /// The running mean of the gradients (m), `[P]`.
    Tensor first() {
        return first;
    }

    /// The running mean of the squared gradients (v), `[P]`.
    Tensor second() {
        return second;
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
