package org.fullrank.view;

/// Gaussian blur. The standard deviation of the blur is uniform in [sigmaMin, sigmaMax], in pixels of the
/// view. The border of the image is mirrored without repeating the edge.
///
/// @param p probability of blur
/// @param sigmaMin smallest standard deviation in pixels; above 0 if p is above 0
/// @param sigmaMax largest standard deviation in pixels
/// @param kernel type of the kernel, which determines how far the blur reaches
public record Blur(double p, double sigmaMin, double sigmaMax, BlurKernel kernel) {
    /// Smallest standard deviation in SimCLR, BYOL and VICReg.
    public static final double SIGMA_MIN = 0.1;
    /// Largest standard deviation in SimCLR, BYOL and VICReg.
    public static final double SIGMA_MAX = 2;
    /// The kernel of SimCLR.
    public static final BlurKernel DEFAULT_KERNEL = new BlurKernel.Tenth();
    /// No blur.
    public static final Blur NONE = new Blur(0, SIGMA_MIN, SIGMA_MAX);

    public static Blur defaults() {
        return NONE;
    }

    public Blur {
        Check.probability("blur.p", p);
        Check.present("blur.kernel", kernel);
        if (p > 0) {
            Check.positive("blur.sigmaMin", sigmaMin);
            Check.positive("blur.sigmaMax", sigmaMax);
            Check.ordered("blur.sigmaMin", sigmaMin, "blur.sigmaMax", sigmaMax);
        }
    }

    /// With SimCLR's kernel.
    public Blur(double p, double sigmaMin, double sigmaMax) {
        this(p, sigmaMin, sigmaMax, DEFAULT_KERNEL);
    }

    /// Blur with probability `p` and the usual range of standard deviations.
    public static Blur of(double p) {
        return of(p, DEFAULT_KERNEL);
    }

    /// The same with another kernel.
    public static Blur of(double p, BlurKernel kernel) {
        return new Blur(p, SIGMA_MIN, SIGMA_MAX, kernel);
    }
}
