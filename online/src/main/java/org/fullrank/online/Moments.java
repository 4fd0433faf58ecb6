package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * Running mean, variance and, where asked for, covariance of vectors. With rate k and the deviation {@code d} from the
 * mean before the vector: {@code m <- m + k d}, {@code C <- (1-k) (C + k d d')}. These are exactly the moments of the
 * vectors so far with weights that fall by (1-k) a step; with {@code k = 1, 1/2, 1/3, ...} exactly the plain mean and
 * the covariance with divisor n.
 */
final class Moments {
    /** Variance of every unit before the first sample, so that the first pushes are of order one. */
    static final double INITIAL_VARIANCE = 1;

    final double[] mean;
    final double[] variance;
    /** {@code [M][M]}, or no rows. Its diagonal repeats {@link #variance} in less precision. */
    final float[][] covariance;

    private final float[] deviation;

    Moments(int units, boolean withCovariance) {
        mean = new double[units];
        variance = new double[units];
        covariance = withCovariance ? new float[units][units] : new float[0][];
        deviation = new float[units];
        Arrays.fill(variance, INITIAL_VARIANCE);
        for (int k = 0; k < covariance.length; k++) {
            covariance[k][k] = (float) INITIAL_VARIANCE;
        }
    }

    /** Takes in one vector. */
    void observe(float[] z, double rate) {
        double keep = 1 - rate;
        for (int i = 0; i < mean.length; i++) {
            double d = z[i] - mean[i];
            mean[i] += rate * d;
            variance[i] = keep * (variance[i] + rate * d * d);
            deviation[i] = (float) d;
        }
        for (int k = 0; k < covariance.length; k++) {
            decayAndAdd(covariance[k], (float) keep, deviation, (float) (keep * rate) * deviation[k]);
        }
    }

    /** {@code out = C u}. */
    void covarianceTimes(float[] u, float[] out) {
        Arrays.fill(out, 0);
        for (int k = 0; k < covariance.length; k++) {
            add(out, covariance[k], u[k]);
        }
    }

    private static void decayAndAdd(float[] row, float keep, float[] d, float by) {
        for (int i = 0; i < row.length; i++) {
            row[i] = keep * row[i] + d[i] * by;
        }
    }

    private static void add(float[] out, float[] row, float by) {
        for (int i = 0; i < out.length; i++) {
            out[i] += row[i] * by;
        }
    }

    /** Participation ratio {@code (sum of eigenvalues)^2 / sum of squared eigenvalues}, 1 to M; 0 without variance. */
    double participationRatio() {
        double trace = 0;
        double squares = 0;
        for (int k = 0; k < covariance.length; k++) {
            trace += variance[k];
            for (int i = 0; i < covariance.length; i++) {
                double c = i == k ? variance[k] : covariance[k][i];
                squares += c * c;
            }
        }
        return squares > 0 ? trace * trace / squares : 0;
    }

    /**
     * Becomes the moments of both sets of vectors together.
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
        for (int k = 0; k < covariance.length; k++) {
            for (int i = 0; i < gap.length; i++) {
                covariance[k][i] = (float) (own * covariance[k][i]
                        + share * signs[k] * signs[i] * other.covariance[k][i]
                        + own * share * gap[k] * gap[i]);
            }
        }
        for (int i = 0; i < gap.length; i++) {
            variance[i] = own * variance[i] + share * other.variance[i] + own * share * gap[i] * gap[i];
            mean[i] += share * gap[i];
        }
    }

    void write(DataOutputStream out) throws IOException {
        State.write(out, mean);
        State.write(out, variance);
        for (float[] row : covariance) {
            State.write(out, row);
        }
    }

    void read(DataInputStream in) throws IOException {
        State.read(in, mean);
        State.read(in, variance);
        for (float[] row : covariance) {
            State.read(in, row);
        }
    }
}
