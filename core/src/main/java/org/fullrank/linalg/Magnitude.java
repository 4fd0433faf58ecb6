package org.fullrank.linalg;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.fullrank.engine.Tensors;

/// Scales values by powers of two so that their squares stay within the range of float64. This scaling
/// changes no digits. So scaled and unscaled values give bitwise equal results.
public final class Magnitude {
    /// Largest binary exponent of values that are not scaled, about 1e60. Sums of the fourth powers of any
    /// number of such values fit into float64.
    private static final int SAFE = 200;

    private static final int LARGEST = 1000; // so that the power itself is an ordinary number

    private Magnitude() {}

    /// The exponent e of the unit `2^e` for these values. It is 0 if no scaling is needed, or if the largest
    /// value is 0 or not finite.
    ///
    /// @param largest absolute value
    static int exponent(double largest) {
        int found = Math.getExponent(largest);
        boolean stays = largest == 0 || !Double.isFinite(largest) || Math.abs(found) <= SAFE;
        return stays ? 0 : Math.clamp(found, -LARGEST, LARGEST);
    }

    /// The power of two by which values are multiplied before they are squared; 1 for values of an ordinary
    /// size.
    ///
    /// @param largest absolute value
    public static double factor(double largest) {
        return Math.scalb(1.0, -exponent(largest));
    }

    /// The same for all values of a tensor. It is always 1 for float32 and smaller types.
    public static double factor(Tensor values) {
        return values.scalar_type().intern() == ScalarType.Double ? factor(largest(values)) : 1;
    }

    /// `values` multiplied by a factor, or `values` itself if the factor is 1. The caller's scope owns a new
    /// tensor.
    public static Tensor times(Tensor values, double factor) {
        return factor == 1 ? values : values.mul(Tensors.scalar(factor));
    }

    /// Largest absolute value; 0 if there are no values.
    static double largest(Tensor values) {
        return values.numel() == 0 ? 0 : Tensors.value(values.abs().max());
    }
}
