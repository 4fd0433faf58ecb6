package org.fullrank.view;

/// Applies color jitter and gray to the planes of one picture. The change of contrast needs the mean of the
/// whole picture. All other changes need only one pixel at a time. So the changes before contrast are made in
/// one pass over the picture, and the others in a second pass. Each pass works in blocks that fit into the
/// first-level cache. An object of this class owns the scratch memory of one thread.
final class ColorStage {
    /// Number of pixels of a block. Six planes of a block need 24 KB.
    private static final int BLOCK = 1024;

    private static final int BRIGHTNESS = 0;
    private static final int CONTRAST = 1;
    private static final int SATURATION = 2;
    private static final int HUE = 3;
    private static final int GRAY = 4;

    private final float[][] block;
    private final float[][] spare = new float[3][BLOCK];
    private final int[] changes = new int[5];
    private int count;
    private float mean;

    /// A stage for pictures of 1 or 3 channels.
    ColorStage(int channels) {
        this.block = new float[channels][BLOCK];
    }

    /// Applies jitter and gray, as drawn, to the first `pixels` values of each plane.
    void apply(float[][] planes, int pixels, ImageDraw draw) {
        count = 0;
        if (draw.jitter()) {
            plan(draw);
        }
        if (draw.gray() && block.length == 3) {
            changes[count++] = GRAY;
        }
        int contrast = 0;
        while (contrast < count && changes[contrast] != CONTRAST) {
            contrast++;
        }
        if (contrast < count) {
            mean = (float) (walk(planes, pixels, 0, contrast, draw, true) / pixels);
            walk(planes, pixels, contrast, count, draw, false);
        } else if (count > 0) {
            walk(planes, pixels, 0, count, draw, false);
        }
    }

    /// Lists the four changes in the drawn order. Changes without an effect are left out. The order is
    /// decoded as a permutation, digit by digit.
    private void plan(ImageDraw draw) {
        int left = 0x3210;
        int code = draw.order();
        for (int remaining = 4; remaining > 0; remaining--) {
            int place = 4 * (code % remaining);
            code /= remaining;
            int change = (left >> place) & 0xF;
            left = (left & ((1 << place) - 1)) | (left >> (place + 4) << place);
            if (matters(change, draw)) {
                changes[count++] = change;
            }
        }
    }

    private boolean matters(int change, ImageDraw draw) {
        return switch (change) {
            case BRIGHTNESS -> draw.brightness() != 1;
            case CONTRAST -> draw.contrast() != 1;
            case SATURATION -> block.length == 3 && draw.saturation() != 1;
            default -> block.length == 3 && draw.hue() != 0;
        };
    }

    /// Applies the changes `from` to `to` - 1, block by block.
    ///
    /// @return the sum of the luma afterwards if requested, otherwise 0
    private double walk(float[][] planes, int pixels, int from, int to, ImageDraw draw, boolean sum) {
        double luma = 0;
        for (int at = 0; at < pixels; at += BLOCK) {
            int n = Math.min(BLOCK, pixels - at);
            for (int c = 0; c < planes.length; c++) {
                System.arraycopy(planes[c], at, block[c], 0, n);
            }
            for (int k = from; k < to; k++) {
                change(changes[k], draw, n);
            }
            for (int c = 0; c < planes.length && to > from; c++) {
                System.arraycopy(block[c], 0, planes[c], at, n);
            }
            luma += sum ? luma(n) : 0;
        }
        return luma;
    }

    private void change(int change, ImageDraw draw, int n) {
        switch (change) {
            case BRIGHTNESS -> {
                for (float[] plane : block) {
                    Color.brightness(plane, draw.brightness(), n);
                }
            }
            case CONTRAST -> {
                for (float[] plane : block) {
                    Color.contrast(plane, draw.contrast(), mean, n);
                }
            }
            case SATURATION -> Color.saturation(block[0], block[1], block[2], draw.saturation(), spare[0], n);
            case HUE -> Color.hue(block[0], block[1], block[2], draw.hue(), spare, n);
            default -> Color.gray(block[0], block[1], block[2], n);
        }
    }

    private double luma(int n) {
        return block.length == 1
                ? Color.sum(block[0], n)
                : Color.RED * Color.sum(block[0], n)
                        + Color.GREEN * Color.sum(block[1], n)
                        + Color.BLUE * Color.sum(block[2], n);
    }
}
