package org.fullrank.optim;

import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.linalg.Orthogonal;
import org.fullrank.net.ParameterBuffer;

/// An optimizer that keeps some matrices orthogonal or unitary. Another optimizer computes the change of all
/// parameters.
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
            List<Tensor> matrices = copies();
            List<Tensor> changes = changes(matrices, learningRate, predictorRate, step);
            for (int i = 0; i < matrices.size(); i++) {
                how.move(matrices.get(i), changes.get(i), Keyed.of(seed, SAMPLE, step, i));
                restoreSometimes(matrices.get(i), step);
                group.matrices().get(i).store(matrices.get(i), parameters.values());
            }
        }
    }

    private List<Tensor> copies() {
        return group.matrices().stream().map(s -> s.copy(parameters.values())).toList();
    }

    /// What the plain optimizer adds to the matrices, which do not change. From matrices of zeros, all digits
    /// of the change are left.
    private List<Tensor> changes(List<Tensor> before, double learningRate, double predictorRate, long step) {
        try {
            group.matrices().forEach(s -> s.view(parameters.values()).zero_());
            plain.step(learningRate, predictorRate, step);
            return copies();
        } finally {
            IntStream.range(0, before.size())
                    .forEach(i -> group.matrices().get(i).store(before.get(i), parameters.values()));
        }
    }

    /// Removes the rounding errors of n steps, so that its time of O(n^3) is O(n^2) for each step.
    private static void restoreSometimes(Tensor matrix, long step) {
        if ((step + 1) % matrix.size(-1) == 0) {
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
