package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Running mean and variance of vectors, and their covariance if requested. The rate is k, and d is the deviation from
 * the previous mean. Then {@code m <- m + k d}, {@code C <- (1-k) (C + k d d')}. The results are exact weighted moments
 * of all vectors so far. At each step, the weight of a vector is multiplied by (1-k). With {@code k = 1, 1/2, 1/3,
 * ...}, they are the plain mean and the covariance with divisor n.
 */
final class Moments {
    /** Variance of every unit before the first sample. With this value, the first pushes are of order one. */
    static final double INITIAL_VARIANCE = 1;

    final double[] mean;
    final double[] variance;
    /** {@code [M, M]}, or empty. Its diagonal has the values of {@link #variance}, but with less precision. */
    private final Weights covariance;

    private final float[] deviation;
    private final float[] weighted;

    Moments(int units, boolean withCovariance) {
        mean = new double[units];
        variance = new double[units];
        covariance = withCovariance ? new Weights(units, units) : new Weights(0, 0);
        deviation = new float[units];
        weighted = new float[covariance.units];
        Arrays.fill(variance, INITIAL_VARIANCE);
        for (int k = 0; k < covariance.units; k++) {
            covariance.row(k)[k] = (float) INITIAL_VARIANCE;
        }
    }

    /** Adds one vector. */
    void observe(float[] z, double rate) {
        double keep = 1 - rate;
        for (int i = 0; i < mean.length; i++) {
            double d = z[i] - mean[i];
            mean[i] += rate * d;
            variance[i] = keep * (variance[i] + rate * d * d);
            deviation[i] = (float) d;
        }
        if (weighted.length > 0) {
            for (int i = 0; i < weighted.length; i++) {
                weighted[i] = (float) (keep * rate) * deviation[i];
            }
            covariance.learn(keep, weighted, deviation);
        }
    }

    /** {@code out = C u}. */
    void covarianceTimes(float[] u, float[] out) {
        covariance.multiply(u, out);
    }

    /** Participation ratio {@code (sum of eigenvalues)^2 / sum of squared eigenvalues}, 1 to M; 0 without variance. */
    double participationRatio() {
        double trace = 0;
        double squares = 0;
        for (int k = 0; k < covariance.units; k++) {
            trace += variance[k];
            for (int i = 0; i < covariance.units; i++) {
                double c = i == k ? variance[k] : covariance.at(i, k);
                squares += c * c;
            }
        }
        return squares > 0 ? trace * trace / squares : 0;
    }

    /**
     * Combines the moments of two sets of vectors into the moments of their union.
     *
     * @param share weight of the others, 0 to 1
     * @param signs 1 or -1 for each unit of the others
     */
    void pool(Moments other, double share, int[] signs) {
        double own = 1 - share;
        double[] gap = new double[mean.length];
        for (int i = 0; i < gap.length; i++) {
            gap[i] = signs[i] * other.mean[i] - mean[i];
        }
        float[] pooled = covariance.byUnit();
        for (int k = 0; k < pooled.length; k++) {
            int row = k / gap.length;
            int column = k % gap.length;
            double theirs = signs[row] * signs[column] * (double) other.covariance.at(row, column);
            pooled[k] = (float) (own * pooled[k] + share * theirs + own * share * gap[row] * gap[column]);
        }
        covariance.set(pooled);
        for (int i = 0; i < gap.length; i++) {
            variance[i] = own * variance[i] + share * other.variance[i] + own * share * gap[i] * gap[i];
            mean[i] += share * gap[i];
        }
    }

    void write(DataOutputStream out) throws IOException {
        State.write(out, mean);
        State.write(out, variance);
        covariance.write(out);
    }

    void read(DataInputStream in) throws IOException {
        State.read(in, mean);
        State.read(in, variance);
        covariance.read(in);
    }
}
