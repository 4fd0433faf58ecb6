package org.fullrank.lab;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.ejml.simple.SimpleMatrix;
import org.ejml.simple.SimpleSVD;

/// The mean singular value of embeddings `[b, d]`, its gradient and its bounds, and sample embeddings. The
/// source is Taha et al., arXiv 2103.02770, equations 2 and 3.
final class SingularValueMean {
    private SingularValueMean() {}

    /// (1/d) P Q' for the thin decomposition E = P S Q'.
    static SimpleMatrix slope(SimpleMatrix e) {
        SimpleSVD<SimpleMatrix> svd = e.svd(true);
        return svd.getU().mult(svd.getV().transpose()).divide(e.getNumCols());
    }

    /// The sum of the singular values, of which there are min(b, d), divided by d.
    static double mean(SimpleMatrix e) {
        return Arrays.stream(e.svd(true).getSingularValues()).sum() / e.getNumCols();
    }

    /// The lower bound for embeddings with rows of norm 1, reached at rank 1.
    static double lower(int b, int d) {
        return Math.sqrt(b) / d;
    }

    /// The upper bound, reached when all singular values are equal.
    static double upper(int b, int d) {
        return Math.sqrt((double) b * d / Math.max(b, d)) * Math.sqrt(b) / d;
    }

    /// Rows scaled to norm 1.
    static SimpleMatrix normalized(SimpleMatrix e) {
        SimpleMatrix rows = e.copy();
        for (int i = 0; i < e.getNumRows(); i++) {
            SimpleMatrix row = e.getRow(i);
            rows.setRow(i, row.divide(row.normF()));
        }
        return rows;
    }

    /// Rows of norm 1. Before they are scaled, their entries are uniform in [0, 1].
    static SimpleMatrix uniform(RandomGenerator random, int b, int d) {
        double[] values = new double[b * d];
        Arrays.setAll(values, _ -> random.nextDouble());
        return normalized(new SimpleMatrix(b, d, true, values));
    }

    /// The same unit vector in all rows.
    static SimpleMatrix column(int b, int d) {
        SimpleMatrix e = new SimpleMatrix(b, d);
        for (int i = 0; i < b; i++) {
            e.set(i, 0, 1);
        }
        return e;
    }

    /// Points whose angles are quantiles of a normal distribution about 0, or alternately about 0 and pi.
    static SimpleMatrix angles(int points, double deviation, boolean poles) {
        SimpleMatrix e = new SimpleMatrix(points, 2);
        for (int i = 0; i < points; i++) {
            double angle = deviation * quantile((i + 0.5) / points) + (poles && i % 2 == 1 ? Math.PI : 0);
            e.setRow(i, 0, StrictMath.cos(angle), StrictMath.sin(angle));
        }
        return e;
    }

    /// A quantile of the standard normal distribution, found by bisection of the distribution function.
    private static double quantile(double share) {
        return Bisection.of(-8, 8, 50, x -> normal(x) >= share).low();
    }

    /// The distribution function, computed by Simpson's rule from 0.
    private static double normal(double x) {
        int pieces = 200;
        double sum = 0;
        for (int i = 0; i <= pieces; i++) {
            double t = x * i / pieces;
            sum += (i == 0 || i == pieces ? 1 : i % 2 == 1 ? 4 : 2) * StrictMath.exp(-t * t / 2);
        }
        return 0.5 + sum * x / pieces / 3 / Math.sqrt(2 * Math.PI);
    }

    /// Rows of norm 1 whose singular values are all equal. They consist of cosines and sines of d/2
    /// frequencies at b equal steps. On the circle, these are evenly spaced points.
    ///
    /// @param d even, less than b
    static SimpleMatrix frame(int b, int d) {
        SimpleMatrix e = new SimpleMatrix(b, d);
        for (int i = 0; i < b; i++) {
            for (int k = 0; k < d / 2; k++) {
                double angle = 2 * Math.PI * (k + 1) * i / b;
                e.set(i, 2 * k, Math.sqrt(2.0 / d) * StrictMath.cos(angle));
                e.set(i, 2 * k + 1, Math.sqrt(2.0 / d) * StrictMath.sin(angle));
            }
        }
        return e;
    }
}
