package org.fullrank.flink;

/**
 * What {@link OnlineFeatures} reads.
 *
 * @param key whose learner learns from it
 * @param values {@code [inputs]}, finite
 * @param endsSequence whether it is the last one of a sequence
 */
public record Sample(String key, float[] values, boolean endsSequence) {}
