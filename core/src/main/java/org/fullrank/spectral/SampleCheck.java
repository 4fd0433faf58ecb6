package org.fullrank.spectral;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.InputException;
import org.fullrank.engine.Tensors;

/// Refuses rows that cannot be used.
final class SampleCheck {
    private SampleCheck() {}

    /// @throws InputException when a value is NaN or infinite
    static void requireFinite(Tensor rows) {
        Tensor wrong = rows.isfinite().logical_not_().any(1, false); // [n]
        InputException.when(
                Tensors.value(wrong.any()) != 0,
                "samples: found a value that is not finite in row %d, expected numbers; leave the row out",
                (long) Tensors.value(wrong.to(ScalarType.Byte).argmax()));
    }

    /// @throws InputException when the rows are not `expected` wide
    static void requireWidth(Tensor rows, int expected) {
        InputException.unless(
                rows.size(1) == expected,
                "samples: found %d values in a row, expected %d as in the fit; give rows of the same kind",
                rows.size(1),
                expected);
    }
}
