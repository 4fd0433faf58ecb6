package org.fullrank.lab;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.ejml.simple.SimpleMatrix;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;
import org.fullrank.spectral.ClosedForm;
import org.fullrank.spectral.FeatureMap;
import org.fullrank.spectral.Kernel;
import org.fullrank.spectral.Relation;
import org.fullrank.spectral.SampleRows;
import org.fullrank.spectral.SpectralEmbedding;
import org.fullrank.spectral.SpectralMap;

/// The closed forms of `org.fullrank.spectral`, called with small dense matrices.
final class ClosedFits {
    private ClosedFits() {}

    /// Computes the best embeddings of samples. An experiment tests it.
    @FunctionalInterface
    interface Free {
        SpectralEmbedding of(ClosedForm form, Relation relation);
    }

    /// Computes the best map of inputs `[N, D]`. An experiment tests it.
    @FunctionalInterface
    interface Mapped {
        SpectralMap of(ClosedForm form, Relation relation, SimpleMatrix inputs, Kernel kernel);
    }

    /// The best map that is linear in the inputs, or in the kernel between inputs.
    static SpectralMap map(ClosedForm form, Relation relation, SimpleMatrix inputs, Kernel kernel) {
        try (var scope = Scope.withoutGradients()) {
            Tensor rows = tensor(inputs);
            FeatureMap features = kernel instanceof Kernel.Linear
                    ? new FeatureMap.Inputs(inputs.getNumCols())
                    : FeatureMap.Landmarks.of(kernel, rows);
            return form.fit(relation, SampleRows.of(rows), features);
        }
    }

    /// The embeddings `[N, k]`.
    static SimpleMatrix embeddings(SpectralEmbedding fit) {
        return new SimpleMatrix(fit.rows(), fit.values().length / fit.rows(), true, fit.values());
    }

    /// The embeddings of inputs, `[N, D]` to `[N, k]`.
    static SimpleMatrix embed(SpectralMap map, SimpleMatrix inputs) {
        try (var scope = Scope.withoutGradients()) {
            return matrix(map.embed(tensor(inputs)));
        }
    }

    /// The weights of a map that is linear in the inputs, `[D, k]`.
    static SimpleMatrix weights(SpectralMap map) {
        return new SimpleMatrix(map.features().width(), map.width(), true, map.coefficients());
    }

    /// The values of a kernel for all pairs of rows, `[n, D]` and `[p, D]` to `[n, p]`.
    static SimpleMatrix gram(Kernel kernel, SimpleMatrix x, SimpleMatrix y) {
        try (var scope = Scope.withoutGradients()) {
            return matrix(kernel.gram(tensor(x), tensor(y)));
        }
    }

    /// The matrix `G` of a relation, `[N, N]`.
    static SimpleMatrix dense(Relation relation) {
        try (var scope = Scope.withoutGradients()) {
            Tensor type = Tensors.empty(ScalarType.Double, 0);
            return matrix(relation.times(torch.eye(relation.size(), type.options())));
        }
    }

    /// The Laplacian `diag(d) - G` of a relation, `[N, N]`.
    static SimpleMatrix laplacian(Relation relation) {
        return SimpleMatrix.diag(relation.degrees()).minus(dense(relation));
    }

    /// A tensor of the caller's scope with the same values.
    static Tensor tensor(SimpleMatrix matrix) {
        return Tensors.of(matrix.getDDRM().getData().clone(), matrix.getNumRows(), matrix.getNumCols());
    }

    private static SimpleMatrix matrix(Tensor tensor) {
        return new SimpleMatrix(
                Math.toIntExact(tensor.size(0)), Math.toIntExact(tensor.size(1)), true, Tensors.doubles(tensor));
    }
}
