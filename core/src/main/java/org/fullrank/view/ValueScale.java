package org.fullrank.view;

/// How a plain view scales raw values: `x factor + offset`, for each channel or feature.
///
/// @param factor of each channel or feature
/// @param offset of each channel or feature
/// @param axis the axis of these channels or features in [InputShape#memory]
public record ValueScale(float[] factor, float[] offset, int axis) {
    /// Raw values minus a mean, divided by a deviation.
    ///
    /// @param unit what is 1 before that; 255 for bytes that are taken from 0 to 1
    static ValueScale of(float[] mean, float[] std, double unit, int axis) {
        float[] factor = new float[mean.length];
        float[] offset = new float[mean.length];
        for (int c = 0; c < mean.length; c++) {
            double deviation = std[c] > 0 ? std[c] : 1;
            factor[c] = (float) (1 / (unit * deviation));
            offset[c] = (float) (-mean[c] / deviation);
        }
        return new ValueScale(factor, offset, axis);
    }

    /// Raw values as they are.
    static ValueScale none(int axis) {
        return new ValueScale(new float[] {1}, new float[] {0}, axis);
    }
}
