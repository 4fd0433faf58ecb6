package org.fullrank.online;

import java.util.SplittableRandom;

/**
 * The weights of a layer, one array of M for each input: loops then run along the units with one index for all arrays,
 * which is what the compiler turns into vector instructions without reordering sums. Products and sums are separate
 * operations, so results are alike on every machine.
 */
final class Weights {
    final int inputs;
    final int units;
    /** {@code [N][M]}: the weights from input j to all units. */
    final float[][] rows;

    Weights(int inputs, int units) {
        this.inputs = inputs;
        this.units = units;
        this.rows = new float[inputs][units];
    }

    /** Independent, uniform, variance 1/N: inputs of variance 1 give responses of variance about 1. */
    static Weights random(int inputs, int units, long seed) {
        Weights weights = new Weights(inputs, units);
        SplittableRandom random = new SplittableRandom(seed);
        double most = Math.sqrt(3.0 / inputs);
        for (int i = 0; i < units; i++) {
            for (int j = 0; j < inputs; j++) {
                weights.rows[j][i] = (float) (most * (2 * random.nextDouble() - 1));
            }
        }
        return weights;
    }

    /** {@code a = W x}, four inputs in a pass. */
    void multiply(float[] x, float[] a) {
        for (int i = 0; i < a.length; i++) {
            a[i] = 0;
        }
        int j = 0;
        for (; j + 3 < inputs; j += 4) {
            addFour(a, rows[j], x[j], rows[j + 1], x[j + 1], rows[j + 2], x[j + 2], rows[j + 3], x[j + 3]);
        }
        for (; j < inputs; j++) {
            addOne(a, rows[j], x[j]);
        }
    }

    /** {@code W <- keep W + g x'}. */
    void learn(float keep, float[] g, float[] x) {
        for (int j = 0; j < inputs; j++) {
            decayAndAdd(rows[j], keep, g, x[j]);
        }
    }

    private static void addFour(
            float[] a, float[] r0, float x0, float[] r1, float x1, float[] r2, float x2, float[] r3, float x3) {
        for (int i = 0; i < a.length; i++) {
            a[i] += (r0[i] * x0 + r1[i] * x1) + (r2[i] * x2 + r3[i] * x3);
        }
    }

    private static void addOne(float[] a, float[] row, float x) {
        for (int i = 0; i < a.length; i++) {
            a[i] += row[i] * x;
        }
    }

    private static void decayAndAdd(float[] row, float keep, float[] g, float x) {
        for (int i = 0; i < row.length; i++) {
            row[i] = keep * row[i] + g[i] * x;
        }
    }

    /** A copy, {@code [M, N]} row-major. */
    float[] byUnit() {
        float[] copy = new float[inputs * units];
        for (int j = 0; j < inputs; j++) {
            for (int i = 0; i < units; i++) {
                copy[i * inputs + j] = rows[j][i];
            }
        }
        return copy;
    }

    /** Sets all weights, {@code [M, N]} row-major. */
    void set(float[] byUnit) {
        Check.that(
                byUnit.length == inputs * units,
                "weights: found %d values, expected %d units of %d; correct the array",
                byUnit.length,
                units,
                inputs);
        for (int k = 0; k < byUnit.length; k++) {
            Check.that(
                    Float.isFinite(byUnit[k]),
                    "weights: found %s in unit %d, expected finite numbers; correct the array",
                    byUnit[k],
                    k / inputs);
            rows[k % inputs][k / inputs] = byUnit[k];
        }
    }

    /** The dot product of unit i's weights here and there. */
    double dot(Weights other, int i) {
        double sum = 0;
        for (int j = 0; j < inputs; j++) {
            sum += (double) rows[j][i] * other.rows[j][i];
        }
        return sum;
    }
}
