package org.fullrank.spectral;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// The best embeddings of the samples themselves. There is no map for new samples.
///
/// @param values `[N, k]` in row-major order, where k is the number of kept dimensions
/// @param rows number of samples N
/// @param report what the fit found
public record SpectralEmbedding(double[] values, int rows, SpectralReport report) {
    /// The embeddings `[N, k]`, float64. The caller's scope owns them.
    public Tensor tensor() {
        return Tensors.of(values, rows, values.length / rows);
    }
}
