package org.fullrank.flink;

/**
 * The state of a learner at the end of a sequence.
 *
 * @param key its key
 * @param state its state, for {@link org.fullrank.online.OnlineRule#fromBytes}
 */
public record Learned(String key, byte[] state) {}
