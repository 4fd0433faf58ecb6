package org.fullrank.online;

/** What a {@link Monitor} says about features. */
public enum Alarm {
    /** Nothing wrong, or too few samples yet to tell. */
    NONE,
    /** A feature was NaN or infinite. Stays until the monitor is new. */
    NOT_FINITE,
    /** The standard deviation of a unit is above {@link Limits#maximumStd()}: lower the learning rate. */
    EXPLODED,
    /** Too many units have fallen silent: the features are constant, or the input is. */
    COLLAPSED,
    /** Units vary, but all of them alike: the features span one direction. */
    LOW_RANK
}
