package org.fullrank.image;

/**
 * Converts colors from CIE L*a*b* to sRGB. In L*a*b*, white is the illuminant D50, as in color profiles. The
 * conversion maps this white to the white of sRGB.
 *
 * <p>Source: CIE 15:2004; IEC 61966-2-1; the matrix contains the Bradford adaptation from D50 to D65 of
 * ICC.1:2010.
 */
final class Lab {
    private static final double[] D50 = {0.9642, 1, 0.8249};
    private static final double[][] TO_SRGB = {
        {3.1338561, -1.6168667, -0.4906146}, {-0.9787684, 1.9161415, 0.0334540}, {0.0719453, -0.2289914, 1.4052427}
    };

    private Lab() {}

    /**
     * Writes red, green and blue.
     *
     * @param l lightness, 0 to 100
     */
    static void toRgb(double l, double a, double b, byte[] out, int to) {
        double fy = (l + 16) / 116;
        double[] xyz = {D50[0] * inverse(fy + a / 500), D50[1] * inverse(fy), D50[2] * inverse(fy - b / 200)};
        for (int c = 0; c < 3; c++) {
            double linear = 0;
            for (int i = 0; i < 3; i++) {
                linear += TO_SRGB[c][i] * xyz[i];
            }
            out[to + c] = (byte) Math.round(255 * encoded(Math.max(0, Math.min(1, linear))));
        }
    }

    private static double inverse(double f) {
        return f > 6.0 / 29 ? f * f * f : 108.0 / 841 * (f - 4.0 / 29);
    }

    /** The value that sRGB stores for an amount of light; both are between 0 and 1. */
    static double encoded(double light) {
        return light <= 0.0031308 ? 12.92 * light : 1.055 * Math.pow(light, 1 / 2.4) - 0.055;
    }
}
