package org.fullrank.spectral;

import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.InputException;

/// Refuses rows that cannot be used.
final class SampleCheck {
    private SampleCheck() {}

    /// @throws InputException when the rows are not `expected` wide
    static void requireWidth(Tensor rows, int expected) {
        InputException.unless(
                rows.size(1) == expected,
                "samples: found %d values in a row, expected %d as in the fit; give rows of the same kind",
                rows.size(1),
                expected);
    }
}
