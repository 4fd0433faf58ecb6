package org.fullrank.lab;

import java.util.random.RandomGenerator;

/// Drawn digits as on a seven-segment display, at random places and with noise. They replace MNIST if there
/// are no data.
final class SevenSegments {
    /// Side of an image, as in MNIST.
    static final int SIDE = 28;

    /// Sides of a digit, and the width of a stroke.
    private static final int WIDTH = 16;

    private static final int HEIGHT = 24;
    private static final int STROKE = 4;

    /// The gray value of a lit segment, and the deviation of the noise.
    private static final double LIT = 0.8;

    private static final double NOISE = 0.2;

    /// The segments of each digit that are lit: top, upper left, upper right, middle, lower left, lower right,
    /// bottom.
    private static final String[] LIT_SEGMENTS = {
        "1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"
    };

    private SevenSegments() {}

    /// An image of a digit, `[SIDE * SIDE]`, in `[0, 1]`.
    static float[] draw(int digit, RandomGenerator random) {
        int left = random.nextInt(SIDE - WIDTH + 1);
        int top = random.nextInt(SIDE - HEIGHT + 1);
        float[] image = new float[SIDE * SIDE];
        for (int y = 0; y < SIDE; y++) {
            for (int x = 0; x < SIDE; x++) {
                double value = isLit(LIT_SEGMENTS[digit], x - left, y - top) ? LIT : 0;
                image[y * SIDE + x] = (float) Math.clamp(value + NOISE * random.nextGaussian(), 0, 1);
            }
        }
        return image;
    }

    private static boolean isLit(String segments, int x, int y) {
        if (x < 0 || x >= WIDTH || y < 0 || y >= HEIGHT) {
            return false;
        }
        int middle = (HEIGHT - STROKE) / 2;
        boolean upper = y < HEIGHT / 2;
        return y < STROKE && segments.charAt(0) == '1'
                || y >= middle && y < middle + STROKE && segments.charAt(3) == '1'
                || y >= HEIGHT - STROKE && segments.charAt(6) == '1'
                || x < STROKE && segments.charAt(upper ? 1 : 4) == '1'
                || x >= WIDTH - STROKE && segments.charAt(upper ? 2 : 5) == '1';
    }
}
