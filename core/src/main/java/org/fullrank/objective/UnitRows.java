package org.fullrank.objective;

import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.fullrank.engine.Tensors;

/// Rows as points of the unit sphere.
final class UnitRows {
    /// The norm below which a row counts as zero, as in PyTorch's `normalize`.
    static final double NORM_FLOOR = 1e-12;

    private UnitRows() {}

    /// `z`, shape `[N, D]`, with each row divided by its norm; a row of zeros stays one and gets a finite gradient.
    static Tensor of(Tensor z) {
        return z.div(norm(z));
    }

    /// The norm of each row, `[N, 1]`.
    static Tensor norm(Tensor z) {
        Tensor squares = z.square().sum(new long[] {1}, true, new ScalarTypeOptional()); // [N, 1]
        // The floor comes before the root, whose slope at 0 is infinite: a row of zeros gets a finite gradient.
        return squares.clamp_min(Tensors.scalar(NORM_FLOOR * NORM_FLOOR)).sqrt();
    }
}
