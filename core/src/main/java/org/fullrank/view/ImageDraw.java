package org.fullrank.view;

import java.util.random.RandomGenerator;

/// The random numbers of one view. Every number is drawn even if it is not used. So a change of one setting
/// does not change the other draws of a view. The rotation is drawn last, because the crop uses a varying
/// number of draws.
///
/// @param placement the part of the image that is cut out
/// @param flip mirrored left to right
/// @param verticalFlip mirrored top to bottom
/// @param rotation counter-clockwise, in degrees
/// @param jitter whether the four factors apply
/// @param brightness factor
/// @param contrast factor
/// @param saturation factor
/// @param hue turn as a share of the circle
/// @param order which of the 24 orders of the four changes
/// @param gray whether the view becomes gray
/// @param sigma standard deviation of the blur in pixels; 0 for no blur
/// @param kernel kernel of the blur
/// @param solarize whether values at or above `threshold` are inverted
/// @param threshold threshold of solarization
/// @param colorFirst whether jitter and gray change the whole image, before the crop
record ImageDraw(
        Placement placement,
        boolean flip,
        boolean verticalFlip,
        double rotation,
        boolean jitter,
        float brightness,
        float contrast,
        float saturation,
        float hue,
        int order,
        boolean gray,
        double sigma,
        BlurKernel kernel,
        boolean solarize,
        float threshold,
        boolean colorFirst) {
    private static final int ORDERS = 24;

    /// Draws the changes of one view of an image of `height` by `width`.
    static ImageDraw of(ImagePipeline pipeline, int height, int width, int size, RandomGenerator random) {
        boolean flip = random.nextDouble() < pipeline.flip();
        boolean verticalFlip = random.nextDouble() < pipeline.verticalFlip();
        Jitter jitter = pipeline.jitter();
        boolean jittered = random.nextDouble() < jitter.p();
        float brightness = factor(jitter.brightness(), random);
        float contrast = factor(jitter.contrast(), random);
        float saturation = factor(jitter.saturation(), random);
        float hue = (float) (jitter.hue() * (2 * random.nextDouble() - 1));
        int order = random.nextInt(ORDERS);
        boolean gray = random.nextDouble() < pipeline.gray();
        Blur blur = pipeline.blur();
        boolean blurred = random.nextDouble() < blur.p();
        double sigma = blur.sigmaMin() + (blur.sigmaMax() - blur.sigmaMin()) * random.nextDouble();
        boolean solarized = random.nextDouble() < pipeline.solarize().p();
        Placement placement = Placement.random(pipeline.crop(), height, width, size, random);
        double rotation = pipeline.rotation() * (2 * random.nextDouble() - 1);
        return new ImageDraw(
                placement,
                flip,
                verticalFlip,
                rotation,
                jittered,
                brightness,
                contrast,
                saturation,
                hue,
                order,
                gray,
                blurred ? sigma : 0,
                blur.kernel(),
                solarized,
                (float) pipeline.solarize().threshold(),
                pipeline.colorFirst());
    }

    /// The plain view. It has only a placement and no other change.
    static ImageDraw plain(int height, int width, int size) {
        Placement placement = Placement.plain(height, width, size);
        return new ImageDraw(
                placement, false, false, 0, false, 1, 1, 1, 0, 0, false, 0, Blur.DEFAULT_KERNEL, false, 1, false);
    }

    private static float factor(double strength, RandomGenerator random) {
        double min = Math.max(0, 1 - strength);
        return (float) (min + (1 + strength - min) * random.nextDouble());
    }
}
