package org.fullrank.stream;

/**
 * How values that are not finite numbers are treated, and how often this happened. Not thread-safe.
 */
public final class BadCells {
    /** The treatment of such a value. */
    public enum Policy {
        /** The stream ends with an error that names the value. */
        STOP,
        /** The sample is left out. */
        SKIP,
        /** The latest value of the same column or channel is used instead. If there is none, the sample is left out. */
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

    /** Number of values that were replaced and samples that were left out. */
    public long count() {
        return count;
    }

    /** The latest such value: where it is, what was found and what was done; empty if there is none. */
    public String latest() {
        return latest;
    }

    /**
     * Notes a bad value.
     *
     * @param found where it is and what was found, such as {@code log.csv, line 7: found 3 cells}
     * @param expected what was expected, with the remedy
     * @param filled whether the latest value replaces it; otherwise the sample is left out
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
