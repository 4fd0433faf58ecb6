package org.fullrank.spectral;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;

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
        int wrong = SampleCheck.first(values.isfinite().logical_not_().any(1, false));
        InputException.when(
                wrong >= 0,
                "samples: found a value that is not finite in row %d, expected numbers; leave the row out",
                wrong < 0 ? wrong : rows[wrong]);
        SampleCheck.requireValues(kernel, values, rows);
        return values;
    }

    @Override
    public SampleRows checked(Kernel other) {
        return samples.checked(other);
    }
}
