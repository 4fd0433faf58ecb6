package org.fullrank.lab;

/// Shares of materials in pixels, found by two nonnegative factors of a hyperspectral image.
///
/// @param shares `[pixels, materials]`; the sum of each pixel is 1 unless it is dark
/// @param materials number of materials
record Abundances(float[] shares, int materials) {
    /// From factors. A material counts as much as its pictures times the length of its spectrum.
    ///
    /// @param pictures `[pixels, materials]`
    /// @param spectra `[bands, materials]`
    static Abundances of(float[] pictures, float[] spectra, int materials) {
        double[] lengths = new double[materials];
        for (int i = 0; i < spectra.length; i++) {
            lengths[i % materials] += (double) spectra[i] * spectra[i];
        }
        float[] shares = new float[pictures.length];
        for (int pixel = 0; pixel < pictures.length / materials; pixel++) {
            double sum = 1e-12;
            for (int k = 0; k < materials; k++) {
                sum += pictures[pixel * materials + k] * Math.sqrt(lengths[k]);
            }
            for (int k = 0; k < materials; k++) {
                shares[pixel * materials + k] = (float) (pictures[pixel * materials + k] * Math.sqrt(lengths[k]) / sum);
            }
        }
        return new Abundances(shares, materials);
    }

    /// The mean correlation of the maps with those of a reference, for the order of the materials that makes it
    /// largest. 1: equal up to scale and offset; 0: unrelated.
    double agreement(float[] reference) {
        double[][] all = new double[materials][materials];
        for (int a = 0; a < materials; a++) {
            for (int b = 0; b < materials; b++) {
                all[a][b] = correlation(shares, a, reference, b);
            }
        }
        return best(all, 0, new boolean[materials]) / materials;
    }

    private static double best(double[][] all, int material, boolean[] taken) {
        if (material == all.length) {
            return 0;
        }
        double best = Double.NEGATIVE_INFINITY;
        for (int other = 0; other < all.length; other++) {
            if (!taken[other]) {
                taken[other] = true;
                best = Math.max(best, all[material][other] + best(all, material + 1, taken));
                taken[other] = false;
            }
        }
        return best;
    }

    /// The correlation of two maps; 0 if one is constant.
    private double correlation(float[] x, int a, float[] y, int b) {
        double meanX = mean(x, a);
        double meanY = mean(y, b);
        double xx = 0;
        double yy = 0;
        double xy = 0;
        for (int pixel = 0; pixel < x.length / materials; pixel++) {
            double dx = x[pixel * materials + a] - meanX;
            double dy = y[pixel * materials + b] - meanY;
            xx += dx * dx;
            yy += dy * dy;
            xy += dx * dy;
        }
        return xx * yy > 0 ? xy / Math.sqrt(xx * yy) : 0;
    }

    private double mean(float[] x, int k) {
        double sum = 0;
        for (int i = k; i < x.length; i += materials) {
            sum += x[i];
        }
        return sum * materials / x.length;
    }
}
