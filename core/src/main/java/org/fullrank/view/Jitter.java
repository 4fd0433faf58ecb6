package org.fullrank.view;

/// Color jitter: four changes in random order, each with its own random factor per sample. Brightness scales
/// the values. Contrast blends the values with the current mean luma of the picture. Saturation blends the
/// values with the luma of each pixel. The factors of brightness, contrast and saturation are uniform in
/// [max(0, 1 - strength), 1 + strength]. Hue turns the color circle by a share that is uniform in [-hue,
/// hue]. Values are clamped to [0, 1] after each change. For images with one channel, there are only
/// brightness and contrast.
///
/// @param p probability that a view is jittered at all
/// @param brightness strength, at least 0
/// @param contrast strength, at least 0
/// @param saturation strength, at least 0
/// @param hue largest turn as a share of the circle, in [0, 1/2]
public record Jitter(double p, double brightness, double contrast, double saturation, double hue) {
    /// Probability of jitter in SimCLR, BYOL and VICReg alike.
    public static final double P = 0.8;
    /// No jitter.
    public static final Jitter NONE = new Jitter(0, 0, 0, 0, 0);
    /// Strengths of BYOL and VICReg.
    public static final Jitter BYOL = new Jitter(P, 0.4, 0.4, 0.2, 0.1);
    /// Strengths of SimCLR on ImageNet (color strength 1).
    public static final Jitter SIMCLR = new Jitter(P, 0.8, 0.8, 0.8, 0.2);
    /// Strengths of SimCLR on CIFAR-10 (color strength 1/2).
    public static final Jitter SIMCLR_CIFAR = new Jitter(P, 0.4, 0.4, 0.4, 0.1);

    /// Largest strength. A factor of four already clips most of a picture.
    static final double MAX_STRENGTH = 3;

    /// The usual probability, with all strengths 0.
    public static Jitter defaults() {
        return new Jitter(P, 0, 0, 0, 0);
    }

    public Jitter {
        Check.probability("jitter.p", p);
        Check.between("jitter.brightness", brightness, 0, MAX_STRENGTH);
        Check.between("jitter.contrast", contrast, 0, MAX_STRENGTH);
        Check.between("jitter.saturation", saturation, 0, MAX_STRENGTH);
        Check.between("jitter.hue", hue, 0, 0.5);
    }
}
