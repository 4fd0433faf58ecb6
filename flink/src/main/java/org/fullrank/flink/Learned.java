package org.fullrank.flink;

/**
 * The state of a learner at the end of a sequence.
 *
 * @param key key of the learner
 * @param state state of the learner, for {@link org.fullrank.online.OnlineRule#fromBytes}
 */
public record Learned(String key, byte[] state) {
    /** Shows the size of the state. */
    @Override
    public String toString() {
        return "Learned[key=" + key + ", state=" + state.length + " bytes]";
    }
}
