package org.fullrank.view;

/// Rotates the planes of one view around its center. The value of each pixel is interpolated bilinearly from
/// its source. Pixels from outside the picture are black. An object of this class owns the scratch memory of
/// one thread.
final class Rotation {
    private final float[][] planes;
    private final int size;
    private final float[] source;

    /// Rotates these planes, each `[size, size]`, column by column.
    Rotation(float[][] planes, int size) {
        this.planes = planes;
        this.size = size;
        this.source = new float[size * size];
    }

    /// Rotates all planes counter-clockwise; 0 changes nothing.
    ///
    /// @param degrees of the turn
    void apply(double degrees) {
        if (degrees == 0) {
            return;
        }
        double cos = Math.cos(Math.toRadians(degrees));
        double sin = Math.sin(Math.toRadians(degrees));
        for (float[] plane : planes) {
            System.arraycopy(plane, 0, source, 0, source.length);
            turn(plane, cos, sin);
        }
    }

    private void turn(float[] plane, double cos, double sin) {
        double center = (size - 1) / 2.0;
        for (int x = 0; x < size; x++) {
            double dx = x - center;
            for (int y = 0; y < size; y++) {
                double dy = y - center;
                plane[x * size + y] = sample(center + cos * dx - sin * dy, center + sin * dx + cos * dy);
            }
        }
    }

    private float sample(double x, double y) {
        int left = (int) Math.floor(x);
        int top = (int) Math.floor(y);
        float right = (float) (x - left);
        float low = (float) (y - top);
        return (1 - right) * ((1 - low) * at(left, top) + low * at(left, top + 1))
                + right * ((1 - low) * at(left + 1, top) + low * at(left + 1, top + 1));
    }

    private float at(int x, int y) {
        return x < 0 || x >= size || y < 0 || y >= size ? 0 : source[x * size + y];
    }
}
