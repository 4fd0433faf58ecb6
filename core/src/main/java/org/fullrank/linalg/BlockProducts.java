package org.fullrank.linalg;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Device;
import org.fullrank.engine.Scope;
import org.fullrank.engine.Tensors;

/// Products of tall matrices, with float32 products of blocks of rows summed in float64.
public final class BlockProducts {
    private static final int BLOCK_ROWS = 2048;

    private BlockProducts() {}

    /// `X' X / N` of `x`, shape `[N, D]` float32, as float64 `[D, D]`; the caller's scope owns it.
    public static Tensor second(Tensor x) {
        long rows = x.size(0);
        Tensor sum = Tensors.zeros(Device.CPU, ScalarType.Double, x.size(1), x.size(1)); // [D, D]
        for (long start = 0; start < rows; start += BLOCK_ROWS) {
            try (var scope = Scope.open()) {
                Tensor block = x.narrow(0, start, Math.min(BLOCK_ROWS, rows - start)); // [n, D]
                sum.add_(block.t().matmul(block));
            }
        }
        return sum.mul_(Tensors.scalar(1.0 / rows));
    }
}
