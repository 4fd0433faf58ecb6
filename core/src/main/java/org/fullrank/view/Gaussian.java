package org.fullrank.view;

/// The weights of a sampled Gaussian, from its center to its end.
final class Gaussian {
    /// Beyond this many standard deviations, the weight of a tap is less than half a unit in the last place
    /// of a float.
    private static final double REACH = 6;

    private Gaussian() {}

    /// The center tap and the taps at distances 1, 2, .... The center plus twice the sum of the others is 1.
    /// Taps without an effect are left out.
    ///
    /// @param sigma standard deviation in taps
    /// @param radius largest distance of a tap
    static float[] weights(double sigma, int radius) {
        double sum = 1;
        for (int i = 1; i <= radius; i++) {
            sum += 2 * density(i, sigma);
        }
        float[] weights = new float[Math.min(radius, (int) Math.ceil(REACH * sigma)) + 1];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) (density(i, sigma) / sum);
        }
        return weights;
    }

    private static double density(int distance, double sigma) {
        double z = distance / sigma;
        return Math.exp(-0.5 * z * z);
    }
}
