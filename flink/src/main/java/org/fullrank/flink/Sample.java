package org.fullrank.flink;

import java.util.Arrays;

/**
 * A sample with a key: the input of {@link OnlineFeatures}.
 *
 * @param key name of the learner that learns from the sample
 * @param values {@code [inputs]}, finite
 * @param endsSequence whether it is the last sample of its sequence
 */
public record Sample(String key, float[] values, boolean endsSequence) {
    /** Shows the values. */
    @Override
    public String toString() {
        return "Sample[key=" + key + ", values=" + Arrays.toString(values) + ", endsSequence=" + endsSequence + "]";
    }
}
