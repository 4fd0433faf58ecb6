package org.fullrank.decompose;

import java.util.List;
import org.bytedeco.pytorch.Tensor;

/// The total variation of pictures: the mean absolute difference between neighbors. As a penalty it favors
/// areas of one value with sharp edges (Rudin, Osher, Fatemi 1992; in this anisotropic form in the official
/// code of DeepTensor).
final class TotalVariation {
    private TotalVariation() {}

    /// `mean |x_ij - x_i(j-1)| + mean |x_ij - x_(i-1)j|` over the rows and columns from the second on. In a 3-way
    /// tensor `[H, W, B]`, each of the B pictures counts, and B has no neighbors. A side of one pixel has no
    /// neighbors either: its mean is 0, and the other mean includes its only row or column.
    ///
    /// @param product the tensor in any form with its entries in row-major order
    /// @param shape of the tensor
    static Tensor of(Tensor product, List<Integer> shape) {
        long height = shape.get(0);
        long width = shape.get(1);
        Tensor x = product.reshape(height, width, -1); // [H, W, B]
        Tensor inner = without(without(x, 0, 1), 1, 1);
        Tensor left = without(without(x, 0, 1), 1, 0);
        Tensor above = without(without(x, 0, 0), 1, 1);
        return inner.sub(left).abs().mean().add(inner.sub(above).abs().mean());
    }

    /// All positions of a side but one, from position `first` on. A side of one pixel keeps it.
    private static Tensor without(Tensor x, int side, int first) {
        return x.size(side) == 1 ? x : x.narrow(side, first, x.size(side) - 1);
    }
}
