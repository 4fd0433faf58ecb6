package org.fullrank.flink;

import java.util.Arrays;

/**
 * The features of one sample: the output of {@link OnlineFeatures}.
 *
 * @param key the key of the sample
 * @param sample number of samples that the learner of this key has learned from, including this one
 * @param values {@code [units]}
 */
public record Features(String key, long sample, float[] values) {
    /** Shows the values. */
    @Override
    public String toString() {
        return "Features[key=" + key + ", sample=" + sample + ", values=" + Arrays.toString(values) + "]";
    }
}
