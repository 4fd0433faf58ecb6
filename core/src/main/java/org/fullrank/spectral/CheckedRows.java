package org.fullrank.spectral;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;
import org.fullrank.linalg.Reductions;

/// Rows that are checked as they are read. A row is named by its number among all samples, because the rows
/// arrive in blocks and in any order.
///
/// @param samples the rows as they are
/// @param kernel what the rows are for
record CheckedRows(SampleRows samples, Kernel kernel) implements SampleRows {
    @Override
    public int size() {
        return samples.size();
    }

    @Override
    public int width() {
        return samples.width();
    }

    /// @throws InputException when a value is NaN or infinite, or a row is zero and the kernel needs an angle
    @Override
    public Tensor at(int[] rows) {
        Tensor values = samples.at(rows);
        int wrong = first(values.isfinite().logical_not_().any(1, false));
        InputException.when(
                wrong >= 0,
                "samples: found a value that is not finite in row %d, expected numbers; leave the row out",
                wrong < 0 ? wrong : rows[wrong]);
        int zero =
                kernel.takesZeros() ? -1 : first(Reductions.squaredNorms(values).eq(Tensors.scalar(0)));
        InputException.when(
                zero >= 0,
                "kernel %s: found a vector of zeros in row %d, which has no angle; leave it out or use arc-cosine:1",
                kernel.text(),
                zero < 0 ? zero : rows[zero]);
        return values;
    }

    /// The first place of a mask that is true; -1 if there is none.
    private static int first(Tensor mask) {
        return Tensors.value(mask.any()) == 0
                ? -1
                : (int) Tensors.value(mask.to(ScalarType.Byte).argmax());
    }

    @Override
    public SampleRows checked(Kernel other) {
        return samples.checked(other);
    }
}
