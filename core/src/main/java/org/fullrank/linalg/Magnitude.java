package org.fullrank.linalg;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;

/// Scales values by powers of two so that their squares stay within the range of float64. This scaling
/// changes no digit, so scaled and unscaled values give the same results bit by bit.
public final class Magnitude {
    /// Binary exponents up to which values stay as they are, 1e60: sums of the fourth powers of any number of them fit
    /// into float64.
    private static final int SAFE = 200;

    private static final int LARGEST = 1000; // so that the power itself is an ordinary number

    private Magnitude() {}

    /// The exponent e for which values are best taken in units of `2^e`: 0 where they can stay as they are, or where
    /// the largest is 0 or not finite.
    ///
    /// @param largest absolute value
    static int exponent(double largest) {
        int found = Math.getExponent(largest);
        boolean stays = largest == 0 || !Double.isFinite(largest) || Math.abs(found) <= SAFE;
        return stays ? 0 : Math.clamp(found, -LARGEST, LARGEST);
    }

    /// The power of two by which values are multiplied before they are squared; 1 for values of an ordinary size.
    ///
    /// @param largest absolute value
    public static double factor(double largest) {
        return Math.scalb(1.0, -exponent(largest));
    }

    /// The same for all values of a tensor. Those of float32 and smaller types always stay as they are.
    public static double factor(Tensor values) {
        return values.scalar_type().intern() == ScalarType.Double ? factor(largest(values)) : 1;
    }

    /// `values` times a factor; itself where that is 1. The caller's scope owns a new tensor.
    public static Tensor times(Tensor values, double factor) {
        return factor == 1 ? values : values.mul(Tensors.scalar(factor));
    }

    /// Largest absolute value; 0 of none.
    static double largest(Tensor values) {
        return values.numel() == 0 ? 0 : Tensors.value(values.abs().max());
    }
}
