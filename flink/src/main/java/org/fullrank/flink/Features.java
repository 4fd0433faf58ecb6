package org.fullrank.flink;

/**
 * What {@link OnlineFeatures} gives for each sample.
 *
 * @param key the key of the sample
 * @param sample how many samples the learner of this key has learned from, this one included
 * @param values {@code [units]}
 */
public record Features(String key, long sample, float[] values) {}
