package org.fullrank.image;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A decoded image before it becomes RGB: uint8 samples {@code [height, width, channels]}.
 *
 * @param channels 1 gray, 3 RGB, 4 CMYK, where 0 is no ink
 * @param alpha opacity {@code [height, width]}; null if the whole image is opaque
 */
record Picture(int height, int width, int channels, byte[] samples, byte @Nullable [] alpha) {
    private static final int WHITE = 255;

    /** Size of an image in pixels. */
    record Size(int height, int width) {}

    static Picture opaque(int height, int width, int channels, byte[] samples) {
        return new Picture(height, width, channels, samples, null);
    }

    /** The picture on a transparent background of this size. */
    Picture on(Size ground, int top, int left) {
        if (top == 0 && left == 0 && ground.height == height && ground.width == width) {
            return this;
        }
        int pixels = Math.multiplyExact(ground.height, ground.width);
        byte[] out = new byte[Math.multiplyExact(pixels, channels)];
        byte[] opacity = new byte[pixels];
        for (int y = 0; y < height; y++) {
            int from = y * width;
            int to = (top + y) * ground.width + left;
            System.arraycopy(samples, from * channels, out, to * channels, width * channels);
            if (alpha == null) {
                Arrays.fill(opacity, to, to + width, (byte) 255);
            } else {
                System.arraycopy(alpha, from, opacity, to, width);
            }
        }
        return new Picture(ground.height, ground.width, channels, out, opacity);
    }

    /**
     * The picture as RGB in the color space sRGB, drawn on white.
     *
     * @param profile what the samples mean. If it is null, gray and RGB are sRGB, and CMYK is ideal ink
     */
    Pixels rgb(@Nullable ColorProfile profile) {
        byte[] rgb = profile == null ? plain() : profile.rgb(this);
        if (alpha != null) {
            for (int i = 0; i < rgb.length; i++) {
                rgb[i] = onWhite(rgb[i] & 0xFF, alpha[i / 3] & 0xFF);
            }
        }
        return new Pixels(height, width, rgb);
    }

    private byte[] plain() {
        if (channels == 3) {
            return samples;
        }
        byte[] rgb = new byte[Math.multiplyExact(height * width, 3)];
        for (int i = 0; i < height * width; i++) {
            for (int c = 0; c < 3; c++) {
                rgb[3 * i + c] = channels == 1 ? samples[i] : light(samples[4 * i + c], samples[4 * i + 3]);
            }
        }
        return rgb;
    }

    /** The share of white light that ideal ink and ideal black leave. */
    private static byte light(byte ink, byte black) {
        return (byte) (((255 - (ink & 0xFF)) * (255 - (black & 0xFF)) + 127) / 255);
    }

    private static byte onWhite(int value, int alpha) {
        return (byte) (alpha == 255 ? value : (value * alpha + WHITE * (255 - alpha) + 127) / 255);
    }
}
