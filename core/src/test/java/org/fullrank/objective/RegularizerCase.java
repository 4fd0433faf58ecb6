package org.fullrank.objective;

import java.util.Arrays;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// A regularizer with embeddings to try it on: `[rows, columns]`, entries of deviation `spread` around 0.3.
record RegularizerCase(Regularizer regularizer, int rows, int columns, double spread) {
    double[] embedding(long seed) {
        var random = Keyed.of(seed);
        double[] values = new double[rows * columns];
        Arrays.setAll(values, i -> 0.3 + spread * random.nextGaussian());
        return values;
    }

    double value(double[] z) {
        try (var scope = Scope.open()) {
            Tensor leaf = Tensors.of(z, rows, columns);
            return Tensors.value(regularizer.evaluate(leaf, Batch.DRAW).total());
        }
    }

    double[] gradient(double[] z) {
        try (var scope = Scope.open()) {
            Tensor leaf = Tensors.of(z, rows, columns).set_requires_grad(true);
            regularizer.evaluate(leaf, Batch.DRAW).total().backward();
            return Tensors.doubles(leaf.grad());
        }
    }
}
