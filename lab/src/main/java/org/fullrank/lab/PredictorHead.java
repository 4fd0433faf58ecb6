package org.fullrank.lab;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Gradients;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;
import org.fullrank.net.NetworkBuilder;
import org.fullrank.net.Parameter;
import org.fullrank.net.ParameterBuffer;

/// A predictor of the embeddings of a target, and the loss of its predictions.
///
/// It owns native memory and must be closed.
final class PredictorHead implements AutoCloseable {
    /// The predictors.
    enum Kind {
        /// Two layers with ReLU between them, `W2 relu(W1 z + b1) + b2`.
        PLAIN("two layers", false, false),
        PLAIN_BIAS("two layers with bias", false, true),
        /// The same with `W2 = W1'`, tied after each step to the mean of `W2` and `W1'`.
        TIED("two layers, tied", true, false),
        TIED_BIAS("two layers with bias, tied", true, true),
        /// A matrix from the correlation of the embeddings (DirectPred).
        DIRECT_PRED("DirectPred", false, false),
        /// The same matrix, but the gradient does not pass through it (IsoLoss).
        ISO_LOSS("IsoLoss", false, false);

        private final String label;
        private final boolean tied;
        private final boolean bias;

        Kind(String label, boolean tied, boolean bias) {
            this.label = label;
            this.tied = tied;
            this.bias = bias;
        }

        String label() {
            return label;
        }

        private boolean isClosedForm() {
            return this == DIRECT_PRED || this == ISO_LOSS;
        }
    }

    private static final int HIDDEN = 64;
    /// How much of the correlation each view keeps, with an average as target and without. Source: official
    /// code of IsoLoss.
    private static final double KEEP_EMA = 0.998;

    private static final double KEEP = 0.5;

    private final Kind kind;
    private final double keep;
    private final List<Parameter> parts;
    private final ParameterBuffer parameters;
    private final Tensor velocity;
    private final Tensor correlation;

    PredictorHead(Kind kind, int width, boolean ema, long seed) {
        this.kind = kind;
        keep = ema ? KEEP_EMA : KEEP;
        var net = new NetworkBuilder(seed);
        parts = List.of(
                net.weight("w1", width, HIDDEN, width),
                net.weight("b1", width, HIDDEN),
                net.weight("w2", HIDDEN, width, HIDDEN),
                net.weight("b2", HIDDEN, width));
        parameters = net.build(Device.CPU, ScalarType.Float);
        try (var scope = Scope.open()) {
            velocity = scope.keep(parameters.values().detach().clone().zero_());
            correlation = scope.keep(Tensors.zeros(Device.CPU, ScalarType.Double, width, width));
        }
        tie();
    }

    private Tensor part(int index) {
        return parts.get(index).tensor();
    }

    /// The loss of one direction, up to constants. The matrix of a closed form moves first.
    ///
    /// @param z online embeddings `[B, D]`
    /// @param target embeddings `[B, D]` without gradient
    Tensor loss(Tensor z, Tensor target) {
        if (!kind.isClosedForm()) {
            Tensor hidden = torch.relu(torch.linear(z, part(0), bias(1)));
            return cosineLoss(torch.linear(hidden, part(2), bias(3)), target);
        }
        try (var off = Gradients.off()) {
            Tensor rows = z.detach().to(ScalarType.Double);
            Tensor moment = rows.t().matmul(rows).div(Tensors.scalar(rows.size(0)));
            correlation.mul_(Tensors.scalar(keep)).add_(moment.mul(Tensors.scalar(1 - keep)));
        }
        Tensor matrix = power(0.5); // [D, D], symmetric
        return kind == Kind.DIRECT_PRED ? cosineLoss(z.matmul(matrix), target) : isoLoss(z, target, matrix);
    }

    private TensorOptional bias(int index) {
        return kind.bias ? new TensorOptional(part(index)) : Tensors.none();
    }

    /// A power of the correlation, divided by its largest eigenvalue.
    private Tensor power(double exponent) {
        try (var off = Gradients.off()) {
            var eigen = torch.linalg_eigh(correlation);
            Tensor s = eigen.get0().clamp_min(Tensors.scalar(0));
            Tensor scaled = s.div(s.max()).pow(Tensors.scalar(exponent));
            return eigen.get1().mul(scaled).matmul(eigen.get1().t()).to(ScalarType.Float);
        }
    }

    /// `-2 cos`, mean over the rows.
    private static Tensor cosineLoss(Tensor p, Tensor target) {
        return Reductions.unit(p).mul(Reductions.unit(target)).sum().mul(Tensors.scalar(-2.0 / p.size(0)));
    }

    /// The surrogate whose gradient with respect to z is that of `-2 cos` without the left factor of the
    /// matrix. Source: official code of IsoLoss.
    private Tensor isoLoss(Tensor z, Tensor target, Tensor matrix) {
        Tensor pull;
        Tensor push;
        try (var off = Gradients.off()) {
            Tensor p = z.detach().matmul(matrix);
            Tensor size = lengths(p); // [B, 1]
            Tensor other = lengths(target);
            pull = target.div(size.mul(other));
            Tensor inner = p.mul(target).sum(new long[] {1}, true, null);
            push = inner.div(size.pow(Tensors.scalar(3)).mul(other)); // [B, 1]
        }
        Tensor root = z.matmul(power(0.25)); // rows W^(1/2) z
        return z.mul(pull)
                .sum()
                .sub(root.square().mul(push).sum().mul(Tensors.scalar(0.5)))
                .mul(Tensors.scalar(-2.0 / z.size(0)));
    }

    private static Tensor lengths(Tensor rows) {
        return rows.square().sum(new long[] {1}, true, null).sqrt();
    }

    void clear() {
        parameters.clearGradients();
    }

    void step(double rate) {
        if (!kind.isClosedForm()) {
            BootstrapRun.move(parameters, velocity, rate);
            tie();
        }
    }

    private void tie() {
        if (kind.tied) {
            try (var scope = Scope.withoutGradients()) {
                Tensor mean = part(0).add(part(2).t()).mul(Tensors.scalar(0.5));
                part(0).copy_(mean);
                part(2).copy_(mean.t());
            }
        }
    }

    @Override
    public void close() {
        correlation.close();
        velocity.close();
        parameters.close();
    }
}
