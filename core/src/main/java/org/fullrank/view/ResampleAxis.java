package org.fullrank.view;

import java.util.Arrays;

/// The weights that resample one axis. Output k is the weighted sum of `taps(k)` inputs from `start(k)` on.
/// The object is reused from view to view. Each thread needs its own object.
final class ResampleAxis {
    /// The number of weights per output is padded with zeros to a multiple of this. It is the number of rows
    /// that [Rows] adds at once.
    static final int GROUP = 4;

    private int[] starts = new int[0];
    private int[] taps = new int[0];
    private float[] weights = new float[0];
    private double[] scratch = new double[0];
    private int stride;
    private int outputs;

    /// Computes weights that resample `in` inputs to `out` outputs. Only the outputs `first` to `first +
    /// count - 1` are kept, with the numbers 0 to count - 1. At the border the filter is cut off, and its
    /// weights are scaled to a sum of 1.
    void prepare(Filter filter, int in, int out, int first, int count) {
        double scale = (double) in / out;
        double spread = Math.max(scale, 1);
        double support = filter.support() * spread;
        reserve(count, (int) Math.min(in, Math.ceil(2 * support) + 1));
        for (int k = 0; k < count; k++) {
            double center = (first + k + 0.5) * scale;
            int from = Math.max((int) (center - support + 0.5), 0);
            int to = Math.min((int) (center + support + 0.5), in);
            double sum = 0;
            for (int i = from; i < to; i++) {
                double weight = filter.weight((i + 0.5 - center) / spread);
                scratch[i - from] = weight;
                sum += weight;
            }
            store(k, from, to, sum);
        }
    }

    private void reserve(int count, int widest) {
        stride = (widest + GROUP - 1) / GROUP * GROUP;
        outputs = count;
        if (starts.length < count) {
            starts = new int[count];
            taps = new int[count];
        }
        if (weights.length < count * stride) {
            weights = new float[count * stride];
        }
        if (scratch.length < stride) {
            scratch = new double[stride];
        }
    }

    /// Keeps the weights of output k without the zeros at their ends.
    private void store(int k, int from, int to, double sum) {
        int low = from;
        int high = to;
        while (high - low > 1 && scratch[high - 1 - from] == 0) {
            high--;
        }
        while (high - low > 1 && scratch[low - from] == 0) {
            low++;
        }
        starts[k] = low;
        taps[k] = high - low;
        int base = k * stride;
        for (int i = low; i < high; i++) {
            weights[base + i - low] = (float) (scratch[i - from] / sum);
        }
        Arrays.fill(weights, base + high - low, base + stride, 0);
    }

    int start(int k) {
        return starts[k];
    }

    int taps(int k) {
        return taps[k];
    }

    float[] weights() {
        return weights;
    }

    /// The position of the first weight of output k in [#weights()].
    int base(int k) {
        return k * stride;
    }

    /// The first input that any output uses. Without the zeros at its ends, an output may begin after the next one.
    int low() {
        int low = Integer.MAX_VALUE;
        for (int k = 0; k < outputs; k++) {
            low = Math.min(low, starts[k]);
        }
        return low;
    }

    /// One past the last input that any output uses.
    int high() {
        int high = 0;
        for (int k = 0; k < outputs; k++) {
            high = Math.max(high, starts[k] + taps[k]);
        }
        return high;
    }

    /// The number of inputs to keep if the outputs are computed in order and each input is read once: from the first
    /// input that a later output uses to the last input that was read.
    int widest() {
        int widest = 0;
        int needed = Integer.MAX_VALUE; // by this output or a later one
        int[] from = new int[outputs];
        for (int k = outputs - 1; k >= 0; k--) {
            needed = Math.min(needed, starts[k]);
            from[k] = needed;
        }
        int read = 0;
        for (int k = 0; k < outputs; k++) {
            read = Math.max(read, starts[k] + taps[k]);
            widest = Math.max(widest, read - from[k]);
        }
        return widest;
    }
}
