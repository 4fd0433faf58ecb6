package org.fullrank.stream;

/** What is done about values that are not finite numbers, and how often it was done. Not thread-safe. */
public final class BadCells {
    /** What is done about such a value. */
    public enum Policy {
        /** The stream ends with an error that names the value. */
        STOP,
        /** The sample is left out. */
        SKIP,
        /** The latest value of the same column or channel is used. A sample that has none is left out. */
        LAST
    }

    private final Policy policy;
    private long count;
    private String latest = "";

    BadCells(Policy policy) {
        this.policy = policy;
    }

    /** The policy in force. */
    public Policy policy() {
        return policy;
    }

    /** How often a value was replaced or a sample left out. */
    public long count() {
        return count;
    }

    /** The latest case: where it is, what was found and what was done; empty if there is none. */
    public String latest() {
        return latest;
    }

    /**
     * Takes note of a bad value.
     *
     * @param found where it is and what was found, such as {@code log.csv, line 7: found 3 cells}
     * @param expected what was expected, with the remedy
     * @param filled whether the latest value stands in; otherwise the sample is left out
     * @throws IllegalArgumentException if the policy is to stop
     */
    void add(String found, String expected, boolean filled) {
        if (policy == Policy.STOP) {
            throw new IllegalArgumentException("%s, expected %s".formatted(found, expected));
        }
        count++;
        latest = "%s; %s".formatted(found, filled ? "the latest value was used" : "the sample was left out");
    }
}
