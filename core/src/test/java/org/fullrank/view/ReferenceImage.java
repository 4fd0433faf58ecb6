package org.fullrank.view;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/// The definitions of all image changes once more, in loops and float64: values[y][x][c] in [0, 1].
final class ReferenceImage {
    private final double[][][] values;

    private ReferenceImage(double[][][] values) {
        this.values = values;
    }

    static byte[] randomPixels(int height, int width, int channels, RandomGenerator random) {
        byte[] pixels = new byte[height * width * channels];
        random.nextBytes(pixels);
        return pixels;
    }

    static ReferenceImage of(byte[] pixels, int height, int width, int channels) {
        double[][][] values = new double[height][width][channels];
        for (int i = 0; i < pixels.length; i++) {
            values[i / channels / width][i / channels % width][i % channels] = (pixels[i] & 0xFF) / 255.0;
        }
        return new ReferenceImage(values);
    }

    int height() {
        return values.length;
    }

    int width() {
        return values[0].length;
    }

    int channels() {
        return values[0][0].length;
    }

    interface Pixel {
        double at(int y, int x, int c);
    }

    static ReferenceImage build(int height, int width, int channels, Pixel pixel) {
        double[][][] out = new double[height][width][channels];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < channels; c++) {
                    out[y][x][c] = pixel.at(y, x, c);
                }
            }
        }
        return new ReferenceImage(out);
    }

    private ReferenceImage map(Pixel pixel) {
        return build(height(), width(), channels(), pixel);
    }

    ReferenceImage crop(int top, int left, int height, int width) {
        return build(height, width, channels(), (y, x, c) -> values[top + y][left + x][c]);
    }

    /// Every output is a weighted mean over all inputs, in two dimensions at once.
    ReferenceImage resize(int newHeight, int newWidth, Filter filter) {
        double[][] rows = weights(height(), newHeight, filter);
        double[][] columns = weights(width(), newWidth, filter);
        return build(newHeight, newWidth, channels(), (y, x, c) -> {
            double sum = 0;
            for (int v = 0; v < height(); v++) {
                for (int u = 0; u < width(); u++) {
                    sum += rows[y][v] * columns[x][u] * values[v][u][c];
                }
            }
            return clamp(sum);
        });
    }

    private static double[][] weights(int in, int out, Filter filter) {
        double scale = (double) in / out;
        double spread = Math.max(1, scale);
        double[][] weights = new double[out][in];
        for (int k = 0; k < out; k++) {
            for (int i = 0; i < in; i++) {
                double distance = Math.abs(i + 0.5 - (k + 0.5) * scale) / spread;
                weights[k][i] = filter == Filter.BICUBIC ? cubic(distance) : Math.max(0, 1 - distance);
            }
            double sum = Arrays.stream(weights[k]).sum();
            for (int i = 0; i < in; i++) {
                weights[k][i] /= sum;
            }
        }
        return weights;
    }

    private static double cubic(double x) {
        double a = -0.5;
        if (x < 1) {
            return (a + 2) * x * x * x - (a + 3) * x * x + 1;
        }
        return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0;
    }

    ReferenceImage flip() {
        return map((y, x, c) -> values[y][width() - 1 - x][c]);
    }

    ReferenceImage verticalFlip() {
        return map((y, x, c) -> values[height() - 1 - y][x][c]);
    }

    /// Every output is a weighted sum over all inputs; the weights are tents around the point that it comes
    /// from.
    ReferenceImage rotate(double degrees) {
        double angle = Math.toRadians(degrees);
        double middleX = (width() - 1) / 2.0;
        double middleY = (height() - 1) / 2.0;
        return map((y, x, c) -> {
            double fromX = middleX + (x - middleX) * Math.cos(angle) - (y - middleY) * Math.sin(angle);
            double fromY = middleY + (x - middleX) * Math.sin(angle) + (y - middleY) * Math.cos(angle);
            double sum = 0;
            for (int v = 0; v < height(); v++) {
                for (int u = 0; u < width(); u++) {
                    sum += Math.max(0, 1 - Math.abs(fromX - u))
                            * Math.max(0, 1 - Math.abs(fromY - v))
                            * values[v][u][c];
                }
            }
            return sum;
        });
    }

    ReferenceImage brightness(double factor) {
        return map((y, x, c) -> clamp(factor * values[y][x][c]));
    }

    ReferenceImage contrast(double factor) {
        double sum = 0;
        for (double[][] row : values) {
            for (double[] pixel : row) {
                sum += luma(pixel);
            }
        }
        double mean = sum / height() / width();
        return map((y, x, c) -> clamp(factor * values[y][x][c] + (1 - factor) * mean));
    }

    ReferenceImage saturation(double factor) {
        return map((y, x, c) -> clamp(factor * values[y][x][c] + (1 - factor) * luma(values[y][x])));
    }

    ReferenceImage gray() {
        return map((y, x, c) -> luma(values[y][x]));
    }

    ReferenceImage hue(double turn) {
        return map((y, x, c) -> turned(values[y][x], turn)[c]);
    }

    /// Through HSV and back by sectors, as textbooks have it.
    static double[] turned(double[] rgb, double turn) {
        double max = Math.max(rgb[0], Math.max(rgb[1], rgb[2]));
        double min = Math.min(rgb[0], Math.min(rgb[1], rgb[2]));
        double chroma = max - min;
        double hue = 0;
        if (chroma > 0) {
            if (max == rgb[0]) {
                hue = (rgb[1] - rgb[2]) / chroma;
            } else if (max == rgb[1]) {
                hue = 2 + (rgb[2] - rgb[0]) / chroma;
            } else {
                hue = 4 + (rgb[0] - rgb[1]) / chroma;
            }
        }
        double turns = hue / 6 + turn;
        hue = 6 * (turns - Math.floor(turns));
        int sector = (int) hue % 6;
        double fraction = hue - Math.floor(hue);
        double up = min + chroma * fraction;
        double down = max - chroma * fraction;
        return switch (sector) {
            case 0 -> new double[] {max, up, min};
            case 1 -> new double[] {down, max, min};
            case 2 -> new double[] {min, max, up};
            case 3 -> new double[] {min, down, max};
            case 4 -> new double[] {up, min, max};
            default -> new double[] {max, min, down};
        };
    }

    ReferenceImage blur(double sigma) {
        return blur(sigma, Math.max(1, width() / 20));
    }

    ReferenceImage blur(double sigma, int radius) {
        double[] weights = new double[2 * radius + 1];
        for (int i = -radius; i <= radius; i++) {
            weights[i + radius] = Math.exp(-i * i / (2 * sigma * sigma));
        }
        double sum = Arrays.stream(weights).sum();
        return map((y, x, c) -> {
            double value = 0;
            for (int v = -radius; v <= radius; v++) {
                for (int u = -radius; u <= radius; u++) {
                    double weight = weights[v + radius] * weights[u + radius] / sum / sum;
                    value += weight * values[mirror(y + v, height())][mirror(x + u, width())][c];
                }
            }
            return value;
        });
    }

    /// Three passes of a box along each axis: 1 up to the widest distance at which its variance is at most a
    /// third of sigma^2, and on the next pixel the share that makes it a third.
    ReferenceImage boxes(double sigma) {
        double variance = sigma * sigma / 3;
        int whole = 0;
        while ((whole + 1.0) * (whole + 2) / 3 <= variance) {
            whole++;
        }
        double squares = 0;
        for (int d = 1; d <= whole; d++) {
            squares += 2.0 * d * d;
        }
        double next = (whole + 1.0) * (whole + 1);
        double share = (variance * (2 * whole + 1) - squares) / (2 * (next - variance));
        double[] box = new double[2 * whole + 3];
        Arrays.fill(box, 1);
        box[0] = share;
        box[box.length - 1] = share;
        ReferenceImage image = this;
        for (int pass = 0; pass < 3; pass++) {
            image = image.filter(box);
        }
        return image;
    }

    private ReferenceImage filter(double[] box) {
        int reach = box.length / 2;
        double sum = Arrays.stream(box).sum();
        return map((y, x, c) -> {
            double value = 0;
            for (int v = -reach; v <= reach; v++) {
                for (int u = -reach; u <= reach; u++) {
                    value += box[v + reach]
                            * box[u + reach]
                            * values[mirror(y + v, height())][mirror(x + u, width())][c];
                }
            }
            return value / sum / sum;
        });
    }

    private static int mirror(int i, int n) {
        if (i < 0) {
            return -i;
        }
        return i < n ? i : 2 * n - 2 - i;
    }

    ReferenceImage solarize(double threshold) {
        return map((y, x, c) -> values[y][x][c] >= threshold ? 1 - values[y][x][c] : values[y][x][c]);
    }

    ReferenceImage normalize(Normalize normalize) {
        return map((y, x, c) ->
                (values[y][x][c] - normalize.mean().get(c)) / normalize.std().get(c));
    }

    /// Values in the order height, width, channel.
    double[] flat() {
        return Arrays.stream(values)
                .flatMap(Arrays::stream)
                .flatMapToDouble(Arrays::stream)
                .toArray();
    }

    private static double luma(double[] pixel) {
        return pixel.length == 1 ? pixel[0] : 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
    }

    private static double clamp(double x) {
        return Math.clamp(x, 0, 1);
    }
}
