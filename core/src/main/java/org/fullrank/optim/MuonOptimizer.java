package org.fullrank.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Precision;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.NewtonSchulz;
import org.fullrank.net.ParameterBuffer;
import org.fullrank.net.ParameterBuffer.Kind;
import org.fullrank.net.ParameterBuffer.Segment;

/// Muon (Jordan 2024). The update of a matrix is the approximate orthogonal factor of its momentum: all its
/// singular values are about 1. A filter `[out, in, H, W]` counts as the matrix `[out, in H W]`. Biases, norms and
/// stacks of orthogonal matrices get a step of AdamW.
///
/// For a matrix W `[n, m]` with gradient G: `M <- momentum M + (1 - momentum) G`, then `U = momentum M + (1 -
/// momentum) G` (Nesterov), then `W <- (1 - lr decay) W - lr sqrt(max(1, n / m)) polar(U)`.
final class MuonOptimizer implements Optimizer {
    /// The range of a matrix, and its number of rows.
    private record Matrix(ParameterRange range, long rows) {
        Tensor view(Tensor vector) {
            return range.view(vector).view(rows, range.count() / rows);
        }

        double scale() {
            return Math.sqrt(Math.max(1, (double) rows * rows / range.count()));
        }
    }

    private final ParameterBuffer parameters;
    private final OptimizerSpec.Muon spec;
    private final List<Matrix> matrices;
    private final ScalarType products;
    /// Its first moment is also the momentum of the matrices.
    private final AdamOptimizer rest;

    /// @param precision of the products of the orthogonal factors
    MuonOptimizer(ParameterBuffer parameters, GroupSpec groups, OptimizerSpec.Muon spec, Precision precision) {
        this.parameters = parameters;
        this.products = precision == Precision.BF16 ? ScalarType.BFloat16 : parameters.type();
        this.spec = spec;
        List<Segment> segments = parameters.segments();
        matrices = segments.stream()
                .filter(MuonOptimizer::isMatrix)
                .map(s -> new Matrix(ParameterRange.of(s, groups), s.sizes().getFirst()))
                .toList();
        List<Segment> others = segments.stream().filter(s -> !isMatrix(s)).toList();
        rest = new AdamOptimizer(parameters, ParameterRange.of(others, groups), spec.adam());
    }

    private static boolean isMatrix(Segment segment) {
        return segment.kind() == Kind.MATRIX;
    }

    @Override
    public void step(double learningRate, double predictorRate, long step) {
        rest.step(spec.adamRate() * learningRate, spec.adamRate() * predictorRate, step);
        for (Matrix matrix : matrices) {
            try (var scope = Scope.withoutGradients()) {
                move(matrix, matrix.range().rate(learningRate, predictorRate));
            }
        }
    }

    private void move(Matrix matrix, double rate) {
        Tensor gradient = matrix.view(parameters.gradients()); // [n, m]
        Tensor momentum = matrix.view(rest.first()); // [n, m]
        Tensor values = matrix.view(parameters.values()); // [n, m]
        momentum.lerp_(gradient, Tensors.scalar(1 - spec.momentum()));
        Tensor ahead = gradient.lerp(momentum, Tensors.scalar(spec.momentum())); // [n, m]
        if (matrix.range().decays()) {
            values.mul_(Tensors.scalar(1 - rate * spec.weightDecay()));
        }
        values.sub_(NewtonSchulz.polar(ahead, products), Tensors.scalar(rate * matrix.scale()));
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        var state = new LinkedHashMap<String, Tensor>();
        state.put("momentum", rest.first());
        state.put("squares", rest.second());
        return state;
    }

    @Override
    public void close() {
        rest.close();
    }
}
