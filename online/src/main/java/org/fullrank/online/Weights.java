package org.fullrank.online;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.SplittableRandom;

/**
 * A matrix W of M units and N inputs. The class is designed for alternating products with a vector and changes {@code W
 * <- keep W + g x'}.
 *
 * <p>Up to {@link #RANK} changes are collected and then applied in one pass: {@code W = s V + sum_k g_k x_k'}. The
 * factor s collects the weight decays. So even decays that are too small for float32 have an effect. While changes
 * wait for this pass, a product is computed as {@code s (V x) + sum_k g_k (x_k . x)}. This equals {@code W x} up to
 * rounding. So a change costs a quarter of a pass over the weights.
 *
 * <p>The matrix V has one array of length M for each input. The loops run along the units with one index for all
 * arrays. So the compiler can use vector instructions without reordering sums. Products and sums are separate
 * operations. So the results are the same on every machine.
 */
final class Weights {
    /** Largest number of changes that wait to be applied. The compiler generates efficient loops for up to 4 arrays. */
    static final int RANK = 4;
    /** If the scale s is below this value, it is multiplied into V, before g / s becomes too large. */
    private static final double SMALLEST_SCALE = 0.5;

    final int inputs;
    final int units;
    private final float[][] rows; // V: [N][M]
    private final float[][] factors; // g_k: [RANK][M]
    private final float[][] samples; // x_k: [RANK][N]
    private double scale = 1; // s
    private int waiting; // changes not made yet

    Weights(int inputs, int units) {
        this.inputs = inputs;
        this.units = units;
        this.rows = new float[inputs][units];
        this.factors = new float[RANK][units];
        this.samples = new float[RANK][inputs];
    }

    /** Independent weights, uniform with variance 1/N. Inputs of variance 1 give responses of variance about 1. */
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

    /** {@code a = W x}. */
    void multiply(float[] x, float[] a) {
        for (int i = 0; i < a.length; i++) {
            a[i] = 0;
        }
        int j = 0;
        for (; j + 3 < inputs; j += 4) {
            addFour(a, 1, rows[j], x[j], rows[j + 1], x[j + 1], rows[j + 2], x[j + 2], rows[j + 3], x[j + 3]);
        }
        for (; j < inputs; j++) {
            addOne(a, 1, rows[j], x[j]);
        }
        float s = (float) scale;
        for (int k = 0; k < waiting; k++) {
            addOne(a, k == 0 ? s : 1, factors[k], dot(samples[k], x));
        }
        if (waiting == 0 && s != 1) {
            for (int i = 0; i < a.length; i++) {
                a[i] *= s;
            }
        }
    }

    /** {@code W <- keep W + g x'}. */
    void learn(double keep, float[] g, float[] x) {
        scale *= keep;
        float shrink = (float) keep;
        for (int k = 0; k < waiting; k++) {
            float[] factor = factors[k];
            for (int i = 0; i < factor.length; i++) {
                factor[i] *= shrink;
            }
        }
        System.arraycopy(g, 0, factors[waiting], 0, units);
        System.arraycopy(x, 0, samples[waiting], 0, inputs);
        waiting++;
        if (waiting == RANK || scale < SMALLEST_SCALE) {
            change();
        }
    }

    /** Applies the waiting changes. */
    private void change() {
        float keep = 1;
        float by = (float) (1 / scale);
        if (scale < SMALLEST_SCALE) {
            keep = (float) scale;
            by = 1;
            scale = 1;
        }
        for (int k = 0; k < RANK; k++) {
            float[] factor = factors[k];
            float used = k < waiting ? by : 0;
            for (int i = 0; i < factor.length; i++) {
                factor[i] *= used;
            }
        }
        for (int j = 0; j < inputs; j++) {
            addFour(
                    rows[j],
                    keep,
                    factors[0],
                    samples[0][j],
                    factors[1],
                    samples[1][j],
                    factors[2],
                    samples[2][j],
                    factors[3],
                    samples[3][j]);
        }
        waiting = 0;
    }

    private static void addFour(
            float[] to,
            float keep,
            float[] r0,
            float x0,
            float[] r1,
            float x1,
            float[] r2,
            float x2,
            float[] r3,
            float x3) {
        for (int i = 0; i < to.length; i++) {
            to[i] = keep * to[i] + ((r0[i] * x0 + r1[i] * x1) + (r2[i] * x2 + r3[i] * x3));
        }
    }

    private static void addOne(float[] to, float keep, float[] row, float x) {
        for (int i = 0; i < to.length; i++) {
            to[i] = keep * to[i] + row[i] * x;
        }
    }

    /** The dot product, computed in four sums. In a single sum, each addition would wait for the one before. */
    static float dot(float[] a, float[] b) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (; i + 3 < a.length; i += 4) {
            s0 += a[i] * b[i];
            s1 += a[i + 1] * b[i + 1];
            s2 += a[i + 2] * b[i + 2];
            s3 += a[i + 3] * b[i + 3];
        }
        for (; i < a.length; i++) {
            s0 += a[i] * b[i];
        }
        return (s0 + s1) + (s2 + s3);
    }

    /**
     * The weights from input j to all units. They are for a rule that changes them itself and never calls
     * {@link #learn}.
     */
    float[] row(int j) {
        return rows[j];
    }

    /** The weight from input j to unit i. */
    float at(int i, int j) {
        float weight = (float) scale * rows[j][i];
        for (int k = 0; k < waiting; k++) {
            weight += factors[k][i] * samples[k][j];
        }
        return weight;
    }

    /** A copy of all weights, {@code [M, N]} row-major. */
    float[] byUnit() {
        float[] copy = new float[inputs * units];
        for (int i = 0; i < units; i++) {
            for (int j = 0; j < inputs; j++) {
                copy[i * inputs + j] = at(i, j);
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
        scale = 1;
        waiting = 0;
    }

    void write(DataOutputStream out) throws IOException {
        out.writeDouble(scale);
        out.writeInt(waiting);
        for (int k = 0; k < waiting; k++) {
            State.write(out, factors[k]);
            State.write(out, samples[k]);
        }
        for (float[] row : rows) {
            State.write(out, row);
        }
    }

    void read(DataInputStream in) throws IOException {
        scale = in.readDouble();
        waiting = in.readInt();
        Check.that(
                waiting >= 0 && waiting < RANK,
                "state: found %d waiting changes, expected 0 to %d; use a newer version",
                waiting,
                RANK - 1);
        for (int k = 0; k < waiting; k++) {
            State.read(in, factors[k]);
            State.read(in, samples[k]);
        }
        for (float[] row : rows) {
            State.read(in, row);
        }
    }
}
