package org.fullrank.view;

/// Weighted sums of rows, and transposes of matrices. Each row is a separate array. All arrays of a loop use
/// the same index. Only then can the compiler know that a store does not change a later load. So the compiler
/// can use vector instructions.
///
/// The channels of a row are stored one after another. Channel c of position i is at `c * length + i`.
final class Rows {
    /// Number of rows that are transposed at once: the floats of half a cache line.
    static final int BLOCK = 8;

    private Rows() {}

    /// out = sum of the rows that output `k` of the axis uses. Row r lies at `rows[r % rows.length]`.
    static void resample(float[][] rows, ResampleAxis axis, int k, int shift, float[] out, int n) {
        int last = axis.start(k) + axis.taps(k) - 1 - shift;
        int first = axis.start(k) - shift;
        float[] w = axis.weights();
        int base = axis.base(k) - first;
        for (int r = first; r <= last; r += ResampleAxis.GROUP) {
            float[] r0 = row(rows, r);
            float[] r1 = row(rows, Math.min(r + 1, last));
            float[] r2 = row(rows, Math.min(r + 2, last));
            float[] r3 = row(rows, Math.min(r + 3, last));
            if (r == first) {
                set(r0, w[base + r], r1, w[base + r + 1], r2, w[base + r + 2], r3, w[base + r + 3], out, n);
            } else {
                add(r0, w[base + r], r1, w[base + r + 1], r2, w[base + r + 2], r3, w[base + r + 3], out, n);
            }
        }
    }

    private static float[] row(float[][] rows, int r) {
        return rows[r % rows.length];
    }

    private static void set(
            float[] a, float wa, float[] b, float wb, float[] c, float wc, float[] d, float wd, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = wa * a[i] + wb * b[i] + (wc * c[i] + wd * d[i]);
        }
    }

    private static void add(
            float[] a, float wa, float[] b, float wb, float[] c, float wc, float[] d, float wd, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += wa * a[i] + wb * b[i] + (wc * c[i] + wd * d[i]);
        }
    }

    /// out = weights[0] row(k) + sum over r of weights[r] (row(k - r) + row(k + r)). Rows beyond the ends of
    /// the `count` rows are mirrored at the first and the last row. Row r lies at `rows[r % rows.length]`.
    static void blur(float[][] rows, int count, int k, float[] weights, int radius, float[] out, int n) {
        scale(row(rows, k), weights[0], out, n);
        int r = 1;
        for (; r < radius; r += 2) {
            pairs(
                    row(rows, mirror(k - r, count)),
                    row(rows, mirror(k + r, count)),
                    weights[r],
                    row(rows, mirror(k - r - 1, count)),
                    row(rows, mirror(k + r + 1, count)),
                    weights[r + 1],
                    out,
                    n);
        }
        if (r == radius) {
            pair(row(rows, mirror(k - r, count)), row(rows, mirror(k + r, count)), weights[r], out, n);
        }
    }

    private static int mirror(int k, int count) {
        int inside = Math.abs(k);
        return inside < count ? inside : 2 * (count - 1) - inside;
    }

    private static void scale(float[] a, float w, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] = w * a[i];
        }
    }

    private static void pair(float[] a, float[] b, float w, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += w * (a[i] + b[i]);
        }
    }

    private static void pairs(float[] a, float[] b, float w, float[] c, float[] d, float v, float[] out, int n) {
        for (int i = 0; i < n; i++) {
            out[i] += w * (a[i] + b[i]) + v * (c[i] + d[i]);
        }
    }

    /// Writes `count` rows of `channels` times `length` values to the positions `at`, `at + 1`, ... of the
    /// crossing rows: rows[k][c * length + i] becomes crossing[i][c * crossingLength + at + k].
    static void transpose(
            float[][] rows, int count, int channels, int length, float[][] crossing, int crossingLength, int at) {
        for (int c = 0; c < channels; c++) {
            int from = c * length;
            int to = c * crossingLength + at;
            if (count == BLOCK) {
                transposeBlock(rows, from, length, crossing, to);
            } else {
                for (int i = 0; i < length; i++) {
                    for (int k = 0; k < count; k++) {
                        crossing[i][to + k] = rows[k][from + i];
                    }
                }
            }
        }
    }

    private static void transposeBlock(float[][] rows, int from, int length, float[][] crossing, int to) {
        float[] r0 = rows[0];
        float[] r1 = rows[1];
        float[] r2 = rows[2];
        float[] r3 = rows[3];
        float[] r4 = rows[4];
        float[] r5 = rows[5];
        float[] r6 = rows[6];
        float[] r7 = rows[7];
        for (int i = 0; i < length; i++) {
            float[] target = crossing[i];
            target[to] = r0[from + i];
            target[to + 1] = r1[from + i];
            target[to + 2] = r2[from + i];
            target[to + 3] = r3[from + i];
            target[to + 4] = r4[from + i];
            target[to + 5] = r5[from + i];
            target[to + 6] = r6[from + i];
            target[to + 7] = r7[from + i];
        }
    }

    /// At least `count` rows of at least `length` values. The given rows are returned if they are large
    /// enough.
    static float[][] reserve(float[][] rows, int count, int length) {
        return rows.length >= count && rows[0].length >= length
                ? rows
                : new float[Math.max(count, rows.length)][Math.max(length, rows.length == 0 ? 0 : rows[0].length)];
    }
}
