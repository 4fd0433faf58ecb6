package org.fullrank.view;

/// Changes the colors of single pixels, in place, on planes of values in [0, 1]. The code has no branches
/// that depend on values. So the compiler can use vector instructions. The formulas are those of torchvision.
final class Color {
    /// Weights of the luma of red, green and blue (ITU-R BT.601).
    static final float RED = 0.299f;

    static final float GREEN = 0.587f;
    static final float BLUE = 0.114f;

    /// Factor that makes any nonzero difference of two floats in [0, 1] larger than 1 in absolute value.
    private static final float STEEP = 1e30f;

    /// Smaller than any visible chroma. It prevents a division by zero for gray pixels.
    private static final float TINY = 1e-12f;

    private Color() {}

    /// x = min(f x, 1).
    static void brightness(float[] plane, float factor, int n) {
        for (int i = 0; i < n; i++) {
            plane[i] = Math.min(plane[i] * factor, 1f);
        }
    }

    /// x = f x + (1 - f) mean, clamped.
    static void contrast(float[] plane, float factor, float mean, int n) {
        float shift = (1 - factor) * mean;
        for (int i = 0; i < n; i++) {
            plane[i] = Math.max(Math.min(plane[i] * factor + shift, 1f), 0f);
        }
    }

    /// x = f x + (1 - f) luma, clamped; factor 0 is gray.
    ///
    /// @param scratch at least n values
    static void saturation(float[] r, float[] g, float[] b, float factor, float[] scratch, int n) {
        float rest = 1 - factor;
        for (int i = 0; i < n; i++) {
            scratch[i] = rest * (RED * r[i] + GREEN * g[i] + BLUE * b[i]);
        }
        blend(r, factor, scratch, n);
        blend(g, factor, scratch, n);
        blend(b, factor, scratch, n);
    }

    private static void blend(float[] plane, float factor, float[] shift, int n) {
        for (int i = 0; i < n; i++) {
            plane[i] = Math.max(Math.min(plane[i] * factor + shift[i], 1f), 0f);
        }
    }

    /// All three become the luma.
    static void gray(float[] r, float[] g, float[] b, int n) {
        for (int i = 0; i < n; i++) {
            float luma = RED * r[i] + GREEN * g[i] + BLUE * b[i];
            r[i] = luma;
            g[i] = luma;
            b[i] = luma;
        }
    }

    /// Turns the hue of the HSV hexagon by `turn` in [-1/2, 1/2] of the circle.
    ///
    /// First, r', g', b' are scaled so that the smallest is 0 and the largest 1. Then the hue in sixths of
    /// the circle is +-(g' + b' + 1 - r'), positive where g >= b. On the half circle from red over green to
    /// cyan, only one of the three terms changes at a time. The inverse computes each channel from the hue.
    /// If a channel has the circular distance d from its own hue (red 0, green 2, blue -2), its share of the
    /// chroma is clamp(2 - d, 0, 1).
    ///
    /// Each loop is short, because the compiler does not use vector instructions in one long loop.
    ///
    /// @param scratch three planes of at least n values
    static void hue(float[] r, float[] g, float[] b, float turn, float[][] scratch, int n) {
        float[] low = scratch[0];
        float[] chroma = scratch[1];
        float[] hue = scratch[2];
        range(r, g, b, low, chroma, n);
        angle(r, g, b, low, chroma, hue, n);
        float shift = 6 * turn;
        channel(low, chroma, hue, shift, r, n);
        channel(low, chroma, hue, shift - 2, g, n);
        channel(low, chroma, hue, shift + 2, b, n);
    }

    private static void range(float[] r, float[] g, float[] b, float[] low, float[] chroma, int n) {
        for (int i = 0; i < n; i++) {
            low[i] = Math.min(Math.min(r[i], g[i]), b[i]);
        }
        for (int i = 0; i < n; i++) {
            chroma[i] = Math.max(Math.max(r[i], g[i]), b[i]) - low[i];
        }
    }

    /// The hue in sixths of the circle, from -3 to 3, where red is 0.
    private static void angle(float[] r, float[] g, float[] b, float[] low, float[] chroma, float[] hue, int n) {
        for (int i = 0; i < n; i++) {
            hue[i] = (g[i] + b[i] - r[i] - low[i]) / Math.max(chroma[i], TINY) + 1;
        }
        for (int i = 0; i < n; i++) {
            hue[i] *= Math.max(Math.min((g[i] - b[i]) * STEEP + 1, 1f), -1f);
        }
    }

    /// Computes a channel from the hue. The circular distance, at most 9, is reduced to at most 3.
    private static void channel(float[] low, float[] chroma, float[] hue, float shift, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            float distance = Math.abs(3 - Math.abs(Math.abs(hue[i] + shift) - 3));
            out[i] = low[i] + chroma[i] * Math.max(Math.min(2 - distance, 1f), 0f);
        }
    }

    /// x = 1 - x for values at or above the threshold.
    static void solarize(float[] plane, float threshold, int n) {
        for (int i = 0; i < n; i++) {
            float x = plane[i];
            float bright = Math.max(Math.min((x - threshold) * STEEP + 1, 1f), 0f);
            plane[i] = x + bright * (1 - 2 * x);
        }
    }

    /// The sum of the plane, in four interleaved partial sums.
    static double sum(float[] plane, int n) {
        double a = 0;
        double b = 0;
        double c = 0;
        double d = 0;
        int i = 0;
        for (; i + 3 < n; i += 4) {
            a += plane[i];
            b += plane[i + 1];
            c += plane[i + 2];
            d += plane[i + 3];
        }
        for (; i < n; i++) {
            a += plane[i];
        }
        return a + b + (c + d);
    }
}
