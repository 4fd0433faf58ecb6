package org.fullrank.flink;

/**
 * A sample with a key: the input of {@link OnlineFeatures}.
 *
 * @param key name of the learner that learns from the sample
 * @param values {@code [inputs]}, finite
 * @param endsSequence whether it is the last sample of its sequence
 */
public record Sample(String key, float[] values, boolean endsSequence) {}
