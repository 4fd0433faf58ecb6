package org.fullrank.decompose;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// Which numbers a factor may contain, and the function at the end of its network that makes it so.
public enum FactorSign {
    /// Any number.
    ANY,
    /// Positive, by `log(1 + e^x)`.
    SOFTPLUS,
    /// Nonnegative, by `|x|`.
    ABS,
    /// Nonnegative, by `max(x, 0)`.
    RELU;

    /// The factor for an output of its network.
    Tensor apply(Tensor x) {
        return switch (this) {
            case ANY -> x;
            case SOFTPLUS -> torch.softplus(x);
            case ABS -> x.abs();
            case RELU -> x.relu();
        };
    }

    /// Whether the factor has no negative numbers.
    public boolean isNonnegative() {
        return this != ANY;
    }
}
