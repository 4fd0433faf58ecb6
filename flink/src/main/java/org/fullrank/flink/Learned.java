package org.fullrank.flink;

/**
 * A learner at the end of a sequence.
 *
 * @param key its key
 * @param state its state, for {@link org.fullrank.online.OnlineRule#fromBytes}
 */
public record Learned(String key, byte[] state) {}
