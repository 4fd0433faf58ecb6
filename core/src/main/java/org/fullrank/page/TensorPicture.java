package org.fullrank.page;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.ImageIO;

/// Numbers on a grid as a small picture. Values that are not finite are drawn in the color of missing
/// entries.
final class TensorPicture {
    /// Longest side in pixels. Of longer sides, only every second, third, ... value is drawn.
    private static final int LONGEST = 512;

    private static final int MISSING = 0xE0A030;

    private TensorPicture() {}

    /// A gray picture as a data URI. The smallest value is black, and the largest is white.
    ///
    /// @param values `[height, width]`, row-major
    static String gray(float[] values, int height, int width, double low, double high) {
        return uri(values, height, width, value -> light(value, low, high));
    }

    /// A picture as a data URI: blue below 0, white at 0, red above.
    ///
    /// @param most absolute value with the strongest colors
    static String signed(float[] values, int height, int width, double most) {
        return uri(values, height, width, value -> {
            int white = (int) Math.round(255 * (1 - share(Math.abs(value), 0, most)));
            return value < 0 ? white << 16 | white << 8 | 0xFF : 0xFF << 16 | white << 8 | white;
        });
    }

    /// A gray color: black at `low`, white at `high`.
    static int light(double value, double low, double high) {
        int light = (int) Math.round(255 * share(value, low, high));
        return light << 16 | light << 8 | light;
    }

    private static double share(double value, double low, double high) {
        return high > low ? Math.clamp((value - low) / (high - low), 0, 1) : 0.5;
    }

    /// The color of a finite value, `0xRRGGBB`.
    interface Color {
        int of(double value);
    }

    private static String uri(float[] values, int height, int width, Color color) {
        int stride = Math.max(1, Math.ceilDiv(Math.max(height, width), LONGEST));
        byte[] png = png(values, height, width, stride, color);
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(png);
    }

    /// A PNG picture with a pixel for each value.
    ///
    /// @param values `[height, width]`, row-major
    static byte[] png(float[] values, int height, int width, Color color) {
        return png(values, height, width, 1, color);
    }

    private static byte[] png(float[] values, int height, int width, int stride, Color color) {
        var picture = new BufferedImage(
                Math.ceilDiv(width, stride), Math.ceilDiv(height, stride), BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < picture.getHeight(); y++) {
            for (int x = 0; x < picture.getWidth(); x++) {
                float value = values[y * stride * width + x * stride];
                picture.setRGB(x, y, Float.isFinite(value) ? color.of(value) : MISSING);
            }
        }
        var png = new ByteArrayOutputStream();
        try {
            ImageIO.write(picture, "png", png);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        return png.toByteArray();
    }
}
