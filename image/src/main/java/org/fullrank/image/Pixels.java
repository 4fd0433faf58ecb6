package org.fullrank.image;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;

/**
 * An image in an array.
 *
 * @param rgb uint8 {@code [height, width, 3]}
 */
public record Pixels(int height, int width, byte[] rgb) {
    /**
     * A Java image. Its samples are taken as sRGB, and transparent pixels are drawn on white.
     *
     * @throws IOException when the image has a layout other than gray, RGB, CMYK or a palette
     */
    public static Pixels of(BufferedImage image) throws IOException {
        ImageDecoder.requireRatio(image.getHeight(), image.getWidth());
        return Rasters.picture(image.isAlphaPremultiplied() ? straight(image) : image)
                .rgb(null);
    }

    /** The same image with colors that are not multiplied by the opacity. */
    private static BufferedImage straight(BufferedImage image) {
        var copy = new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_ARGB);
        var graphics = copy.createGraphics();
        graphics.drawImage(image, 0, 0, null);
        graphics.dispose();
        return copy;
    }

    /**
     * The gray values, uint8 {@code [height, width]}.
     *
     * @throws IOException when a pixel has a color
     */
    public byte[] gray() throws IOException {
        byte[] gray = new byte[rgb.length / 3];
        for (int i = 0; i < gray.length; i++) {
            gray[i] = rgb[3 * i];
            if (rgb[3 * i + 1] != gray[i] || rgb[3 * i + 2] != gray[i]) {
                throw new IOException("found colors, expected a gray image as in training; convert it to gray");
            }
        }
        return gray;
    }

    /**
     * The image scaled down so that the shorter side is at most {@code side}. The scaling uses the Catmull-Rom
     * kernel, widened by the scale. This keeps edges sharp without aliasing. If the image is small enough,
     * it is returned unchanged.
     */
    public Pixels shrunkTo(int side) {
        int shorter = Math.min(height, width);
        if (shorter <= side) {
            return this;
        }
        int h = Math.max(1, Math.round((float) height * side / shorter));
        int w = Math.max(1, Math.round((float) width * side / shorter));
        return new Pixels(h, w, columns(rows(w), w, h));
    }

    /** The upright image, from the stored image and its EXIF orientation. */
    public Pixels upright(int orientation) {
        if (orientation <= 1) {
            return this;
        }
        boolean turned = orientation >= 5;
        int h = turned ? width : height;
        int w = turned ? height : width;
        byte[] out = new byte[rgb.length];
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                int from = 3 * stored(orientation, y, x);
                int to = 3 * (y * w + x);
                out[to] = rgb[from];
                out[to + 1] = rgb[from + 1];
                out[to + 2] = rgb[from + 2];
            }
        }
        return new Pixels(h, w, out);
    }

    /** The stored pixel that appears at (y, x) of the upright image. */
    private int stored(int orientation, int y, int x) {
        int bottom = height - 1;
        int right = width - 1;
        return switch (orientation) {
            case 2 -> y * width + right - x;
            case 3 -> (bottom - y) * width + right - x;
            case 4 -> (bottom - y) * width + x;
            case 5 -> x * width + y;
            case 6 -> (bottom - x) * width + y;
            case 7 -> (bottom - x) * width + right - y;
            case 8 -> x * width + right - y;
            default -> y * width + x;
        };
    }

    /** Scales each row to {@code w} pixels: float {@code [height, w, 3]}. */
    private float[] rows(int w) {
        Taps taps = Taps.of(width, w);
        float[] out = new float[Math.multiplyExact(Math.multiplyExact(height, w), 3)];
        for (int y = 0; y < height; y++) {
            int row = 3 * y * width;
            for (int x = 0; x < w; x++) {
                float r = 0;
                float g = 0;
                float b = 0;
                for (int t = 0; t < taps.count; t++) {
                    float weight = taps.weights[x * taps.count + t];
                    int from = row + 3 * Math.min(taps.first[x] + t, width - 1);
                    r += weight * (rgb[from] & 0xFF);
                    g += weight * (rgb[from + 1] & 0xFF);
                    b += weight * (rgb[from + 2] & 0xFF);
                }
                int to = 3 * (y * w + x);
                out[to] = r;
                out[to + 1] = g;
                out[to + 2] = b;
            }
        }
        return out;
    }

    /** Scales each column of {@code [height, w, 3]} to {@code h} pixels and rounds: uint8 {@code [h, w, 3]}. */
    private byte[] columns(float[] rows, int w, int h) {
        Taps taps = Taps.of(height, h);
        int stride = 3 * w;
        byte[] out = new byte[h * stride];
        float[] sum = new float[stride];
        for (int y = 0; y < h; y++) {
            Arrays.fill(sum, 0);
            for (int t = 0; t < taps.count; t++) {
                float weight = taps.weights[y * taps.count + t];
                int from = Math.min(taps.first[y] + t, height - 1) * stride;
                for (int i = 0; i < stride; i++) {
                    sum[i] += weight * rows[from + i];
                }
            }
            for (int i = 0; i < stride; i++) {
                out[y * stride + i] = (byte) Java17.byteOf(sum[i]);
            }
        }
        return out;
    }

    /**
     * Weights of the source pixels for each target pixel of one axis. Each target pixel has {@code count} weights,
     * which start at source pixel {@code first}.
     */
    private record Taps(int count, int[] first, float[] weights) {
        static Taps of(int from, int to) {
            double scale = (double) from / to;
            double radius = 2 * scale;
            int count = (int) Math.ceil(2 * radius) + 1;
            int[] first = new int[to];
            float[] weights = new float[to * count];
            for (int i = 0; i < to; i++) {
                double center = (i + 0.5) * scale;
                first[i] = Math.max(0, (int) Math.floor(center - radius));
                double sum = 0;
                for (int t = 0; t < count && first[i] + t < from; t++) {
                    sum += catmullRom((first[i] + t + 0.5 - center) / scale);
                }
                for (int t = 0; t < count && first[i] + t < from; t++) {
                    weights[i * count + t] = (float) (catmullRom((first[i] + t + 0.5 - center) / scale) / sum);
                }
            }
            return new Taps(count, first, weights);
        }

        private static double catmullRom(double x) {
            double a = Math.abs(x);
            if (a >= 2) {
                return 0;
            }
            return a < 1 ? (1.5 * a - 2.5) * a * a + 1 : ((-0.5 * a + 2.5) * a - 4) * a + 2;
        }
    }
}
