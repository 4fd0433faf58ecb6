package org.fullrank.view;

/// A plain draw with single changes.
final class PlainDraw {
    private final Placement place;
    private boolean flip;
    private boolean verticalFlip;
    private double rotation;
    private boolean jitter;
    private float[] factors = {1, 1, 1, 0};
    private int order;
    private boolean gray;
    private double sigma;
    private BlurKernel kernel = Blur.DEFAULT_KERNEL;
    private boolean colorFirst;
    private boolean solarize;
    private float threshold = 0.5f;

    PlainDraw(Placement place) {
        this.place = place;
    }

    PlainDraw flip(boolean value) {
        flip = value;
        return this;
    }

    PlainDraw verticalFlip(boolean value) {
        verticalFlip = value;
        return this;
    }

    PlainDraw rotation(double degrees) {
        rotation = degrees;
        return this;
    }

    PlainDraw jitter(float brightness, float contrast, float saturation, float hue, int drawnOrder) {
        jitter = true;
        factors = new float[] {brightness, contrast, saturation, hue};
        order = drawnOrder;
        return this;
    }

    PlainDraw gray(boolean value) {
        gray = value;
        return this;
    }

    PlainDraw sigma(double value) {
        sigma = value;
        return this;
    }

    PlainDraw kernel(BlurKernel value) {
        kernel = value;
        return this;
    }

    PlainDraw colorFirst() {
        colorFirst = true;
        return this;
    }

    PlainDraw solarize(float value) {
        solarize = true;
        threshold = value;
        return this;
    }

    ImageDraw done() {
        return new ImageDraw(
                place,
                flip,
                verticalFlip,
                rotation,
                jitter,
                factors[0],
                factors[1],
                factors[2],
                factors[3],
                order,
                gray,
                sigma,
                kernel,
                solarize,
                threshold,
                colorFirst);
    }
}
