package org.fullrank.view;

/// A random crop, resized to the size of the view. The area of the crop is uniform in [scaleMin, scaleMax]
/// times the area of the image. The logarithm of its aspect ratio (width divided by height) is uniform
/// between the logarithms of ratioMin and ratioMax. If ten random crops do not fit into the image, the
/// largest centered crop with an allowed ratio is used.
///
/// @param scaleMin smallest share of the area, in (0, 1]
/// @param scaleMax largest share of the area, in [scaleMin, 1]
/// @param ratioMin smallest width by height, above 0
/// @param ratioMax largest width by height, at least ratioMin
/// @param filter filter of the resize
public record Crop(double scaleMin, double scaleMax, double ratioMin, double ratioMax, Filter filter) {
    /// Smallest share of the area on ImageNet-like photographs: SimCLR, BYOL and VICReg all crop from 8 %.
    public static final double SCALE_MIN = 0.08;
    /// Smallest share of the area on 32x32 images: smaller parts than a fifth are not recognizable
    /// (solo-learn, CIFAR).
    public static final double SCALE_MIN_SMALL = 0.2;
    /// Largest share of the area: the whole image.
    public static final double SCALE_MAX = 1;
    /// Smallest width by height, as in the training of Inception (Szegedy et al., 2014); all the methods use
    /// it.
    public static final double RATIO_MIN = 3.0 / 4;
    /// Largest width by height, the inverse of the smallest.
    public static final double RATIO_MAX = 4.0 / 3;
    /// Number of attempts before the centered crop is used.
    static final int TRIES = 10;

    public Crop {
        Check.between("crop.scaleMin", scaleMin, 0, 1);
        Check.positive("crop.scaleMin", scaleMin);
        Check.between("crop.scaleMax", scaleMax, 0, 1);
        Check.ordered("crop.scaleMin", scaleMin, "crop.scaleMax", scaleMax);
        Check.positive("crop.ratioMin", ratioMin);
        Check.positive("crop.ratioMax", ratioMax);
        Check.ordered("crop.ratioMin", ratioMin, "crop.ratioMax", ratioMax);
        Check.present("crop.filter", filter);
    }

    public static Crop defaults() {
        return from(SCALE_MIN);
    }

    /// A bicubic crop from `scaleMin` of the area to all of it, with the usual aspect ratios.
    public static Crop from(double scaleMin) {
        return new Crop(scaleMin, SCALE_MAX, RATIO_MIN, RATIO_MAX, Filter.BICUBIC);
    }

    /// The same with another filter.
    public Crop withFilter(Filter other) {
        return new Crop(scaleMin, scaleMax, ratioMin, ratioMax, other);
    }
}
