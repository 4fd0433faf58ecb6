package org.fullrank.decompose;

/// The peak signal-to-noise ratio, the usual measure of denoised pictures.
public final class Psnr {
    private Psnr() {}

    /// `10 log10(peak^2 / mean squared error)` in dB, where the peak is the largest absolute value of the
    /// truth. It is infinite if the error is 0.
    public static double of(float[] truth, float[] reconstruction) {
        double squares = 0;
        double peak = 0;
        for (int i = 0; i < truth.length; i++) {
            double error = (double) reconstruction[i] - truth[i];
            squares += error * error;
            peak = Math.max(peak, Math.abs(truth[i]));
        }
        return 10 * Math.log10(peak * peak * truth.length / squares);
    }
}
