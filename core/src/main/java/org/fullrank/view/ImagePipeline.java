package org.fullrank.view;

import java.util.Objects;

/// One sequence of changes that turns an image into a view. The changes are made in the order of the
/// components. Normalization follows. With `colorFirst`, jitter and gray come before the crop. In a recipe
/// file, only the crop is required. If a change is missing, it is not made.
///
/// @param crop crop and resize
/// @param flip probability of a mirror image, left to right
/// @param verticalFlip probability of a mirror image, top to bottom
/// @param rotation largest rotation in either direction, in degrees from 0 to 180; corners outside the image
///     are black
/// @param jitter color jitter
/// @param gray probability that the view becomes gray (its luma)
/// @param blur Gaussian blur
/// @param solarize solarization
/// @param colorFirst whether jitter and gray change the whole image before the crop. Then the contrast uses
///     the mean of the image, not of the crop (W-MSE)
public record ImagePipeline(
        Crop crop,
        double flip,
        double verticalFlip,
        double rotation,
        Jitter jitter,
        double gray,
        Blur blur,
        Solarize solarize,
        boolean colorFirst) {
    /// Probability of a mirror image in every recipe for photographs.
    public static final double FLIP = 0.5;
    /// Probability of gray in SimCLR, BYOL and VICReg.
    public static final double GRAY = 0.2;
    /// Half a turn in either direction allows every angle.
    public static final double MAX_ROTATION = 180;

    public ImagePipeline {
        Check.present("crop", crop);
        Check.probability("flip", flip);
        Check.probability("verticalFlip", verticalFlip);
        Check.between("rotation", rotation, 0, MAX_ROTATION);
        Check.probability("gray", gray);
        jitter = Objects.requireNonNullElse(jitter, Jitter.NONE);
        blur = Objects.requireNonNullElse(blur, Blur.NONE);
        solarize = Objects.requireNonNullElse(solarize, Solarize.NONE);
    }

    /// A pipeline with only a crop, of the published size. If jitter gets a strength, its probability is the
    /// usual one.
    public static ImagePipeline defaults() {
        return of(Crop.defaults()).withJitter(Jitter.defaults());
    }

    /// Only a crop.
    public static ImagePipeline of(Crop crop) {
        return new ImagePipeline(crop, 0, 0, 0, Jitter.NONE, 0, Blur.NONE, Solarize.NONE, false);
    }

    public ImagePipeline withCrop(Crop value) {
        return new ImagePipeline(value, flip, verticalFlip, rotation, jitter, gray, blur, solarize, colorFirst);
    }

    public ImagePipeline withFlip(double p) {
        return new ImagePipeline(crop, p, verticalFlip, rotation, jitter, gray, blur, solarize, colorFirst);
    }

    public ImagePipeline withVerticalFlip(double p) {
        return new ImagePipeline(crop, flip, p, rotation, jitter, gray, blur, solarize, colorFirst);
    }

    public ImagePipeline withRotation(double degrees) {
        return new ImagePipeline(crop, flip, verticalFlip, degrees, jitter, gray, blur, solarize, colorFirst);
    }

    public ImagePipeline withJitter(Jitter value) {
        return new ImagePipeline(crop, flip, verticalFlip, rotation, value, gray, blur, solarize, colorFirst);
    }

    public ImagePipeline withGray(double p) {
        return new ImagePipeline(crop, flip, verticalFlip, rotation, jitter, p, blur, solarize, colorFirst);
    }

    public ImagePipeline withBlur(Blur value) {
        return new ImagePipeline(crop, flip, verticalFlip, rotation, jitter, gray, value, solarize, colorFirst);
    }

    public ImagePipeline withSolarize(Solarize value) {
        return new ImagePipeline(crop, flip, verticalFlip, rotation, jitter, gray, blur, value, colorFirst);
    }

    public ImagePipeline withColorFirst(boolean value) {
        return new ImagePipeline(crop, flip, verticalFlip, rotation, jitter, gray, blur, solarize, value);
    }
}
