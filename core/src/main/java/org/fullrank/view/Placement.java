package org.fullrank.view;

import java.util.random.RandomGenerator;

/// The part of an image that becomes a view. First, the box is scaled to (scaledHeight, scaledWidth). Then a
/// square of the view's size, with its corner at (firstRow, firstColumn), is cut from the scaled box.
record Placement(
        int top, int left, int height, int width, int scaledHeight, int scaledWidth, int firstRow, int firstColumn) {

    /// From this size on, the plain view is scaled to 256/224 of its side before the center crop, as in the
    /// evaluation protocol of ImageNet. Smaller pictures usually show their object without a margin, so they
    /// keep their border.
    static final int MARGIN_FROM = 96;

    private static final double MARGIN = 256.0 / 224;

    /// A random crop of an image of `height` by `width`, as [Crop] defines it.
    static Placement random(Crop crop, int height, int width, int size, RandomGenerator random) {
        double area = (double) height * width;
        double logMin = Math.log(crop.ratioMin());
        double logMax = Math.log(crop.ratioMax());
        for (int i = 0; i < Crop.TRIES; i++) {
            double target = area * between(random, crop.scaleMin(), crop.scaleMax());
            double ratio = Math.exp(between(random, logMin, logMax));
            int w = (int) Math.rint(Math.sqrt(target * ratio));
            int h = (int) Math.rint(Math.sqrt(target / ratio));
            if (w > 0 && w <= width && h > 0 && h <= height) {
                return box(random.nextInt(height - h + 1), random.nextInt(width - w + 1), h, w, size);
            }
        }
        return largest(crop, height, width, size);
    }

    private static Placement largest(Crop crop, int height, int width, int size) {
        double ratio = (double) width / height;
        int h = height;
        int w = width;
        if (ratio < crop.ratioMin()) {
            h = Math.clamp((int) Math.rint(width / crop.ratioMin()), 1, height);
        } else if (ratio > crop.ratioMax()) {
            w = Math.clamp((int) Math.rint(height * crop.ratioMax()), 1, width);
        }
        return box((height - h) / 2, (width - w) / 2, h, w, size);
    }

    private static Placement box(int top, int left, int height, int width, int size) {
        return new Placement(top, left, height, width, size, size, 0, 0);
    }

    /// The plain view. The shorter side is scaled to the size (to 256/224 of the size from 96 pixels on), and
    /// the center is cut out.
    static Placement plain(int height, int width, int size) {
        int side = scaledSide(size);
        int shorter = Math.min(height, width);
        int scaledHeight = (int) ((long) side * height / shorter);
        int scaledWidth = (int) ((long) side * width / shorter);
        return new Placement(
                0, 0, height, width, scaledHeight, scaledWidth, (int) Math.rint((scaledHeight - size) / 2.0), (int)
                        Math.rint((scaledWidth - size) / 2.0));
    }

    /// The length to which the plain view scales the shorter side of an image.
    static int scaledSide(int size) {
        return size < MARGIN_FROM ? size : (int) Math.rint(size * MARGIN);
    }

    private static double between(RandomGenerator random, double min, double max) {
        return min + (max - min) * random.nextDouble();
    }
}
