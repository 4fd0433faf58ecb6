package org.fullrank.optim;

import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.linalg.Orthogonal;
import org.fullrank.net.ParameterBuffer;

/// An optimizer that keeps some matrices orthogonal. Another optimizer computes the change of all parameters.
/// What it would add to these matrices is applied as [OrthogonalStep] says.
final class OrthogonalOptimizer implements Optimizer {
    private static final long SAMPLE = Keyed.name("orthogonal sample");

    private final Optimizer plain;
    private final ParameterBuffer parameters;
    private final OrthogonalGroup group;
    private final OrthogonalStep how;
    private final long seed;

    /// @param plain computes the change, and owns all state
    /// @param seed of the random approximations
    OrthogonalOptimizer(
            Optimizer plain, ParameterBuffer parameters, OrthogonalGroup group, OrthogonalStep how, long seed) {
        this.plain = plain;
        this.parameters = parameters;
        this.group = group;
        this.how = how;
        this.seed = seed;
    }

    @Override
    public void step(double learningRate, double predictorRate, long step) {
        try (var scope = Scope.withoutGradients()) {
            List<Tensor> matrices = group.matrices().stream()
                    .map(s -> s.view(parameters.values()))
                    .toList();
            List<Tensor> changes = changes(matrices, learningRate, predictorRate, step);
            for (int i = 0; i < matrices.size(); i++) {
                how.move(matrices.get(i), changes.get(i), Keyed.of(seed, SAMPLE, step, i));
                restoreSometimes(matrices.get(i), step);
            }
        }
    }

    /// What the plain optimizer adds to the matrices, which do not change. From matrices of zeros, all digits
    /// of the change are left.
    private List<Tensor> changes(List<Tensor> matrices, double learningRate, double predictorRate, long step) {
        List<Tensor> before = matrices.stream().map(Tensor::clone).toList();
        try {
            matrices.forEach(Tensor::zero_);
            plain.step(learningRate, predictorRate, step);
            return matrices.stream().map(Tensor::clone).toList();
        } finally {
            IntStream.range(0, matrices.size()).forEach(i -> matrices.get(i).copy_(before.get(i)));
        }
    }

    /// Removes the rounding errors of n steps, so that its time of O(n^3) is O(n^2) for each step.
    private static void restoreSometimes(Tensor matrix, long step) {
        if ((step + 1) % matrix.size(0) == 0) {
            Orthogonal.restore(matrix);
        }
    }

    @Override
    public SequencedMap<String, Tensor> state() {
        return plain.state();
    }

    @Override
    public void close() {
        plain.close();
    }
}
