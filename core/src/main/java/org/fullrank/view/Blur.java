package org.fullrank.view;

/// Gaussian blur. The standard deviation is uniform in [sigmaMin, sigmaMax], in pixels of the view. The width
/// of the kernel is a tenth of the side of the view (odd, at least 3 taps; SimCLR, appendix A). The border is
/// mirrored without repeating the edge.
///
/// @param p probability of blur
/// @param sigmaMin smallest standard deviation in pixels, above 0 where p is
/// @param sigmaMax largest standard deviation in pixels
public record Blur(double p, double sigmaMin, double sigmaMax) {
    /// Smallest standard deviation in SimCLR, BYOL and VICReg.
    public static final double SIGMA_MIN = 0.1;
    /// Largest standard deviation in SimCLR, BYOL and VICReg.
    public static final double SIGMA_MAX = 2;
    /// No blur.
    public static final Blur NONE = new Blur(0, SIGMA_MIN, SIGMA_MAX);

    public static Blur defaults() {
        return NONE;
    }

    public Blur {
        Check.probability("blur.p", p);
        if (p > 0) {
            Check.positive("blur.sigmaMin", sigmaMin);
            Check.positive("blur.sigmaMax", sigmaMax);
            Check.ordered("blur.sigmaMin", sigmaMin, "blur.sigmaMax", sigmaMax);
        }
    }

    /// Blur with probability `p` and the usual range of standard deviations.
    public static Blur of(double p) {
        return new Blur(p, SIGMA_MIN, SIGMA_MAX);
    }

    /// Taps on either side of the center for views of this size.
    static int radius(int size) {
        return Math.max(1, size / 20);
    }
}
