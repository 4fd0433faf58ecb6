package org.fullrank.decompose;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// The numbers that a factor may contain, and the function that the last layer of its network applies for
/// this purpose.
public enum FactorSign {
    /// Any number.
    ANY,
    /// Positive numbers, by `log(1 + e^x)`.
    SOFTPLUS,
    /// Nonnegative, by `|x|`.
    ABS,
    /// Nonnegative, by `max(x, 0)`.
    RELU;

    /// The factor from an output of its network.
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
