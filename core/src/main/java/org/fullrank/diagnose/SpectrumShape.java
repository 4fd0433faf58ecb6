package org.fullrank.diagnose;

import org.fullrank.linalg.Moments;
import org.fullrank.linalg.Spectrum;

/// The shape of a centered spectrum: how fast it falls, and at which direction it drops.
///
/// @param effectiveRank [Spectrum#effectiveRank]; 0 if nothing varies
/// @param knee the largest ratio of two neighboring singular values, `s_k / s_(k + 1)`, in the first half of
///     the directions; 1 if there are fewer than two
/// @param kneeAt the position k of the knee, which is the number of directions before it
/// @param varianceAfterKnee share of the variance in the directions after the knee
/// @param directions99 number of directions that contain 99 % of the variance
/// @param available number of directions in which the rows can vary, `min(N - 1, D)`
record SpectrumShape(
        double effectiveRank, double knee, int kneeAt, double varianceAfterKnee, int directions99, int available) {
    /// A singular value below this share of the largest is a rounding error. The precision of float32 is
    /// 6e-8, and the sums of a covariance lose one more decimal digit.
    static final double ROUNDING = 1e-6;

    /// Share of the variance in [#directions99], the usual choice in principal component analysis.
    static final double MOST = 0.99;

    /// The shape of the spectrum of the centered rows.
    static SpectrumShape of(Moments moments) {
        return of(moments.centered(), moments.rows(), moments.width());
    }

    /// The shape of a centered spectrum.
    ///
    /// @param rows N
    static SpectrumShape of(Spectrum spectrum, long rows, int width) {
        int available = (int) Math.min(rows - 1, width);
        double[] singularValues = spectrum.normalized().singularValues();
        double total = 0;
        for (double s : singularValues) {
            total += s * s;
        }
        if (total == 0 || available < 1) {
            return new SpectrumShape(0, 1, 0, 1, 0, available);
        }
        int at = knee(singularValues, available);
        return new SpectrumShape(
                spectrum.effectiveRank(),
                at == 0 ? 1 : fall(singularValues, at),
                at,
                at == 0 ? 1 : 1 - held(singularValues, at) / total,
                holding(singularValues, MOST * total),
                available);
    }

    private static int knee(double[] s, int available) {
        int at = 0;
        for (int k = 1; k <= available / 2 && k < s.length; k++) {
            if (at == 0 || fall(s, k) > fall(s, at)) {
                at = k;
            }
        }
        return at;
    }

    private static double fall(double[] s, int k) {
        double floor = ROUNDING * s[0];
        return Math.max(s[k - 1], floor) / Math.max(s[k], floor);
    }

    private static double held(double[] s, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += s[i] * s[i];
        }
        return sum;
    }

    private static int holding(double[] s, double variance) {
        double sum = s[0] * s[0];
        int count = 1;
        while (count < s.length && sum < variance) {
            sum += s[count] * s[count];
            count++;
        }
        return count;
    }
}
