package org.fullrank.linalg;

import java.util.random.RandomGenerator;
import org.bytedeco.openblas.global.openblas;
import org.fullrank.engine.Keyed;
import org.fullrank.engine.Natives;

/// Singular values of Gaussian matrices `[n, p]` with independent entries of variance 1.
///
/// For small matrices, the singular values are drawn at random. A Gaussian matrix has the same singular
/// values as a certain bidiagonal matrix. The bidiagonal matrix has `k = min(n, p)` columns and independent
/// chi-distributed entries. The diagonal of the bidiagonal matrix has `m, m - 1, ...` degrees of freedom,
/// where `m = max(n, p)`. The secondary diagonal has `k - 1, ..., 1` degrees of freedom (Silverstein 1985;
/// Dumitriu and Edelman 2002, "Matrix models for beta ensembles"). So a draw costs `O(k^2)`, for any m.
///
/// For large matrices, the random fluctuation is small, so the law of Marchenko and Pastur 1967 is used. The
/// eigenvalues divided by m are quantiles of the density `sqrt((b - x)(x - a)) / (2 pi c x)` between `a, b =
/// (1 -+ sqrt(c))^2`, where `c = k / m`. The largest eigenvalue is the mean of the Tracy-Widom law. Johnstone
/// 2001 gives the distance of this mean from the edge `b`.
public final class Wishart {
    /// Largest number of columns k for which matrices are drawn. For more columns the error of the quantiles
    /// is at most 0.3 % in every rank.
    static final int DRAWN = 256;

    /// Total number of singular values that are drawn, for at least [#FEWEST] matrices. With this number, the
    /// error of a mean is below 0.3 %.
    private static final int VALUES = 4096;

    private static final int FEWEST = 16;
    private static final int MOST = 1000;

    /// Mean of the Tracy-Widom distribution for real matrices.
    private static final double TRACY_WIDOM = -1.2065335745820;

    private static final long KEY = Keyed.name("isotropic null");
    private static final int STEPS = 4096;

    private Wishart() {}

    /// The spectra of several random draws, or the single typical spectrum of a large matrix; `n` and `p` are
    /// at least 1.
    public static Spectrum[] spectra(long n, int p) {
        int k = Math.toIntExact(Math.min(n, p));
        long m = Math.max(n, p);
        if (k > DRAWN) {
            return new Spectrum[] {new Spectrum(quantiles(k, m))};
        }
        var spectra = new Spectrum[Math.clamp(VALUES / k, FEWEST, MOST)];
        for (int i = 0; i < spectra.length; i++) {
            spectra[i] = new Spectrum(draw(Keyed.of(KEY, m, k, i), k, m));
        }
        return spectra;
    }

    private static double[] draw(RandomGenerator random, int k, long m) {
        double[] diagonal = new double[k]; // of B B', tridiagonal
        double[] beside = new double[k];
        double chi = 0;
        for (int i = 0; i < k; i++) {
            double a = Math.sqrt(chiSquare(random, m - i));
            diagonal[i] = a * a + chi * chi;
            if (i < k - 1) {
                chi = Math.sqrt(chiSquare(random, k - 1 - i));
                beside[i] = a * chi;
            }
        }
        Natives.load();
        int info = openblas.LAPACKE_dsterf(k, diagonal, beside); // the eigenvalues ascending, in place
        if (info != 0) {
            throw new IllegalStateException("eigenvalues of a tridiagonal matrix: LAPACK's dsterf returned " + info);
        }
        return Spectrum.descendingRoots(diagonal);
    }

    /// Marsaglia and Tsang 2000, "A simple method for generating gamma variables"; a shape below 1 is drawn
    /// with shape + 1.
    private static double chiSquare(RandomGenerator random, long freedom) {
        double shape = freedom / 2.0;
        if (shape < 1) {
            return square(random.nextGaussian());
        }
        double d = shape - 1.0 / 3;
        double c = 1 / Math.sqrt(9 * d);
        while (true) {
            double x = random.nextGaussian();
            double v = Math.pow(1 + c * x, 3);
            if (v > 0 && Math.log(1 - random.nextDouble()) < x * x / 2 + d - d * v + d * Math.log(v)) {
                return 2 * d * v;
            }
        }
    }

    /// The singular values at the midpoints of k parts of the law that have equal probability.
    private static double[] quantiles(int k, long m) {
        double c = (double) k / m;
        double low = square(1 - Math.sqrt(c));
        double high = square(1 + Math.sqrt(c));
        double[] values = new double[k];
        double mass = 0;
        int next = k - 1; // ascending from the last
        // x = center - radius cos t makes the density smooth in t at both edges
        double radius = (high - low) / 2;
        double center = (high + low) / 2;
        int steps = Math.max(STEPS, 8 * k);
        for (int i = 0; i < steps && next >= 0; i++) {
            double t = Math.PI * (i + 0.5) / steps;
            double x = center - radius * Math.cos(t);
            double share = square(radius * Math.sin(t)) / (2 * Math.PI * c * x) * Math.PI / steps;
            while (next >= 0 && mass + share >= (k - 1 - next + 0.5) / k) {
                double within = ((k - 1 - next + 0.5) / k - mass) / share;
                double at = center - radius * Math.cos(Math.PI * (i + within) / steps);
                values[next--] = Math.sqrt(m * at);
            }
            mass += share;
        }
        double roots = Math.sqrt(m - 0.5) + Math.sqrt(k - 0.5);
        double scale = roots * Math.cbrt(1 / Math.sqrt(m - 0.5) + 1 / Math.sqrt(k - 0.5));
        values[0] = Math.sqrt(roots * roots + TRACY_WIDOM * scale);
        return values;
    }

    private static double square(double x) {
        return x * x;
    }
}
