package org.fullrank.online;

/** The units k over which the decorrelation of unit i sums. */
public enum Population {
    /** {@code k != i}, the exact sum. */
    OTHERS,
    /**
     * All k. In the printed form, the sum is then one number for the whole population. A synapse could receive it as a
     * third factor. The sum also contains a term of the unit itself: {@code u_i^3} (printed) or {@code u_i C_ii}
     * (corrected).
     */
    EVERYONE
}
