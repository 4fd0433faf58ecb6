package org.fullrank.spectral;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;

/// The inputs of the samples. Only some rows are read at a time.
public interface SampleRows {
    /// Number of samples N.
    int size();

    /// Number of values D of a sample.
    int width();

    /// Some rows `[n, D]` in float64. The caller's scope owns them.
    Tensor at(int[] rows);

    /// The same rows, of which each block is checked: a row that a kernel cannot use is refused by its number
    /// among all samples.
    default SampleRows checked(Kernel kernel) {
        return new CheckedRows(this, kernel);
    }

    /// The rows of a matrix `[N, D]` of float32 or float64 on the host, which still belongs to the caller.
    static SampleRows of(Tensor matrix) {
        return new SampleRows() {
            @Override
            public int size() {
                return Math.toIntExact(matrix.size(0));
            }

            @Override
            public int width() {
                return Math.toIntExact(matrix.size(1));
            }

            @Override
            public Tensor at(int[] rows) {
                return matrix.index_select(0, Tensors.of(rows)).to(ScalarType.Double);
            }
        };
    }
}
