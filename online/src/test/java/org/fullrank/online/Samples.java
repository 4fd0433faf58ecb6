package org.fullrank.online;

import java.util.Random;

/** Sample streams for the tests. */
final class Samples {
    private Samples() {}

    /** Independent Gaussian values, {@code [count][width]}. */
    static float[][] gaussian(long seed, int count, int width) {
        Random random = new Random(seed);
        float[][] samples = new float[count][width];
        for (float[] x : samples) {
            for (int j = 0; j < width; j++) {
                x[j] = (float) random.nextGaussian();
            }
        }
        return samples;
    }

    /** A first-order autoregression in each value, so that neighbors are alike. */
    static float[][] slow(long seed, int count, int width, double memory) {
        float[][] samples = gaussian(seed, count, width);
        double fresh = Math.sqrt(1 - memory * memory);
        for (int t = 1; t < count; t++) {
            for (int j = 0; j < width; j++) {
                samples[t][j] = (float) (memory * samples[t - 1][j] + fresh * samples[t][j]);
            }
        }
        return samples;
    }
}
