package org.fullrank.flink;

/**
 * A sample with a key, the input of {@link OnlineFeatures}.
 *
 * @param key names the learner that learns from it
 * @param values {@code [inputs]}, finite
 * @param endsSequence whether it is the last sample of its sequence
 */
public record Sample(String key, float[] values, boolean endsSequence) {}
